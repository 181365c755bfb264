/** Refuses a network that is too large, before anything large is allocated: for the memory, or for a checkpoint file. */
import type { BackendName } from '../backends/backend.js';
import { memoryFor, rehearse } from '../backends/select.js';
import { UserError } from '../errors.js';
import { architectureOf, type VocabularySizes } from '../model/architecture.js';
import { constantShapes, parameterShapes } from '../model/parameters.js';
import { modelSize, totalSize } from '../model/size.js';
import { type NetworkSpec, readsSentences } from '../spec/systems.js';
import { MAX_FILE_BYTES } from '../storage/files.js';
import type { BatchSizes } from '../tasks/task.js';
import { stateTensorsPerParameter } from './optimizers.js';
import { trainingRehearsal } from './rehearsal.js';

/** The estimate is within a quarter of what is used, so only beyond that is it certain that a training does not fit. */
const CERTAINTY = 1.25;

/**
 * Bytes of the program itself, with tfjs and a corpus, before a model is made: measured; and where tfjs's own kernels compute, which
 * leave arrays to be collected.
 */
const PROGRAM_BYTES = 1.25e8;
const TFJS_PROGRAM_BYTES = 2e8;

/** Facts that the memory of a training depends on besides the network of the spec. */
export interface TrainingFacts {
  /** V. */
  readonly vocabularySizes: VocabularySizes;
  /** Loaded. */
  readonly backend: BackendName;
  readonly sizes: BatchSizes;
}

/** An estimate of the memory of a training, in bytes. */
interface MemoryEstimate {
  /** In use at its height. */
  readonly needed: number;
  /** Besides, where steps are captured; with less memory they are not. */
  readonly captured: number;
}

/**
 * Estimates the bytes in use at the height of a training: of the machine, or of the device of the backend. What
 * captured steps need besides is counted where it is available, since they are given up elsewhere.
 *
 * @param available bytes that the machine has left, or the device of the backend
 */
export function trainingMemory(
  spec: NetworkSpec,
  facts: TrainingFacts,
  available = memoryFor(facts.backend),
): number {
  const { needed, captured } = estimateMemory(spec, facts);
  return needed + captured <= available ? needed + captured : needed;
}

/**
 * A backend that can rehearse a training counts what it allocates; for the others, whose kernels are tfjs's, this is a closed
 * formula.
 */
function estimateMemory(spec: NetworkSpec, facts: TrainingFacts): MemoryEstimate {
  const { vocabularySizes, backend, sizes } = facts;
  const use = rehearse(backend, trainingRehearsal(spec, vocabularySizes, sizes));
  if (use === null)
    return { needed: Math.round(TFJS_PROGRAM_BYTES + structuralBytes(spec, facts)), captured: 0 };
  // What is saved is first copied to the machine, which is not what a device runs out of.
  const onMachine = backend === 'cuda' ? 0 : PROGRAM_BYTES + 4 * savedValues(spec, vocabularySizes);
  const needed = onMachine + use.heldBytes + use.hostBytes + use.scratchBytes;
  return { needed, captured: use.capturedBytes };
}

/** Parameters, gradients, a copy while one is made into the other, the state of the optimizer, and all values of a step. */
function structuralBytes(spec: NetworkSpec, { vocabularySizes, sizes }: TrainingFacts): number {
  const { parameters, trainingBytes } = modelSize(architectureOf(spec, vocabularySizes), sizes.largest);
  return trainingBytes + 4 * stateTensorsPerParameter(spec.training) * parameters;
}

/**
 * Refuses a training that certainly does not fit into memory.
 *
 * @param available bytes that the machine has left, or the device of the backend
 * @returns a warning for a training that may not fit; null for one that fits
 * @throws UserError('backend') with both figures
 */
export function checkMemory(
  spec: NetworkSpec,
  facts: TrainingFacts,
  available = memoryFor(facts.backend),
): string | null {
  const { needed: bytes, captured } = estimateMemory(spec, facts);
  if (bytes + captured <= available) return null;
  const few = `but only ${gigabytes(available)} are available`;
  const { batchSize, batchTokens, bptt } = spec.training;
  const limit =
    batchTokens === null
      ? `training.batchSize, which is ${batchSize}`
      : `training.batchTokens, which is ${batchTokens}`;
  const cure = readsSentences(spec)
    ? `Lower ${limit}, or prepare the corpus with shorter lines: the largest batch has lines of ${facts.sizes.largest.steps} tokens.`
    : `Lower ${limit}, or training.bptt, which is ${bptt}: most of it grows with both.`;
  if (bytes <= available) {
    const more = `${gigabytes(captured)} more to start its steps as captured graphs`;
    return `Training needs about ${gigabytes(bytes)} of memory on backend ${facts.backend} and ${more}, ${few}, so it may be slower. ${cure}`;
  }
  const need = `needs about ${gigabytes(bytes)} of memory on backend ${facts.backend}, ${few}`;
  if (bytes <= CERTAINTY * available) return `Training ${need}, so it may fail. ${cure}`;
  throw new UserError('backend', `Training ${need}`, [
    cure,
    'See what a training needs, without beginning one: `zlm train SPEC --dry-run`.',
  ]);
}

/** Bytes of a checkpoint that are set aside for its header and the recurrent state. */
const RESERVED_BYTES = 2 ** 24;

/**
 * Refuses a network whose checkpoints could be written but never read back.
 *
 * @throws UserError('spec') when the network and the state of its optimizer do not fit into one file
 */
export function checkCheckpointSize(spec: NetworkSpec, vocabularySizes: VocabularySizes): void {
  const parameters = totalSize(parameterShapes(architectureOf(spec, vocabularySizes)));
  const bytes = 4 * savedValues(spec, vocabularySizes) + RESERVED_BYTES;
  if (bytes <= MAX_FILE_BYTES) return;
  const [needed, most] = [bytes, MAX_FILE_BYTES].map((count) => `${(count / 1e9).toFixed(1)} GB`);
  const message = `A checkpoint of ${parameters.toLocaleString('en-US')} parameters would have ${needed}, but at most ${most} can be read back`;
  throw new UserError('spec', message, [
    'Take narrower layers, tie the embedding, or prepare the corpus with fewer words.',
    ...(stateTensorsPerParameter(spec.training) > 0
      ? ['Train with training.optimizer sgd, which keeps nothing beside the parameters.']
      : []),
  ]);
}

/** Counts the values in a checkpoint: parameters, the state of the optimizer, constants. */
function savedValues(spec: NetworkSpec, vocabularySizes: VocabularySizes): number {
  const architecture = architectureOf(spec, vocabularySizes);
  const parameters = totalSize(parameterShapes(architecture));
  const companions = stateTensorsPerParameter(spec.training);
  return parameters * (1 + companions) + totalSize(constantShapes(architecture));
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toPrecision(3)} GB`;
}
