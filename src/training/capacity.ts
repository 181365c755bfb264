/** Refuses a network that is too large, before anything large is allocated: for the memory, or for a checkpoint file. */
import type { BackendName } from '../backends/backend.js';
import { memoryFor } from '../backends/select.js';
import { UserError } from '../errors.js';
import { architectureOf } from '../model/architecture.js';
import { constantShapes, parameterShapes } from '../model/parameters.js';
import { modelSize, totalSize } from '../model/size.js';
import type { NetworkSpec } from '../spec/systems.js';
import { MAX_FILE_BYTES } from '../storage/files.js';
import type { BatchShape } from '../tasks/task.js';
import { stateTensorsPerParameter } from './optimizers.js';

/** The estimate is within a quarter of what is used, so only beyond that is it certain that a training does not fit. */
const CERTAINTY = 1.25;

/** Bytes of the program itself with a corpus of a million tokens, measured. */
const PROGRAM_BYTES = 2e8;

/** Bytes of logits that the softmax of cuda keeps at once, at most: the level-2 cache of a large GPU. */
const GPU_LOGITS_BYTES = 5e7;

/**
 * Part of the kept values that native and cuda have in memory at once: they lend what is free again to the next kernel. Measured on
 * native; on cuda, this is within a quarter for the models of the paper, configs/gru.yaml and configs/awd-lstm.yaml.
 */
const POOLED_PART = 0.75;

/** Facts that a training step depends on besides the network of the spec. */
export interface StepFacts {
  /** V. */
  readonly vocabularySize: number;
  readonly backend: BackendName;
  /** The largest batch of a pass: windows of `bptt` steps, or the longest sentences. */
  readonly largest: BatchShape;
}

/** Estimates the bytes in use at the height of a training step, within about a quarter. */
export function trainingMemory(spec: NetworkSpec, { vocabularySize, backend, largest }: StepFacts): number {
  const isPooled = backend === 'native' || backend === 'cuda';
  const size = modelSize(architectureOf(spec, vocabularySize), largest, { keepsLogits: !isPooled });
  // The memory of a GPU does not have the program, but a chunk of logits.
  const logits = 4 * vocabularySize * largest.steps * largest.batch;
  const besides = backend === 'cuda' ? Math.min(logits, GPU_LOGITS_BYTES) : PROGRAM_BYTES;
  // Parameters, gradients, and a copy while one is made into the other; what is left are the kept values.
  const ofParameters = 4 * 3 * size.parameters;
  const kept = (isPooled ? POOLED_PART : 1) * (size.trainingBytes - ofParameters);
  return Math.round(
    besides + ofParameters + 4 * stateTensorsPerParameter(spec.training) * size.parameters + kept,
  );
}

/**
 * Refuses a training that does not fit into memory.
 *
 * @param available bytes that the machine has left, or the device of the backend
 * @throws UserError('backend') with both figures
 */
export function checkMemory(spec: NetworkSpec, facts: StepFacts, available = memoryFor(facts.backend)): void {
  const bytes = trainingMemory(spec, facts);
  if (bytes <= CERTAINTY * available) return;
  const message = `Training needs about ${gigabytes(bytes)} of memory on backend ${facts.backend}, but only ${gigabytes(available)} are available`;
  const { batchSize, bptt, sentences } = spec.training;
  throw new UserError('backend', message, [
    sentences
      ? `Lower training.batchSize, which is ${batchSize}, or prepare the corpus with shorter lines: the largest batch has lines of ${facts.largest.steps} tokens.`
      : `Lower training.batchSize, which is ${batchSize}, or training.bptt, which is ${bptt}: most of it grows with both.`,
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
export function checkCheckpointSize(spec: NetworkSpec, vocabularySize: number): void {
  const architecture = architectureOf(spec, vocabularySize);
  const parameters = totalSize(parameterShapes(architecture));
  const companions = stateTensorsPerParameter(spec.training);
  const bytes =
    4 * (parameters * (1 + companions) + totalSize(constantShapes(architecture))) + RESERVED_BYTES;
  if (bytes <= MAX_FILE_BYTES) return;
  const [needed, most] = [bytes, MAX_FILE_BYTES].map((count) => `${(count / 1e9).toFixed(1)} GB`);
  const message = `A checkpoint of ${parameters.toLocaleString('en-US')} parameters would have ${needed}, but at most ${most} can be read back`;
  throw new UserError('spec', message, [
    'Take narrower layers, tie the embedding, or prepare the corpus with fewer words.',
    ...(companions > 0
      ? ['Train with training.optimizer sgd, which keeps nothing beside the parameters.']
      : []),
  ]);
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toPrecision(3)} GB`;
}
