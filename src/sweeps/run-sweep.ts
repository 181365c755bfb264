/**
 * The service behind `zlm sweep`: trains the runs of a sweep, evaluates them, and keeps its tables up to date. All that it knows is
 * in folders: of the runs, and of the sweep. So it can be killed at any moment, and run twice at once; a run that another process
 * trains or evaluates is waited for.
 */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BackendName } from '../backends/backend.js';
import { UserError } from '../errors.js';
import { RunFolder } from '../runs/run-folder.js';
import { isThere } from '../storage/files.js';
import { FolderHeldError, type FolderLock, lockFolder, lockOwner } from '../storage/folder-lock.js';
import { checkCorpora, checkRuns } from './checks.js';
import { writeCurves } from './curves.js';
import type { EndedJob, Job, Launcher } from './launcher.js';
import { nextSteps } from './next-steps.js';
import { type ObservedRun, type ObservedRuns, observeRuns } from './observe.js';
import { type PlannedRun, planSweep, runsOf, type SweepPlan } from './plan.js';
import { reportSweep, type SweepReport } from './report.js';
import {
  clearFailures,
  type Failure,
  lastLines,
  readRecord,
  type SweepFolder,
  sweepFolder,
  writeFailure,
  writeRecord,
} from './sweep-folder.js';
import { writeTables } from './tables.js';

/** Folders of a sweep. */
export interface SweepPlace {
  /** The sweep file. */
  readonly path: string;
  readonly sweepsFolder: string;
  readonly runsFolder: string;
}

/** Request to run a sweep. */
export interface SweepRequest extends SweepPlace {
  readonly dataFolder: string;
  readonly backend: BackendName | 'auto';
  /** Threads of each job; null leaves it to the backend. */
  readonly threads: number | null;
  /** More words for every job, such as `--cache FOLDER`. */
  readonly jobFlags?: readonly string[];
  readonly launcher: Launcher;
  /** Try again what failed or diverged. */
  readonly retry: boolean;
}

/** Events of a sweep. */
export type SweepEvent =
  | { readonly kind: 'report'; readonly report: SweepReport }
  | { readonly kind: 'note'; readonly line: string };

/** Options of {@link runSweep}. */
export interface SweepOptions {
  /** Aborted to interrupt: runs in training save first. */
  readonly signal?: AbortSignal;
  /** Seconds between two looks at the runs. */
  readonly interval?: number;
}

/** Times that a job which was ended by a signal is started again. */
const MOST_RESTARTS = 3;

/**
 * Runs a sweep to its end: trains what is not finished, then evaluates on test what is compared.
 *
 * @returns the report; runs that diverged or failed are in it, and stopped no other
 * @throws SpecError for faults of the sweep file and its specs, and for runs that do not fit their corpus; UserError('data') when
 *   a run of the sweep was trained with another spec, no corpus of the sweep is prepared, or a folder cannot be written; the
 *   signal's reason when it is aborted
 */
export async function* runSweep(
  request: SweepRequest,
  { signal = new AbortController().signal, interval = 1 }: SweepOptions = {},
): AsyncGenerator<SweepEvent, SweepReport, void> {
  const plan = await planSweep(request.path);
  const folder = sweepFolder(request.sweepsFolder, plan.name);
  await checkCorpora(plan, await checkRuns(plan, request.runsFolder), request.dataFolder);
  yield* noteChanges(folder, plan);
  await writeRecord(folder, plan);
  if (request.retry) await clearFailures(folder);
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

/**
 * Reports a sweep as its folders show it; nothing is started or written.
 *
 * @throws SpecError for faults of the sweep file and its specs
 */
export async function sweepStatus({ path, sweepsFolder, runsFolder }: SweepPlace): Promise<SweepReport> {
  const plan = await planSweep(path);
  const folder = sweepFolder(sweepsFolder, plan.name);
  await checkRuns(plan, runsFolder);
  return reportSweep(plan, folder, await observeRuns(plan, runsFolder, folder));
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
  /** Runs that a job of this session is to begin. */
  readonly #new = new Set<string>();
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
    await writeTables(this.folder, report);
    await writeCurves(this.folder, report, this.request.runsFolder);
  }

  async #submit(jobs: readonly (readonly [Failure['step'], PlannedRun])[]): Promise<void> {
    const { launcher, runsFolder } = this.request;
    const submitted: Job[] = [];
    for (const [step, run] of jobs) {
      if (step === 'train') await clearRemnant(new RunFolder(join(runsFolder, run.name)));
      else if (!(await this.#lock(run.name))) continue;
      const args = await this.#argsOf(step, run);
      submitted.push({ run: run.name, args, log: this.folder.log(run.name) });
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

  async #argsOf(step: Failure['step'], { name, spec, overrides }: PlannedRun): Promise<string[]> {
    const { runsFolder, dataFolder, backend, threads, jobFlags = [] } = this.request;
    const begun = await isThere(new RunFolder(join(runsFolder, name)).spec);
    if (!begun) this.#new.add(name);
    const train = begun
      ? ['train', '--resume', name]
      : ['train', spec, ...overrides.flatMap((override) => ['--set', override]), '--name', name];
    return [
      ...(step === 'train' ? train : ['eval', name, '--split', 'test']),
      ...['--runs', runsFolder, '--data', dataFolder, '--backend', backend],
      ...(threads === null ? [] : ['--threads', `${threads}`]),
      ...jobFlags,
    ];
  }

  /** Notes how a job ended: a failure is kept, unless starting it again may help or another process has the run. */
  async #note({ run, code, reason }: EndedJob): Promise<void> {
    const step = this.#steps.get(run) ?? 'train';
    await this.#unlock(run);
    const wasAsked = this.#asked.delete(run);
    const wasNew = this.#new.delete(run);
    if (code === DIVERGED || (wasAsked && code === INTERRUPTED)) return;
    const { runsFolder } = this.request;
    if (await lockOwner(join(runsFolder, run)).catch(() => undefined)) return;
    // Another process may have begun the run first, so that its name was taken.
    const isThereNow = wasNew && (await isThere(new RunFolder(join(runsFolder, run)).spec));
    // A job that was ended, or has no result although it says so, gets further chances, but not forever.
    const mayHelp = code === null || code === INTERRUPTED || code === 0 || isThereNow;
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

/**
 * Removes the folder of a run that was killed before its spec was written: `zlm train` would find its name taken. The lock is held
 * meanwhile, so that no other process begins the run in it.
 */
async function clearRemnant(run: RunFolder): Promise<void> {
  if (!(await isThere(run.path)) || (await isThere(run.spec))) return;
  const lock = await lockFolder(run.path).catch(() => null);
  if (lock === null) return;
  try {
    if (await isThere(run.spec)) return;
    const known = ['overrides.txt', 'environment.json'];
    const foreign = (await readdir(run.path)).filter(
      (name) => !known.includes(name) && !name.startsWith('.') && !name.startsWith('lock.'),
    );
    if (foreign.length > 0) {
      throw new UserError('data', `${run.path} is not a run, but has ${foreign[0]} in it`, [
        'Move the folder away, or give the sweep another name.',
      ]);
    }
    await rm(run.path, { recursive: true, force: true });
  } finally {
    await lock.release();
  }
}

/** Notes of a changed sweep, shown one by one; the tables show how things are, not how they were. */
async function* noteChanges(folder: SweepFolder, plan: SweepPlan): AsyncGenerator<SweepEvent, void, void> {
  const record = await readRecord(folder);
  if (record === null) return;
  const before = new Set(record.runs.map(({ name }) => name));
  const now = new Set(runsOf(plan).map(({ name }) => name));
  const added = [...now].filter((name) => !before.has(name)).length;
  const gone = [...before].filter((name) => !now.has(name)).length;
  if (added === 0 && gone === 0) return;
  const parts = [
    ...(added > 0 ? [`${added} ${added === 1 ? 'run is' : 'runs are'} new`] : []),
    ...(gone > 0 ? [`${gone} ${gone === 1 ? 'is' : 'are'} no longer in it`] : []),
  ];
  yield { kind: 'note', line: `The sweep file has changed since it was last started: ${parts.join(', ')}` };
}
