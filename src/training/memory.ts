/** Whether a training fits into memory: asked before anything large is allocated. */
import { availableMemory } from '../backends/available-memory.js';
import type { BackendName } from '../backends/backend.js';
import { UserError } from '../errors.js';
import { architectureOf } from '../model/architecture.js';
import { modelSize } from '../model/size.js';
import type { NetworkSpec } from '../spec/systems.js';
import { stateTensorsPerParameter } from './optimizers.js';

/** The estimate is within a quarter of what is used, so only beyond that is it certain that a training does not fit. */
const CERTAINTY = 1.25;

/** Bytes of the program itself with a corpus of a million tokens, measured. */
const PROGRAM_BYTES = 2e8;

/** Part of the kept values that native has in memory at once: it lends what is free again to the next kernel. Measured. */
const NATIVE_PART = 0.75;

/** Bytes at the height of a training step, within about a quarter. */
export function trainingMemory(spec: NetworkSpec, vocabularySize: number, backend: BackendName): number {
  const { bptt, batchSize } = spec.training;
  const window = { steps: bptt, batch: batchSize };
  const isNative = backend === 'native';
  const size = modelSize(architectureOf(spec, vocabularySize), window, { keepsLogits: !isNative });
  // Parameters, gradients, and a copy while one is made into the other; what is left are the kept values.
  const ofParameters = 4 * 3 * size.parameters;
  const kept = (isNative ? NATIVE_PART : 1) * (size.trainingBytes - ofParameters);
  return Math.round(
    PROGRAM_BYTES + ofParameters + 4 * stateTensorsPerParameter(spec.training) * size.parameters + kept,
  );
}

/**
 * Refuses a training that does not fit.
 *
 * @param available bytes that there are
 * @throws UserError('backend') with both figures
 */
export function checkMemory(
  spec: NetworkSpec,
  vocabularySize: number,
  backend: BackendName,
  available = availableMemory(),
): void {
  const bytes = trainingMemory(spec, vocabularySize, backend);
  if (bytes <= CERTAINTY * available) return;
  const message = `training needs about ${gigabytes(bytes)} of memory on backend ${backend}, and ${gigabytes(available)} are available`;
  const { batchSize, bptt } = spec.training;
  throw new UserError('backend', message, [
    `Lower training.batchSize, which is ${batchSize}, or training.bptt, which is ${bptt}: most of it grows with both.`,
    'See what a training needs, without beginning one: `zlm train SPEC --dry-run`.',
  ]);
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toPrecision(3)} GB`;
}
