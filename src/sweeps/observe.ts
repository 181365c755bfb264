/** Looks at the runs of a sweep: what their folders say, whoever trains them. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RecallReport } from '../evaluation/recall.js';
import { summarizeRun } from '../runs/list-runs.js';
import type { LiveProgress } from '../runs/live-progress.js';
import { RunFolder } from '../runs/run-folder.js';
import { isThere } from '../storage/files.js';
import { lockOwner } from '../storage/folder-lock.js';
import type { PlannedRun, SweepPlan } from './plan.js';
import { runsOf } from './plan.js';
import { type Failure, readFailure, type SweepFolder } from './sweep-folder.js';

/** State of a run of a sweep. `running` also when another process trains it; `queued` when a job of it waits in a cluster. */
export type SweepRunState =
  | 'waiting'
  | 'queued'
  | 'running'
  | 'interrupted'
  | 'finished'
  | 'diverged'
  | 'failed'
  | 'cancelled';

/** A run as its folder shows it. */
export interface ObservedRun {
  readonly plan: PlannedRun;
  readonly state: SweepRunState;
  /** Epochs trained and validated, and wanted; 0 before it begins. */
  readonly epoch: number;
  readonly epochs: number;
  /** What {@link valid} and {@link test} are where they are no perplexities. */
  readonly metric?: 'phoneErrorRate';
  /** Best perplexity on valid; of speech the phone error rate. */
  readonly valid: number | null;
  readonly seconds: number;
  readonly live: LiveProgress | null;
  /** Perplexity on test of its best checkpoint, in one sequential pass, or phone error rate; null before it is measured. */
  readonly test: number | null;
  /** BLEU of {@link test}; only of a translator. */
  readonly bleu?: number;
  readonly recall: RecallReport | null;
  /** Why it failed. */
  readonly problem: string | null;
}

/** All runs of a sweep by name. */
export type ObservedRuns = ReadonlyMap<string, ObservedRun>;

/** Looks at all runs of a sweep. */
export async function observeRuns(
  plan: SweepPlan,
  runsFolder: string,
  folder: SweepFolder,
): Promise<ObservedRuns> {
  const seen = await Promise.all(
    runsOf(plan).map((run) => observeRun(run, runsFolder, folder, plan.secondsPerRun)),
  );
  return new Map(seen.map((run) => [run.plan.name, run]));
}

async function observeRun(
  plan: PlannedRun,
  runsFolder: string,
  folder: SweepFolder,
  secondsPerRun: number | null,
): Promise<ObservedRun> {
  const run = new RunFolder(join(runsFolder, plan.name));
  const failure = await readFailure(folder, plan.name);
  const nothing = {
    plan,
    epoch: 0,
    epochs: 0,
    valid: null,
    seconds: 0,
    live: null,
    test: null,
    recall: null,
  };
  const isHeld = async () => (await lockOwner(run.path).catch(() => undefined)) !== undefined;
  if (!(await isThere(run.spec))) {
    const held = await isHeld();
    const state = held ? 'running' : failure ? lostState(failure) : 'waiting';
    return { ...nothing, state, problem: held ? null : (failure?.message ?? null) };
  }
  const { state, epoch, epochs, seconds, live, evaluations, ...best } = await summarizeRun(run);
  const { bestValidPerplexity, bestValidPhoneErrorRate } = best;
  const test = evaluations.find(
    ({ split, checkpoint, batch, method, stale }) =>
      split === 'test' && checkpoint === 'best' && batch === 1 && method === undefined && !stale,
  );
  const isOverBudget = secondsPerRun !== null && seconds >= secondsPerRun && bestValidPerplexity !== null;
  return {
    plan,
    // A run without a status is about to write its first, or was killed before; resuming begins it again.
    state: settled(
      state === 'unreadable' ? ((await isHeld()) ? 'running' : 'interrupted') : state,
      isOverBudget,
      failure,
    ),
    epoch,
    epochs,
    ...(bestValidPhoneErrorRate !== undefined && { metric: 'phoneErrorRate' as const }),
    valid: bestValidPhoneErrorRate ?? bestValidPerplexity,
    seconds: live?.seconds ?? seconds,
    live,
    test: test?.phoneErrorRate ?? test?.perplexity ?? null,
    ...(test?.bleu !== undefined && { bleu: test.bleu }),
    recall: test ? await recallOf(run) : null,
    problem: failure?.message ?? null,
  };
}

function settled(
  state: Exclude<SweepRunState, 'waiting' | 'queued' | 'failed' | 'cancelled'>,
  isOverBudget: boolean,
  failure: Failure | null,
): SweepRunState {
  if (state === 'running') return 'running';
  if (failure) return state === 'diverged' ? 'diverged' : lostState(failure);
  return state === 'interrupted' && isOverBudget ? 'finished' : state;
}

function lostState({ cancelled }: Failure): 'failed' | 'cancelled' {
  return cancelled ? 'cancelled' : 'failed';
}

/** Reads the recall of the evaluation that {@link ObservedRun.test} is of. */
async function recallOf(run: RunFolder): Promise<RecallReport | null> {
  try {
    const { recall } = JSON.parse(await readFile(join(run.evaluations, 'test-best-batch1.json'), 'utf8'));
    return Array.isArray(recall?.lags) ? recall : null;
  } catch {
    return null;
  }
}
