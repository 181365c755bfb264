/** Puts together what run folders and the queue of a cluster say about the runs of a sweep. */
import type { EndedJob, LaunchedJobs } from './launchers/launcher.js';
import { isLost } from './next-steps.js';
import type { ObservedRun, ObservedRuns } from './observe.js';
import { lastLines, type SweepFolder } from './sweep-folder.js';

/**
 * Returns the runs with what became of their jobs: queued, at work before its run folder shows it, or ended without a result, with
 * Slurm's reason and the last lines of the log. A result in the run folder has priority.
 */
export async function withJobs(
  runs: ObservedRuns,
  jobs: LaunchedJobs,
  folder: SweepFolder,
): Promise<ObservedRuns> {
  const [active, queued] = [new Set(jobs.active), new Set(jobs.queued)];
  const ended = new Map(jobs.ended.map((job) => [job.run, job]));
  const merged = [...runs].map(async ([name, run]): Promise<[string, ObservedRun]> => {
    const isOpen = run.state === 'waiting' || run.state === 'interrupted';
    if (active.has(name)) {
      return [name, isOpen ? { ...run, state: queued.has(name) ? 'queued' : 'running' } : run];
    }
    const job = ended.get(name);
    const isUntested = run.state === 'finished' && run.test === null;
    if (!job || !(isOpen || (isUntested && hasFailed(job)))) return [name, run];
    const problem = `${howItEnded(job)}\n${await lastLines(folder, name)}`.trim();
    return [name, { ...run, state: job.cancelled ? 'cancelled' : 'failed', problem }];
  });
  return new Map(await Promise.all(merged));
}

/** Returns the runs as they are for a retry: those without a result are to be continued, or evaluated. */
export function asBeforeFailure(runs: ObservedRuns, folders: ObservedRuns): ObservedRuns {
  return new Map(
    [...runs].map(([name, run]) => {
      const state = folders.get(name)?.state ?? run.state;
      return [name, isLost(run) ? { ...run, state: state === 'diverged' ? 'interrupted' : state } : run];
    }),
  );
}

function hasFailed({ code, reason }: EndedJob): boolean {
  return reason !== null || (code !== null && code !== 0);
}

function howItEnded({ code, reason }: EndedJob): string {
  if (code === 0) return 'Its job has ended with exit code 0, but the run folder does not show a result';
  if (code === null) return reason ?? 'Its job has ended, and Slurm no longer knows how';
  return [...(reason === null ? [] : [reason]), `Exit code ${code}`].join(', ');
}
