/** Hands jobs to Slurm, all jobs of a call as one job array. Queueing, limits, preemption and restarts are Slurm's. */
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { writeFileAtomically } from '../../storage/atomic-write.js';
import { batchScript, type SlurmOptions, taskLine } from './batch-script.js';
import type { Job, Launcher } from './launcher.js';
import type { ProgramWords } from './local.js';
import { largestArray, slurmCommand } from './slurm-commands.js';
import {
  cancelSlurm,
  markWaiting,
  querySlurm,
  readSubmissions,
  type Submission,
  unmarkWaiting,
  writeSubmissions,
} from './slurm-queue.js';

/** Settings of {@link slurmLauncher}. */
export interface SlurmSettings {
  readonly zlm: ProgramWords;
  /** Name of what is submitted, such as that of the sweep. */
  readonly name: string;
  /** Folder of the batch scripts and of the record of what was submitted. */
  readonly folder: string;
  readonly options: SlurmOptions;
  /** Seconds that Slurm has to accept an array; 60 by default. */
  readonly patience?: number;
}

/**
 * Makes a launcher of job arrays. `submit` first writes the batch script and the tasks, then submits the array on hold, records it,
 * and releases it: whatever fails on the way, no task runs that the folder does not know. Where Slurm allows fewer tasks in an array
 * than there are jobs, there are several arrays.
 */
export function slurmLauncher(settings: SlurmSettings): Launcher {
  const { folder } = settings;
  return {
    capacity: Number.POSITIVE_INFINITY,
    async submit(jobs) {
      if (jobs.length > 0) await submit(jobs, settings);
    },
    query: () => querySlurm(folder),
    cancel: (runs) => cancelSlurm(folder, runs),
  };
}

async function submit(jobs: readonly Job[], settings: SlurmSettings): Promise<void> {
  const { folder, patience } = settings;
  const runs = jobs.map(({ run }) => run);
  const before = await readSubmissions(folder);
  const most = await largestArray();
  const submitted: Submission[] = [];
  const files: string[] = [];
  try {
    for (let first = 0; first < jobs.length; first += most) {
      const ofArray = jobs.slice(first, first + most);
      const script = await writeArray(ofArray, settings, files);
      // Slurm does not check whether any node could run a job that is on hold, so it is asked before.
      await slurmCommand('sbatch', ['--test-only', script], patience);
      const words = ['--parsable', '--hold', script];
      const printed = await slurmCommand('sbatch', words, patience);
      const submittedAt = new Date().toISOString();
      // "17", or "17;cluster"
      submitted.push({ id: printed.trim().split(';')[0], submittedAt, runs: ofArray.map(({ run }) => run) });
    }
    await writeSubmissions(folder, [...before, ...submitted]);
    await markWaiting(folder, runs);
    await slurmCommand('scontrol', ['release', submitted.map(({ id }) => id).join(',')], patience);
  } catch (error) {
    await takeBack(submitted, files);
    if (submitted.length > 0) {
      await writeSubmissions(folder, before).catch(() => {});
      await unmarkWaiting(folder, runs).catch(() => {});
    }
    throw error;
  }
}

/** Writes the script of an array and its tasks. Returns the path of the script. */
async function writeArray(
  jobs: readonly Job[],
  { zlm, name, folder, options }: SlurmSettings,
  files: string[],
): Promise<string> {
  const stem = `array-${new Date().toISOString().replace(/[^\dT]/g, '')}-${files.length / 2 + 1}`;
  const plan = { folder: resolve(folder), workingFolder: process.cwd(), tasks: `${stem}.tasks` };
  const [tasks, script] = [join(plan.folder, plan.tasks), join(plan.folder, `${stem}.sh`)];
  files.push(tasks, script);
  const inFolder = jobs.map((job) => ({ ...job, log: resolve(job.log) }));
  await writeFileAtomically(tasks, inFolder.map((job) => `${taskLine(job)}\n`).join(''));
  const text = batchScript({ ...plan, zlm, name: `zlm-${name}`, count: jobs.length, options });
  await writeFileAtomically(script, text);
  return script;
}

/** Cancels arrays that were not released, and removes their files. */
async function takeBack(submitted: readonly Submission[], files: readonly string[]): Promise<void> {
  if (submitted.length > 0)
    await slurmCommand(
      'scancel',
      submitted.map(({ id }) => id),
    ).catch(() => {});
  for (const file of files) await rm(file, { force: true }).catch(() => {});
}
