/** Slurm's commands as functions: what they print, parsed, and their refusals as errors that a user can act on. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { UserError } from '../../errors.js';
import { fileErrorCode } from '../../storage/file-error.js';

const run = promisify(execFile);

/** Seconds that Slurm has for an answer: its commands repeat a request that the controller is too busy for. */
export const PATIENCE = 60;

const CHECK = 'Check that Slurm works here: `sinfo` and `squeue`.';

/**
 * Runs a command of Slurm.
 *
 * @param patience seconds after which it is ended
 * @returns what it prints
 * @throws UserError('launcher') when it is missing, fails, or does not end; the message has Slurm's own words
 */
export async function slurmCommand(
  program: string,
  words: readonly string[],
  patience = PATIENCE,
): Promise<string> {
  try {
    const options = { timeout: 1000 * patience, maxBuffer: 2 ** 28 };
    return (await run(program, words, options)).stdout;
  } catch (error) {
    if (fileErrorCode(error) === 'ENOENT') throw notInstalled(program);
    const { stderr = '', killed, message } = error as Error & { stderr?: string; killed?: boolean };
    const said = wordsOf(stderr) || (killed ? '' : message);
    if (killed) {
      const line = `${program} has no answer of Slurm after ${patience} seconds${said && `: ${said}`}`;
      throw new UserError('launcher', line, [CHECK, 'Then run the command again.']);
    }
    throw new UserError('launcher', `Slurm refuses: ${said}`, await curesOf(said));
  }
}

function notInstalled(program: string): UserError {
  return new UserError('launcher', `Slurm is not installed here: there is no program ${program}`, [
    'Run this on a machine of the cluster from which jobs are submitted.',
    'Train on this machine: --launcher local.',
  ]);
}

/** Returns the lines of an error without the name of the program before each. */
function wordsOf(stderr: string): string {
  const lines = stderr
    .split('\n')
    .map((line) =>
      line
        .replace(/^\w+: (?:error|fatal): (?:Batch job submission failed: )?/, '')
        .replace(/^allocation failure: /, '')
        .trim(),
    )
    .filter((line) => line !== '');
  return [...new Set(lines)].join('; ');
}

async function curesOf(said: string): Promise<string[]> {
  if (/partition/i.test(said)) {
    const names = await slurmCommand('sinfo', ['--noheader', '--format=%R']).catch(() => '');
    const partitions = [...new Set(names.split('\n').filter((name) => name !== ''))];
    if (partitions.length > 0) {
      return [`Take one of its partitions, ${partitions.join(', ')}: --slurm partition=${partitions[0]}.`];
    }
  }
  if (/account|QOS|limit/i.test(said)) {
    return ['Take another account or smaller limits: --slurm account=NAME, --slurm time=HH:MM:SS.'];
  }
  if (/temporarily unavailable|MaxJobCount/i.test(said)) {
    return [
      'The queue has no room for so many tasks now: submit when others have ended, or split the sweep.',
    ];
  }
  if (/contact|connect/i.test(said)) return [CHECK];
  return ['Change the options of the job array: `launcher.slurm` in the sweep file, or --slurm KEY=VALUE.'];
}

/** A task of a job array as Slurm knows it. */
export interface SlurmTask {
  /** "RUNNING", "TIMEOUT". */
  readonly state: string;
  /** "Resources", "NodeFail"; "None" where there is none. */
  readonly reason: string;
}

/** States of a task that has not ended. */
const UNFINISHED = [
  'PENDING',
  'RUNNING',
  'COMPLETING',
  'CONFIGURING',
  'SUSPENDED',
  'STOPPED',
  'SIGNALING',
  'STAGE_OUT',
  'RESIZING',
  'REQUEUED',
  'REQUEUE_HOLD',
  'REQUEUE_FED',
  'RESV_DEL_HOLD',
  'SPECIAL_EXIT',
];

export function hasEnded({ state }: SlurmTask): boolean {
  return !UNFINISHED.includes(state);
}

/**
 * Returns the tasks of job arrays, by "JOB_INDEX": from the queue, which remembers what has ended for some minutes, and of those
 * that it has forgotten from the accounting, where the cluster has one.
 *
 * @param arrays ids of the arrays, and the number of tasks of each, which count from 1
 * @throws UserError('launcher') when the queue cannot be read
 */
export async function slurmTasks(
  arrays: readonly { readonly id: string; readonly tasks: number }[],
): Promise<Map<string, SlurmTask>> {
  const ids = new Set(arrays.map(({ id }) => id));
  // All jobs of the user in one request: to name jobs that the queue has forgotten is an error.
  const words = ['--me', '--noheader', '--array', '--states=all', '--format=%F|%K|%T|%r'];
  const known = new Map<string, SlurmTask>();
  for (const line of (await slurmCommand('squeue', words)).split('\n')) {
    const [array, index, state, reason] = line.trim().split('|');
    if (ids.has(array)) known.set(`${array}_${index}`, { state, reason });
  }
  const forgotten = arrays.filter(({ id, tasks }) =>
    Array.from({ length: tasks }, (_, i) => `${id}_${i + 1}`).some((task) => !known.has(task)),
  );
  for (const [task, found] of await accounted(forgotten.map(({ id }) => id))) {
    if (!known.has(task)) known.set(task, found);
  }
  return known;
}

/** Returns tasks from the accounting; none where the cluster has no accounting. */
async function accounted(ids: readonly string[]): Promise<Map<string, SlurmTask>> {
  if (ids.length === 0) return new Map();
  const words = ['--allocations', '--noheader', '--parsable2', '--format=JobID,State,Reason'];
  const text = await slurmCommand('sacct', [...words, `--jobs=${ids.join(',')}`]).catch(() => '');
  const rows = text.split('\n').map((line) => line.trim().split('|'));
  // "CANCELLED by 1000"
  return new Map(
    rows.map(([task, state = '', reason = 'None']) => [task, { state: state.split(' ')[0], reason }]),
  );
}

/** Returns the number of tasks that an array may have here. */
export async function largestArray(): Promise<number> {
  const text = await slurmCommand('scontrol', ['show', 'config']);
  // Indexes are below MaxArraySize, and ours count from 1.
  return Number(/^MaxArraySize\s*=\s*(\d+)/m.exec(text)?.[1] ?? 1001) - 1;
}
