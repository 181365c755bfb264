/** Processes that train the small spec and can be killed at any time. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { BackendName } from '../../src/backends/backend.js';
import type { CheckpointName, RunFolder } from '../../src/runs/run-folder.js';
import { type ProcessRun, startZlm } from '../cli/capture.js';
import type { Workplace } from '../small-runs.js';

/** A trainer in a process of its own. */
export interface Trainer {
  readonly pid: number;
  kill(signal: NodeJS.Signals): void;
  readonly ended: Promise<ProcessRun>;
}

/** Starts `zlm train` with the given words. */
export function startTrainer(
  { data, runs }: Workplace,
  words: readonly string[],
  backend: BackendName = 'wasm',
): Trainer {
  const argv = ['train', ...words, '--data', data, '--runs', runs, '--backend', backend];
  // As for people, who have no backend in their environment: the line that resumes then names it.
  const { process: child, ended } = startZlm(argv, { env: { ZLM_BACKEND: undefined } });
  if (child.pid === undefined) throw new Error('zlm did not start');
  return { pid: child.pid, kill: (signal) => void child.kill(signal), ended };
}

/** Waits for a condition and checks it as often as it can, since it may last only a millisecond. */
export async function until(isSo: () => boolean, trainer: Trainer): Promise<void> {
  let early: ProcessRun | undefined;
  trainer.ended.then((ended) => {
    early = ended;
  });
  while (!isSo()) {
    if (early) throw new Error(`the training ended too soon:\n${early.stderr}`);
    await nextTurn();
  }
}

/** Lines in a run's metrics. */
export function countRows(run: RunFolder): number {
  try {
    return readFileSync(run.metrics, 'utf8').split('\n').length - 1;
  } catch {
    return 0; // not there yet
  }
}

/** Returns whether a trainer has locked a run, so that its session has begun. */
export function hasLocked(run: RunFolder, { pid }: Trainer): boolean {
  return filesIn(run.path).some((name) => name.startsWith('lock.') && name.includes(`.${pid}.`));
}

/** Whether a checkpoint is being written, or was when its trainer died. */
export function isHalfSaved(run: RunFolder, checkpoint: CheckpointName): boolean {
  return filesIn(join(run.path, 'checkpoints')).some((name) =>
    name.startsWith(`.${checkpoint}.safetensors.`),
  );
}

/** Names in a folder; none when it is not there yet. */
export function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
