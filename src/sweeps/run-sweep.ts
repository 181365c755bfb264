/**
 * Runs a sweep by processes that this one starts and waits for: trains its runs, evaluates them, and keeps its tables up to date. All
 * that it knows is in folders: of the runs, and of the sweep. So it can be killed at any moment, and run twice at once; a run that
 * another process trains or evaluates is waited for.
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { clearRemnant } from '../runs/named-run.js';
import { RunFolder } from '../runs/run-folder.js';
import { FolderHeldError, type FolderLock, lockFolder, lockOwner } from '../storage/folder-lock.js';
import { testWords, trainWords } from './job-words.js';
import type { EndedJob, Job } from './launchers/launcher.js';
import { nextSteps } from './next-steps.js';
import { type ObservedRun, type ObservedRuns, observeRuns } from './observe.js';
import { type PlannedRun, runsOf, type SweepPlan } from './plan.js';
import { reportSweep, type SweepReport } from './report.js';
import {
  type SweepEvent,
  type SweepOptions,
  type SweepRequest,
  startSweep,
  writeResults,
} from './start-sweep.js';
import { type Failure, lastLines, readFailure, type SweepFolder, writeFailure } from './sweep-folder.js';

/** Times that a job which was ended by a signal is started again. */
const MOST_RESTARTS = 3;

/**
 * Runs a sweep to its end: trains what is not finished, then evaluates on test what is compared.
 *
 * @returns the report; runs that diverged or failed are in it, and stopped no other
 * @throws SpecError for faults of the sweep file and its specs, and for runs that do not fit their corpus; UserError('data') when
 *   a run of the sweep was trained with another spec, no corpus of the sweep is prepared, or a folder cannot be written; the
 *   signal's reason when it is aborted; UserError('launcher') when jobs of the sweep are in the queue of a cluster
 */
export async function* runSweep(
  request: SweepRequest,
  { signal = new AbortController().signal, interval = 1 }: SweepOptions = {},
): AsyncGenerator<SweepEvent, SweepReport, void> {
  const { plan, folder } = yield* startSweep(request, 'local');
  const session = new Session(request, plan, folder);
  try {
    for (;;) {
      const { report, isOver } = await session.turn();
      yield { kind: 'report', report };
      if (isOver) return report;
      await sleep(1000 * interval, undefined, { signal }).catch(() => {});
      signal.throwIfAborted();
    }
  } finally {
    await session.stop();
  }
}

/** One process that works on a sweep. */
class Session {
  /** The step that each job of this session works on. */
  readonly #steps = new Map<string, Failure['step']>();
  /** Ends of each step of each run. */
  readonly #attempts = new Map<string, number>();
  /** Diverged runs that are to be tried again once. */
  readonly #again: Set<string> | null;
  /** Runs that were asked to stop. */
  readonly #asked = new Set<string>();
  /** Locks of the evaluations of this session, by run. */
  readonly #locks = new Map<string, FolderLock>();
  #begun = false;

  constructor(
    private readonly request: SweepRequest,
    private readonly plan: SweepPlan,
    private readonly folder: SweepFolder,
  ) {
    this.#again = request.retry ? new Set(runsOf(plan).map(({ name }) => name)) : null;
  }

  /** Looks at the runs, starts what can be started, and writes the tables. */
  async turn(): Promise<{ readonly report: SweepReport; readonly isOver: boolean }> {
    const { launcher, runsFolder } = this.request;
    const { active, ended } = await launcher.query();
    for (const job of ended) await this.#note(job);
    const runs = this.#withRetries(await observeRuns(this.plan, runsFolder, this.folder));
    const steps = nextSteps(this.plan, runs);
    const working = [...runs.values()].filter(
      ({ state, plan }) => state === 'running' || active.includes(plan.name),
    );
    await this.#stopOverBudget(working);
    const elsewhere = await this.#evaluatedElsewhere(steps.test);
    const busy = working.length + elsewhere.size;
    const jobs = [
      ...steps.train.map((run) => ['train', run] as const),
      ...steps.test.map((run) => ['test', run] as const),
    ]
      .filter(([, run]) => !active.includes(run.name) && !elsewhere.has(run.name))
      .slice(0, Math.max(0, launcher.capacity - busy));
    await this.#submit(jobs);
    const isOver = jobs.length === 0 && busy === 0;
    const report = reportSweep(this.plan, this.folder, runs);
    if (ended.length > 0 || isOver || !this.#begun) await this.#write(report);
    this.#begun = true;
    return { report, isOver };
  }

  /** Asks the jobs of this session to save, and waits until they have. */
  async stop(): Promise<void> {
    try {
      await this.#stopJobs();
    } finally {
      for (const run of [...this.#locks.keys()]) await this.#unlock(run);
    }
  }

  async #stopJobs(): Promise<void> {
    const { launcher } = this.request;
    let { active } = await launcher.query();
    if (active.length === 0) return;
    await launcher.cancel(active);
    while (active.length > 0) {
      await sleep(50);
      ({ active } = await launcher.query());
    }
    const runs = await observeRuns(this.plan, this.request.runsFolder, this.folder);
    await this.#write(reportSweep(this.plan, this.folder, runs));
  }

  async #write(report: SweepReport): Promise<void> {
    await writeResults(this.folder, report, this.request.runsFolder);
  }

  async #submit(jobs: readonly (readonly [Failure['step'], PlannedRun])[]): Promise<void> {
    const { launcher, runsFolder } = this.request;
    const submitted: Job[] = [];
    for (const [step, run] of jobs) {
      if (step === 'train') await clearRemnant(new RunFolder(join(runsFolder, run.name)));
      else if (!(await this.#lock(run.name))) continue;
      const words = step === 'train' ? trainWords(run, this.request) : testWords(run, this.request);
      submitted.push({ run: run.name, steps: [words], log: this.folder.log(run.name) });
      this.#steps.set(run.name, step);
      this.#again?.delete(run.name);
    }
    if (submitted.length > 0) await launcher.submit(submitted);
  }

  /** Returns the runs that another process evaluates on test. */
  async #evaluatedElsewhere(runs: readonly PlannedRun[]): Promise<ReadonlySet<string>> {
    const others = runs.filter(({ name }) => !this.#locks.has(name));
    const owners = await Promise.all(
      others.map(({ name }) => lockOwner(this.#lockFolderOf(name)).catch(() => undefined)),
    );
    return new Set(others.filter((_, i) => owners[i] !== undefined).map(({ name }) => name));
  }

  /** Locks the evaluation of a run on test. Returns false when another process has it, or has just ended it. */
  async #lock(name: string): Promise<boolean> {
    try {
      this.#locks.set(name, await lockFolder(this.#lockFolderOf(name)));
    } catch (error) {
      if (error instanceof FolderHeldError) return false;
      throw error;
    }
    const runs = await observeRuns(this.plan, this.request.runsFolder, this.folder);
    if ((runs.get(name)?.test ?? null) === null) return true;
    await this.#unlock(name);
    return false;
  }

  async #unlock(name: string): Promise<void> {
    await this.#locks.get(name)?.release();
    this.#locks.delete(name);
  }

  #lockFolderOf(name: string): string {
    return join(new RunFolder(join(this.request.runsFolder, name)).evaluations, '.test');
  }

  /** Notes how a job ended: a failure is kept, unless starting it again may help or another process has the run. */
  async #note({ run, code, reason }: EndedJob): Promise<void> {
    const step = this.#steps.get(run) ?? 'train';
    await this.#unlock(run);
    const wasAsked = this.#asked.delete(run);
    if (code === DIVERGED || (wasAsked && code === INTERRUPTED)) return;
    const { runsFolder } = this.request;
    if (await lockOwner(join(runsFolder, run)).catch(() => undefined)) return;
    if ((await readFailure(this.folder, run))?.cancelled) return;
    // A job that was ended, or has no result although it says so, gets further chances, but not forever.
    const mayHelp = code === null || code === INTERRUPTED || code === 0;
    const attempt = `${step} ${run}`;
    const attempts = (this.#attempts.get(attempt) ?? 0) + 1;
    this.#attempts.set(attempt, attempts);
    if (mayHelp && attempts <= MOST_RESTARTS) return;
    const how = mayHelp ? [`Tried ${attempts} times without a result: ${reason ?? `exit code ${code}`}`] : [];
    const written = await lastLines(this.folder, run);
    await writeFailure(this.folder, run, { step, code, message: [...how, written].join('\n').trim() });
  }

  async #stopOverBudget(working: readonly ObservedRun[]): Promise<void> {
    const { secondsPerRun } = this.plan;
    if (secondsPerRun === null) return;
    const over = working
      .filter(({ valid, seconds }) => valid !== null && seconds >= secondsPerRun)
      .map(({ plan }) => plan.name)
      .filter((name) => this.#steps.get(name) === 'train' && !this.#asked.has(name));
    for (const name of over) this.#asked.add(name);
    await this.request.launcher.cancel(over);
  }

  /** Under `retry`, a diverged run counts as interrupted until it was started again. */
  #withRetries(runs: ObservedRuns): ObservedRuns {
    return new Map(
      [...runs].map(([name, run]) => {
        const isAgain = run.state === 'diverged' && this.#again?.has(name);
        return [name, isAgain ? { ...run, state: 'interrupted' as const } : run];
      }),
    );
  }
}

/** Exit codes of a job; the command line documents them. */
const DIVERGED = 6;
const INTERRUPTED = 130;
