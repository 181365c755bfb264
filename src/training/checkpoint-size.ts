/** Refusing a network whose checkpoints could be written but never read back. */
import { UserError } from '../errors.js';
import { architectureOf } from '../model/architecture.js';
import { constantShapes, parameterShapes } from '../model/parameters.js';
import { totalSize } from '../model/size.js';
import type { NetworkSpec } from '../spec/systems.js';
import { MAX_FILE_BYTES } from '../storage/files.js';
import { stateTensorsPerParameter } from './optimizers.js';

/** For the header and the recurrent state. */
const RESERVED_BYTES = 2 ** 24;

/** @throws UserError('spec') when the network and what its optimizer remembers do not fit into one file */
export function checkCheckpointSize(spec: NetworkSpec, vocabularySize: number): void {
  const architecture = architectureOf(spec, vocabularySize);
  const parameters = totalSize(parameterShapes(architecture));
  const companions = stateTensorsPerParameter(spec.training);
  const bytes =
    4 * (parameters * (1 + companions) + totalSize(constantShapes(architecture))) + RESERVED_BYTES;
  if (bytes <= MAX_FILE_BYTES) return;
  const [needed, most] = [bytes, MAX_FILE_BYTES].map((count) => `${(count / 1e9).toFixed(1)} GB`);
  const message = `a checkpoint of ${parameters.toLocaleString('en-US')} parameters would have ${needed}, and ${most} are the most that can be read back`;
  throw new UserError('spec', message, [
    'Take narrower layers, tie the embedding, or prepare the corpus with fewer words.',
    ...(companions > 0
      ? ['Train with training.optimizer sgd, which keeps nothing beside the parameters.']
      : []),
  ]);
}
