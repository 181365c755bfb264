/** What is said of a file that is no checkpoint of its run. */
import { basename } from 'node:path';
import { UserError } from '../errors.js';

/** @param fault what is wrong with the file, as in "it lacks the parameter softmax.bias" */
export function notACheckpoint(path: string, fault: string): UserError {
  return new UserError('data', `${path} is not a checkpoint of this run: ${fault}`, otherCheckpoint(path));
}

/** How the run's other checkpoint helps when this one is damaged. */
export function otherCheckpoint(path: string): string[] {
  if (basename(path) === 'best.safetensors') {
    return ["Take the run's other checkpoint: `--checkpoint last`."];
  }
  return [
    "Evaluate and sample the run's other checkpoint: `--checkpoint best`.",
    'Copy best.safetensors to its place to resume from the best epoch.',
  ];
}
