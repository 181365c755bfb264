/** `status.json`: the state of a run, small enough that `zlm runs` can read hundreds. */
import { readFile } from 'node:fs/promises';
import { UserError } from '../errors.js';
import { describeFileError, writeFileAtomically } from '../storage/atomic-write.js';
import { resumeCommand } from './next-step.js';
import type { RunFolder } from './run-folder.js';
import { type BestEpoch, isBestEpoch, type TrainingProgress } from './training-progress.js';

/** State of a run, as its training last wrote it. `running` without a living process means that it was killed. */
export type RunState = (typeof STATES)[number];

const STATES = ['running', 'finished', 'interrupted', 'diverged'] as const;

export interface RunStatus {
  readonly state: RunState;
  readonly corpus: string;
  /** Epochs trained and validated, and epochs wanted. */
  readonly epoch: number;
  readonly epochs: number;
  readonly best: BestEpoch | null;
  /** Set when training ended before its last epoch because it had stopped improving. */
  readonly stoppedEarly?: true;
  readonly seconds: number;
  /** ISO 8601. */
  readonly updatedAt: string;
}

/** Writes a run's status. */
export async function writeStatus(
  run: RunFolder,
  state: RunState,
  facts: { corpus: string; epochs: number; stoppedEarly?: boolean },
  position: Pick<TrainingProgress, 'epochs' | 'best' | 'seconds'>,
): Promise<void> {
  const status: RunStatus = {
    state,
    corpus: facts.corpus,
    epoch: position.epochs,
    epochs: facts.epochs,
    best: position.best,
    ...(facts.stoppedEarly && { stoppedEarly: true as const }),
    seconds: position.seconds,
    updatedAt: new Date().toISOString(),
  };
  await writeFileAtomically(run.status, `${JSON.stringify(status, null, 2)}\n`);
}

/**
 * Reads the status of a run.
 *
 * @throws UserError('data') when there is none or it is damaged
 */
export async function readStatus(run: RunFolder): Promise<RunStatus> {
  let text: string;
  try {
    text = await readFile(run.status, 'utf8');
  } catch (error) {
    throw describeFileError(error, run.status, 'read') ?? error;
  }
  try {
    const status = JSON.parse(text);
    if (isStatus(status)) return status;
  } catch {
    // falls through to the one message
  }
  throw new UserError('data', `${run.status} is damaged`, [
    `Write it again from the last checkpoint: \`${resumeCommand(run)}\`.`,
  ]);
}

function isStatus(value: unknown): value is RunStatus {
  if (typeof value !== 'object' || value === null) return false;
  const { state, corpus, epoch, epochs, best, stoppedEarly, seconds, updatedAt } = value as Record<
    string,
    unknown
  >;
  return (
    STATES.some((known) => known === state) &&
    [corpus, updatedAt].every((text) => typeof text === 'string') &&
    [epoch, epochs, seconds].every(Number.isFinite) &&
    (best === null || isBestEpoch(best)) &&
    (stoppedEarly === undefined || stoppedEarly === true)
  );
}
