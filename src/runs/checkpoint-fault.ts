/** Errors for files that are not checkpoints of their run. */
import { existsSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { UserError } from '../errors.js';
import { shellWord } from '../shell-word.js';
import { type CheckpointName, RunFolder } from './run-folder.js';

/**
 * Returns the error for a file that is not a checkpoint of its run.
 *
 * @param fault what is wrong with the file, as in "it lacks the parameter softmax.bias"
 */
export function notACheckpoint(path: string, fault: string): UserError {
  return new UserError('data', `${path} is not a checkpoint of this run: ${fault}`, otherCheckpoint(path));
}

/** A checkpoint that is whole but does not hold the model of its run's spec: it has other tensors, or other shapes. */
export class MisfitError extends UserError {
  /** @param fault how it differs, as in "its softmax.bias has shape [9] where the spec makes it [8]" */
  constructor(
    path: string,
    readonly fault: string,
  ) {
    super('data', `${path} is not a checkpoint of this run: ${fault}`, otherCheckpoint(path));
  }
}

/** Returns cures with the other checkpoint of the run, when this one is damaged. */
export function otherCheckpoint(path: string): string[] {
  const run = new RunFolder(dirname(dirname(path)));
  const isBest = basename(path) === basename(run.checkpoint('best'));
  if (!existsSync(run.checkpoint(isBest ? 'last' : 'best')))
    return [`Begin a new run of the same spec: \`zlm train ${shellWord(run.spec)}\`.`];
  if (isBest) return ["Take the run's other checkpoint: `--checkpoint last`."];
  return [
    "Evaluate and sample the run's other checkpoint: `--checkpoint best`.",
    `To resume from the best epoch: ${copyCommand(run, 'best', 'last')}.`,
  ];
}

/** The command that puts a copy of one checkpoint into the other's place. */
export function copyCommand(run: RunFolder, from: CheckpointName, to: CheckpointName): string {
  return `\`cp ${shellWord(run.checkpoint(from))} ${shellWord(run.checkpoint(to))}\``;
}
