/** How far a sweep is, whoever works on it, and its cancellation: the same for processes of this machine and for a cluster. */
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { didYouMean } from '../did-you-mean.js';
import { UserError } from '../errors.js';
import { RunFolder } from '../runs/run-folder.js';
import { lockOwner } from '../storage/folder-lock.js';
import { checkRuns } from './checks.js';
import { cancelSlurm, querySlurm } from './launchers/slurm-queue.js';
import { isOver } from './next-steps.js';
import { type ObservedRuns, observeRuns } from './observe.js';
import { planSweep, type SweepPlan } from './plan.js';
import { withJobs } from './queued-runs.js';
import { isSettled, type RunReport, reportSweep, type SweepReport } from './report.js';
import type { SweepPlace } from './start-sweep.js';
import { type SweepFolder, sweepFolder, writeFailure } from './sweep-folder.js';

/** Listener for what a command tells beside its result. */
type OnNote = (line: string) => void;

/**
 * Reports a sweep as its folders and the queue of a cluster show it; nothing is started or written.
 *
 * @param onNote told when Slurm cannot be asked: the report is then that of the folders
 * @throws SpecError for faults of the sweep file and its specs
 */
export async function sweepStatus(place: SweepPlace, onNote: OnNote = () => {}): Promise<SweepReport> {
  const plan = await planSweep(place.path);
  const folder = sweepFolder(place.sweepsFolder, plan.name);
  await checkRuns(plan, place.runsFolder);
  return reportSweep(plan, folder, await lookAt(plan, place, folder, onNote));
}

async function lookAt(
  plan: SweepPlan,
  { runsFolder }: SweepPlace,
  folder: SweepFolder,
  onNote: OnNote,
): Promise<ObservedRuns> {
  const jobs = await querySlurm(folder.queue).catch((error: unknown) => {
    if (!(error instanceof UserError)) throw error;
    onNote(`${error.message}; this is what the run folders say`);
    return null;
  });
  const runs = await observeRuns(plan, runsFolder, folder);
  return jobs ? await withJobs(runs, jobs, folder) : runs;
}

/** Seconds that runs have to save after they were cancelled, before the report says that they still run. */
const SAVING_SECONDS = 20;

/**
 * Cancels runs of a sweep that have no result yet: those at work save first, and none of them is started again without a retry.
 *
 * @param names of the runs; empty for all
 * @returns the report when they have stopped, or after some seconds
 * @throws UserError('usage') when the sweep has no run of a name; UserError('launcher') when Slurm cannot be asked
 */
export async function cancelSweep(
  place: SweepPlace,
  names: readonly string[] = [],
  onNote: OnNote = () => {},
): Promise<SweepReport> {
  const plan = await planSweep(place.path);
  const folder = sweepFolder(place.sweepsFolder, plan.name);
  const report = async () => reportSweep(plan, folder, await lookAt(plan, place, folder, onNote));
  const before = await report();
  const wanted = named(before, names);
  const open = wanted.filter((run) => !isSettled(run));
  // Marked first: a sweep that looks between the two must not start again what has just stopped.
  for (const run of open) await markCancelled(folder, run);
  await cancelSlurm(
    folder.queue,
    open.map(({ run }) => run),
  );
  for (const { run } of open) await interruptTrainer(join(place.runsFolder, run), onNote);
  const cancelled = new Set(open.map(({ run }) => run));
  const deadline = Date.now() + 1000 * SAVING_SECONDS;
  for (;;) {
    const now = await report();
    const working = now.runs.filter(
      ({ run, state }) => cancelled.has(run) && state !== 'not needed' && !isOver({ state }),
    );
    if (working.length === 0 || Date.now() > deadline) return now;
    await sleep(500);
  }
}

function named({ sweep, runs }: SweepReport, names: readonly string[]): RunReport[] {
  const known = runs.map(({ run }) => run);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return runs.filter(({ run }) => names.length === 0 || names.includes(run));
  const guess = didYouMean(unknown, known);
  throw new UserError('usage', `Sweep ${sweep} has no run ${unknown}`, [
    ...(guess === undefined ? [] : [`Did you mean ${guess}?`]),
    `\`zlm sweep status ${sweep} --json\` names its runs.`,
  ]);
}

async function markCancelled(folder: SweepFolder, { run, state }: RunReport): Promise<void> {
  const step = state === 'finished' ? 'test' : 'train';
  await writeFailure(folder, run, { step, code: null, message: 'Cancelled', cancelled: true });
}

/** Asks the process that trains a run to save and stop, as Ctrl-C does; that of a Slurm job was asked by Slurm. */
async function interruptTrainer(run: string, onNote: OnNote): Promise<void> {
  const owner = await lockOwner(new RunFolder(run).path).catch(() => undefined);
  if (!owner || owner.slurm) return;
  if (owner.host !== hostname()) {
    onNote(`Process ${owner.pid} on ${owner.host} trains ${run}; stop it there: \`kill -INT ${owner.pid}\``);
    return;
  }
  try {
    process.kill(owner.pid, 'SIGINT');
  } catch {
    // It has just ended, or belongs to another user.
  }
}
