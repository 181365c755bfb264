/**
 * The job arrays of a sweep that Slurm has, as a file in the folder of the sweep says: which array, and which run is which task. What
 * became of a task is known from Slurm's queue, its accounting, or the file in which the task left its exit code; each may be missing.
 */
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../errors.js';
import { writeFileAtomically } from '../../storage/atomic-write.js';
import { describeFileError, fileErrorCode } from '../../storage/file-error.js';
import { makeFolder } from '../../storage/files.js';
import type { EndedJob, LaunchedJobs } from './launcher.js';
import { hasEnded, type SlurmTask, slurmCommand, slurmTasks } from './slurm-commands.js';

/** An array that was submitted. */
export interface Submission {
  /** Of the array in Slurm. */
  readonly id: string;
  /** ISO 8601. */
  readonly submittedAt: string;
  /** Names of the runs: the first is task 1. */
  readonly runs: readonly string[];
}

/**
 * Reads the arrays, the oldest first; none before the first was submitted.
 *
 * @throws UserError('data') when the file cannot be read or is damaged: the runs would be submitted a second time
 */
export async function readSubmissions(folder: string): Promise<Submission[]> {
  const path = recordIn(folder);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(fileErrorCode(error) ?? '')) return [];
    throw describeFileError(error, path, 'read') ?? error;
  }
  try {
    const { submissions } = JSON.parse(text);
    if (Array.isArray(submissions)) return submissions;
  } catch {
    // falls through to the one message
  }
  throw new UserError('data', `${path} is damaged, so it is unknown which jobs Slurm has`, [
    'Make sure that no job of it runs: `squeue --me`. Then remove the file.',
  ]);
}

/** Writes the arrays; those whose runs all belong to later ones are left out. */
export async function writeSubmissions(folder: string, submissions: readonly Submission[]): Promise<void> {
  const tasks = [...latestTasks(submissions).values()];
  const needed = submissions.filter(({ id }) => tasks.some((task) => task.submission.id === id));
  await writeFileAtomically(recordIn(folder), `${JSON.stringify({ submissions: needed }, null, 2)}\n`);
}

/** The newest task of each run. */
interface RunTask {
  readonly submission: Submission;
  /** "JOB_INDEX", as Slurm calls it. */
  readonly task: string;
}

function latestTasks(submissions: readonly Submission[]): Map<string, RunTask> {
  return new Map(
    submissions.flatMap((submission) =>
      submission.runs.map((run, index): [string, RunTask] => [
        run,
        { submission, task: `${submission.id}_${index + 1}` },
      ]),
    ),
  );
}

/**
 * Returns the state of the newest task of each run.
 *
 * @throws UserError('launcher') when Slurm has tasks and cannot be asked
 */
export async function querySlurm(folder: string): Promise<LaunchedJobs> {
  const submissions = await readSubmissions(folder);
  const tasks = latestTasks(submissions);
  if (tasks.size === 0) return { active: [], queued: [], ended: [] };
  const known = await slurmTasks(submissions.map(({ id, runs }) => ({ id, tasks: runs.length })));
  const of = (run: string) => known.get(tasks.get(run)?.task ?? '');
  const runs = [...tasks.keys()];
  const active = runs.filter((run) => {
    const task = of(run);
    return task !== undefined && !hasEnded(task);
  });
  const ended = runs.filter((run) => !active.includes(run));
  const ends = await readEnds(folder, ended);
  return {
    active,
    queued: active.filter((run) => of(run)?.state === 'PENDING'),
    ended: ended.map((run) => endedJob(run, of(run), ends.get(run) ?? null)),
  };
}

function endedJob(run: string, task: SlurmTask | undefined, end: End | null): EndedJob {
  if (task === undefined && end === WAITING) {
    const reason = 'Slurm does not have its task any more, which never began';
    return { run, code: null, reason, cancelled: true };
  }
  const code = end === WAITING ? null : end;
  const isPlain = task === undefined || task.state === 'FAILED' || task.state === 'COMPLETED';
  return {
    run,
    code: task?.state === 'COMPLETED' ? 0 : code,
    reason: isPlain ? null : `Slurm says ${task.state}`,
    ...(task?.state === 'CANCELLED' && { cancelled: true }),
  };
}

/** What a task has left of its end: an exit code other than 0, or {@link WAITING}. */
type End = number | typeof WAITING;

/**
 * In the file of a task's end until the task begins, which removes it. Neither queue nor accounting know a task that was cancelled before
 * that, once its array is forgotten.
 */
const WAITING = 'waiting';

const endOf = (folder: string, run: string) => join(folder, 'ended', run);

/** Notes that tasks wait, in place of what earlier tasks of the runs have left. */
export async function markWaiting(folder: string, runs: readonly string[]): Promise<void> {
  await makeFolder(join(folder, 'ended'));
  for (const run of runs) {
    await rm(join(folder, 'kills', run), { force: true });
    await writeFile(endOf(folder, run), WAITING);
  }
}

/** Removes what {@link markWaiting} has written, of tasks that are not submitted after all. */
export async function unmarkWaiting(folder: string, runs: readonly string[]): Promise<void> {
  for (const run of runs) await rm(endOf(folder, run), { force: true });
}

async function readEnds(folder: string, runs: readonly string[]): Promise<Map<string, End>> {
  const left = await readdir(join(folder, 'ended')).catch(() => []);
  const found = left.filter((name) => runs.includes(name));
  const texts = await Promise.all(found.map((run) => readFile(endOf(folder, run), 'utf8')));
  return new Map(found.map((run, index) => [run, texts[index] === WAITING ? WAITING : Number(texts[index])]));
}

/** Cancels the tasks of runs, as far as they have not ended. */
export async function cancelSlurm(folder: string, runs: readonly string[]): Promise<void> {
  const { active } = await querySlurm(folder);
  const tasks = latestTasks(await readSubmissions(folder));
  const asked = active.filter((run) => runs.includes(run)).map((run) => tasks.get(run)?.task ?? '');
  if (asked.length > 0) await slurmCommand('scancel', asked);
}

function recordIn(folder: string): string {
  return join(folder, 'jobs.json');
}
