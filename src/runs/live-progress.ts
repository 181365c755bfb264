/**
 * `progress.json`: the progress of a training since its last checkpoint, for `zlm runs`. It is a convenience: it is
 * written without waiting for the disk, removed when the training ends, and never a reason for a training to fail.
 */
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { removeLeftovers, temporaryPath } from '../storage/temporary.js';
import type { RunFolder } from './run-folder.js';

/** Progress of a running training. */
export interface LiveProgress {
  readonly phase: (typeof PHASES)[number];
  /** From 1. */
  readonly epoch: number;
  /** Units of the epoch's training, of the validation, or of the counting that are done, and in all. */
  readonly done: number;
  readonly total: number | null;
  /** "windows" */
  readonly unit: string;
  /** Perplexity of the epoch's windows so far; null where there are none. */
  readonly trainPerplexity: number | null;
  /** Of the last second or so; null while no windows are trained. */
  readonly tokensPerSecond: number | null;
  /** Until the last epoch ends, at the speed of this session, its validations included; null while it is not known. */
  readonly secondsLeft: number | null;
  /** Spent on the run so far, over all sessions. */
  readonly seconds: number;
  /** ISO 8601. */
  readonly updatedAt: string;
}

const PHASES = ['training', 'validating', 'counting'] as const;

/** Writes a run's progress; a reader finds the old or the new one, never a part. */
export async function writeLiveProgress(run: RunFolder, progress: LiveProgress): Promise<void> {
  const temporary = temporaryPath(run.progress);
  try {
    await writeFile(temporary, `${JSON.stringify(progress)}\n`);
    await rename(temporary, run.progress);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw error;
  }
}

/** Removes what a training has left: that of an ended one is no longer live. */
export async function removeLiveProgress(run: RunFolder): Promise<void> {
  await rm(run.progress, { force: true });
  await removeLeftovers(run.progress);
}

/** Returns a run's progress; null when there is none, or none that can be read. */
export async function readLiveProgress(run: RunFolder): Promise<LiveProgress | null> {
  try {
    const progress = JSON.parse(await readFile(run.progress, 'utf8'));
    return isLiveProgress(progress) ? progress : null;
  } catch {
    return null;
  }
}

function isLiveProgress(value: unknown): value is LiveProgress {
  if (typeof value !== 'object' || value === null) return false;
  const {
    phase,
    epoch,
    done,
    total,
    unit,
    trainPerplexity,
    tokensPerSecond,
    secondsLeft,
    seconds,
    updatedAt,
  } = value as Record<string, unknown>;
  return (
    PHASES.some((known) => known === phase) &&
    [unit, updatedAt].every((text) => typeof text === 'string') &&
    [epoch, done, seconds].every(Number.isFinite) &&
    [total, trainPerplexity, tokensPerSecond, secondsLeft].every(
      (figure) => figure === null || Number.isFinite(figure),
    )
  );
}
