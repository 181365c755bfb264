/**
 * The Slurm job of a process. On storage that several machines share, a process id alone does not tell who holds a lock: a lock
 * names the job as well, and Slurm tells whether the job still runs.
 */
import { execFile } from 'node:child_process';
import { userInfo } from 'node:os';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A job, and which of its starts: Slurm requeues a job under the same id. */
export interface SlurmJob {
  /** Its number; of a task of an array ARRAY_INDEX, since the array's number alone may mean all of its tasks. */
  readonly id: string;
  /** Times that it was requeued before this start. */
  readonly restarts: number;
  readonly cluster: string;
  readonly user: string;
}

/** Returns the job that this process belongs to; undefined outside of Slurm. */
export function ownSlurmJob(environment: NodeJS.ProcessEnv = process.env): SlurmJob | undefined {
  const { SLURM_JOB_ID, SLURM_ARRAY_JOB_ID: array, SLURM_ARRAY_TASK_ID: index } = environment;
  const { SLURM_CLUSTER_NAME: cluster = '', SLURM_RESTART_COUNT = '0' } = environment;
  const id = array === undefined || index === undefined ? (SLURM_JOB_ID ?? '') : `${array}_${index}`;
  const restarts = Number(SLURM_RESTART_COUNT);
  if (!/^\d+(_\d+)?$/.test(id) || cluster === '' || !Number.isSafeInteger(restarts)) return undefined;
  return { id, restarts, cluster, user: userInfo().username };
}

/** Parses a job that was written as JSON; undefined when it is none. */
export function parseSlurmJob(value: unknown): SlurmJob | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { id, restarts, cluster, user } = value as Record<string, unknown>;
  const isJob =
    [id, cluster, user].every((text) => typeof text === 'string') && Number.isSafeInteger(restarts);
  return isJob ? (value as SlurmJob) : undefined;
}

/**
 * Tells whether a start of a job is over: the job has ended, waits in the queue again, or was started once more. False also when
 * Slurm cannot be asked: where it is not installed or does not answer, for a job of another cluster, and for one of another user,
 * whose jobs Slurm may hide.
 *
 * @param job    of the process in question
 * @param own    the job of this process
 * @param maxAge of an answer that may be used again, in milliseconds
 */
export async function slurmJobIsOver(
  job: SlurmJob,
  own: SlurmJob | undefined,
  maxAge: number,
): Promise<boolean> {
  if (own?.id === job.id && own.cluster === job.cluster) return own.restarts > job.restarts;
  if (job.user !== userInfo().username) return false;
  if ((own?.cluster ?? (await clusterName())) !== job.cluster) return false;
  const jobs = await jobsOfUser(job.user, maxAge);
  if (jobs === null) return false;
  const found = jobs.get(job.id);
  return !found || found.state === 'PENDING' || found.restarts > job.restarts;
}

interface QueuedJob {
  readonly restarts: number;
  readonly state: string;
}

let lastAnswer: { readonly at: number; readonly jobs: Promise<Map<string, QueuedJob> | null> } | null = null;

/** Returns the jobs of this user that have not ended, by number: one question for all locks that are looked at together. */
function jobsOfUser(user: string, maxAge: number): Promise<Map<string, QueuedJob> | null> {
  const now = performance.now();
  if (lastAnswer === null || now - lastAnswer.at > maxAge) lastAnswer = { at: now, jobs: askForJobs(user) };
  return lastAnswer.jobs;
}

async function askForJobs(user: string): Promise<Map<string, QueuedJob> | null> {
  const columns = '--Format=JobID:16,ArrayJobID:16,ArrayTaskID:16,RestartCnt:12,State:24';
  const text = await answer('squeue', ['--noheader', '--array', `--user=${user}`, columns]);
  if (text === null) return null;
  const rows = text.split('\n').map((line) => line.trim().split(/\s+/));
  return new Map(
    rows
      .filter((row) => row.length === 5)
      .map(([job, array, index, restarts, state]) => [
        /^\d+$/.test(index) ? `${array}_${index}` : job,
        { restarts: Number(restarts), state },
      ]),
  );
}

let cluster: Promise<string | null> | null = null;

function clusterName(): Promise<string | null> {
  cluster ??= answer('scontrol', ['show', 'config']).then(
    (text) => /^ClusterName\s*=\s*(\S+)/m.exec(text ?? '')?.[1] ?? null,
  );
  return cluster;
}

/** Milliseconds that Slurm has for an answer. */
const PATIENCE = 20_000;

async function answer(program: string, words: readonly string[]): Promise<string | null> {
  try {
    return (await run(program, words, { timeout: PATIENCE, maxBuffer: 2 ** 28 })).stdout;
  } catch {
    return null;
  }
}
