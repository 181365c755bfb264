/**
 * The folder of a sweep: `<sweeps>/<name>`. The runs themselves are in the folder of runs, where all other commands find them; here
 * are the plan as it was last used, the failures, the logs of the jobs, and the tables.
 */
import { readdir, readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { writeFileAtomically } from '../storage/atomic-write.js';
import { isThere } from '../storage/files.js';
import type { LauncherName } from './launchers/launcher.js';
import type { PlannedRun, SweepPlan } from './plan.js';
import { runsOf } from './plan.js';

/** Paths of one sweep. */
export class SweepFolder {
  constructor(
    readonly path: string,
    readonly name: string,
  ) {}

  /** The sweep file as it was when the sweep was last started. */
  get file(): string {
    return join(this.path, 'sweep.yaml');
  }
  /** The runs that followed from it; see {@link SweepRecord}. */
  get record(): string {
    return join(this.path, 'runs.json');
  }
  /** What Slurm has of it: batch scripts, and which job trains which run. */
  get queue(): string {
    return join(this.path, 'slurm');
  }
  get failures(): string {
    return join(this.path, 'failures');
  }
  /** The stderr of the jobs of a run. */
  log(run: string): string {
    return join(this.path, 'logs', `${run}.log`);
  }
  failure(run: string): string {
    return join(this.failures, `${run}.json`);
  }
  /** The perplexities of each epoch of the runs that are compared. */
  get epochs(): string {
    return join(this.path, 'epochs.csv');
  }
  /** Perplexity per epoch, test perplexity, and on a recall corpus the recall by lag. */
  get figures(): string {
    return join(this.path, 'figures.svg');
  }
  table(extension: 'md' | 'csv' | 'json'): string {
    return join(this.path, `table.${extension}`);
  }
}

/** Returns the folder of a sweep, which need not exist. */
export function sweepFolder(sweepsFolder: string, name: string): SweepFolder {
  return new SweepFolder(join(sweepsFolder, name), name);
}

/** Finds the folder of a sweep that was started, by its name or its path; null when there is none. */
export async function findSweepFolder(sweepsFolder: string, name: string): Promise<SweepFolder | null> {
  for (const path of [join(sweepsFolder, name), name]) {
    const folder = new SweepFolder(path, basename(path));
    if (await isThere(folder.file)) return folder;
  }
  return null;
}

/** What a sweep remembers of its plan. */
export interface SweepRecord {
  /** The sweep file, as the user named it. */
  readonly path: string;
  /** What had its jobs when it was last started; left out by older versions. */
  readonly launcher?: LauncherName;
  readonly runs: readonly Pick<PlannedRun, 'name' | 'specHash'>[];
}

/** Reads the record; null before the sweep was first started, or when it is damaged, which only means fewer notes. */
export async function readRecord(folder: SweepFolder): Promise<SweepRecord | null> {
  try {
    const record = JSON.parse(await readFile(folder.record, 'utf8'));
    return typeof record.path === 'string' && Array.isArray(record.runs) ? record : null;
  } catch {
    return null;
  }
}

/** Writes the sweep file and the record. */
export async function writeRecord(
  folder: SweepFolder,
  plan: SweepPlan,
  launcher: LauncherName,
): Promise<void> {
  const runs = runsOf(plan).map(({ name, specHash }) => ({ name, specHash }));
  const record: SweepRecord = { path: plan.path, launcher, runs };
  await writeFileAtomically(folder.file, plan.text);
  await writeFileAtomically(folder.record, `${JSON.stringify(record, null, 2)}\n`);
}

/** A job that failed or was cancelled, and is not tried again until the user asks for it. */
export interface Failure {
  readonly step: 'train' | 'test';
  /** Exit code; null when it was ended. */
  readonly code: number | null;
  /** The end of what it wrote, or how it ended. */
  readonly message: string;
  /** The user cancelled it. */
  readonly cancelled?: true;
}

export async function writeFailure(folder: SweepFolder, run: string, failure: Failure): Promise<void> {
  await writeFileAtomically(folder.failure(run), `${JSON.stringify(failure, null, 2)}\n`);
}

/** Reads the failure of a run; null when it has none. */
export async function readFailure(folder: SweepFolder, run: string): Promise<Failure | null> {
  try {
    const failure = JSON.parse(await readFile(folder.failure(run), 'utf8'));
    return typeof failure.message === 'string' ? failure : null;
  } catch {
    return null;
  }
}

/** Forgets failures, so that their jobs are tried again. @returns the names of their runs */
export async function clearFailures(folder: SweepFolder): Promise<string[]> {
  const names = (await readdir(folder.failures).catch(() => [])).filter((name) => name.endsWith('.json'));
  for (const name of names) await rm(join(folder.failures, name), { force: true });
  return names.map((name) => name.slice(0, -'.json'.length));
}

/** Lines of a log that are shown of a failure. */
const LAST_LINES = 6;

/** Returns the last lines that the jobs of a run have written; empty when there are none. */
export async function lastLines(folder: SweepFolder, run: string): Promise<string> {
  return await lastLinesOf(folder.log(run));
}

/** Returns the last lines of a log; empty when there is none. */
export async function lastLinesOf(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text.trimEnd().split('\n').slice(-LAST_LINES).join('\n');
}
