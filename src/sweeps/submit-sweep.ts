/**
 * Hands a sweep to the queue of a cluster: all that can begin now, as one job array. What depends on a choice that is still open, the
 * other seeds of what tuning chooses, is submitted by the next call, or by this one when it waits.
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../errors.js';
import { clearRemnant } from '../runs/named-run.js';
import { RunFolder } from '../runs/run-folder.js';
import { testWords, trainWords } from './job-words.js';
import type { Job } from './launchers/launcher.js';
import { type NextSteps, nextSteps } from './next-steps.js';
import { observeRuns } from './observe.js';
import type { SweepPlan } from './plan.js';
import { asBeforeFailure, withJobs } from './queued-runs.js';
import { reportSweep, type SweepReport } from './report.js';
import {
  type SweepEvent,
  type SweepOptions,
  type SweepRequest,
  startSweep,
  writeResults,
} from './start-sweep.js';
import type { SweepFolder } from './sweep-folder.js';

/** Options of {@link submitSweep}. */
export interface SubmitOptions extends SweepOptions {
  /** Follow the jobs to their end, and submit what follows from them. */
  readonly wait?: boolean;
}

/** Seconds between two looks at the queue and the run folders, at least. */
const INTERVAL = 5;

/** Run folders that are looked at in a second, on average: each look at one opens some six files of the shared storage. */
const FOLDERS_PER_SECOND = 20;

/**
 * Submits the jobs of a sweep that have no result and are not in the queue.
 *
 * @returns the report after the submission, or after the last job
 * @throws what {@link startSweep} throws; UserError('launcher') when the queue cannot be asked, or refuses the jobs, of which then none
 *   is submitted; UserError('spec') for a budget that only a waiting process could keep; the signal's reason when it is aborted, which
 *   leaves the jobs in the queue
 */
export async function* submitSweep(
  request: SweepRequest,
  { signal = new AbortController().signal, interval, wait = false }: SubmitOptions = {},
): AsyncGenerator<SweepEvent, SweepReport, void> {
  const { launcher } = request;
  // Before anything is written: where the cluster cannot be asked, nothing can be submitted.
  const { active } = await launcher.query();
  const { plan, folder } = yield* startSweep(request, 'slurm');
  checkBudget(plan);
  if (active.length > 0)
    yield note(
      `${jobs(active.length)} of the sweep ${active.length === 1 ? 'is' : 'are'} in the queue already`,
    );
  for (let turn = 0; ; turn++) {
    const look = await lookAt(request, plan, folder);
    const isFirst = turn === 0;
    const submitted = isFirst || wait ? await submit(request, plan, folder, look, isFirst) : 0;
    if (submitted > 0)
      yield note(`Submitted ${jobs(submitted)} as a job array; \`zlm sweep status\` shows them`);
    const report = reportSweep(
      plan,
      folder,
      submitted > 0 ? (await lookAt(request, plan, folder)).runs : look.runs,
    );
    await writeResults(folder, report, request.runsFolder);
    yield { kind: 'report', report };
    if (!wait || (submitted === 0 && look.active.size === 0)) return report;
    const pause = interval ?? Math.max(INTERVAL, look.runs.size / FOLDERS_PER_SECOND);
    await sleep(1000 * pause, undefined, { signal }).catch(() => {});
    signal.throwIfAborted();
  }
}

/** Runs at one moment. */
interface Look {
  readonly folders: Awaited<ReturnType<typeof observeRuns>>;
  /** With what became of their jobs. */
  readonly runs: Awaited<ReturnType<typeof observeRuns>>;
  readonly active: ReadonlySet<string>;
}

async function lookAt(
  { launcher, runsFolder }: SweepRequest,
  plan: SweepPlan,
  folder: SweepFolder,
): Promise<Look> {
  // First the queue: a job that ends between the two looks has its result in its run folder by the second.
  const launched = await launcher.query();
  const folders = await observeRuns(plan, runsFolder, folder);
  return { folders, runs: await withJobs(folders, launched, folder), active: new Set(launched.active) };
}

/** Submits what can begin. @returns the number of jobs */
async function submit(
  request: SweepRequest,
  plan: SweepPlan,
  folder: SweepFolder,
  { runs, folders, active }: Look,
  isFirst: boolean,
): Promise<number> {
  const steps = nextSteps(plan, isFirst && request.retry ? asBeforeFailure(runs, folders) : runs);
  const toSubmit = jobsOf(plan, steps, request, folder).filter(({ run }) => !active.has(run));
  for (const { run } of toSubmit) await clearRemnant(new RunFolder(join(request.runsFolder, run)));
  await request.launcher.submit(toSubmit);
  return toSubmit.length;
}

/** Makes the jobs of the next steps. A run that is compared whatever the others give is evaluated by the job that trains it. */
function jobsOf(
  plan: SweepPlan,
  { train, test }: NextSteps,
  request: SweepRequest,
  folder: SweepFolder,
): Job[] {
  const compared = new Set(
    plan.groups
      .filter(({ candidates }) => candidates.length === 1)
      .flatMap(({ candidates: [one] }) => one.runs),
  );
  const isToTest = new Set([...compared, ...test]);
  return [
    ...train.map((run) => ({
      run: run.name,
      steps: [trainWords(run, request), ...(isToTest.has(run) ? [testWords(run, request)] : [])],
      log: folder.log(run.name),
    })),
    ...test.map((run) => ({ run: run.name, steps: [testWords(run, request)], log: folder.log(run.name) })),
  ];
}

/** @throws UserError('spec') for a budget of minutes, which the process of a sweep keeps, and here none remains */
function checkBudget({ secondsPerRun }: SweepPlan): void {
  if (secondsPerRun === null) return;
  throw new UserError(
    'spec',
    'budget.minutes is kept by a process that watches the runs, and jobs in a queue have none',
    ['Take budget.tokens, or training.epochs.', 'Train on this machine: --launcher local.'],
  );
}

function note(line: string): SweepEvent {
  return { kind: 'note', line };
}

function jobs(count: number): string {
  return count === 1 ? '1 job' : `${count} jobs`;
}
