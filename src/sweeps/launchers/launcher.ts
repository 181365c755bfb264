/**
 * The interface between a sweep and what runs its jobs: processes of this machine, or the queue of a cluster. A job is one or more
 * command lines of zlm that work on one run folder; jobs are independent of each other. What a job achieves is in its run folder, which
 * may be read while it works; a launcher knows only whether the job is still there, and how it ended.
 */

/** What runs the jobs of a sweep: processes of this machine, or Slurm. */
export const LAUNCHER_NAMES = ['local', 'slurm'] as const;

export type LauncherName = (typeof LAUNCHER_NAMES)[number];

/** One job: a run that is trained, evaluated, or both. */
export interface Job {
  /** Name of the run, which has one job at a time. */
  readonly run: string;
  /** Command lines, as the words after `zlm`. Each begins when the one before it has ended with exit code 0. */
  readonly steps: readonly (readonly string[])[];
  /** The file that gets everything that the job writes to stderr, appended. */
  readonly log: string;
}

/** A job that has ended. */
export interface EndedJob {
  readonly run: string;
  /** Exit code; null when a signal, or the launcher, ended it. */
  readonly code: number | null;
  /** How it ended as the launcher says: "signal SIGKILL", "TIMEOUT"; null where the exit code says it all. */
  readonly reason: string | null;
  /** Set when the user cancelled it by the means of the launcher itself, such as `scancel`. */
  readonly cancelled?: true;
}

/** Jobs of a launcher at one moment. */
export interface LaunchedJobs {
  /** Names of runs whose jobs wait in a queue or are working. */
  readonly active: readonly string[];
  /** Those of them that wait in a queue. */
  readonly queued: readonly string[];
  /** Jobs that have ended: those of processes since the last query, those of a queue that were the last of their runs. */
  readonly ended: readonly EndedJob[];
}

/** Runs jobs. Its state outlives the process of the sweep where its jobs do. */
export interface Launcher {
  /** Jobs that it takes at once; infinite for a queue that orders them itself. */
  readonly capacity: number;
  /** Starts jobs, or queues them: all, or none with an error. A queue runs those of one call as one array. */
  submit(jobs: readonly Job[]): Promise<void>;
  query(): Promise<LaunchedJobs>;
  /** Asks jobs to save and stop, as Ctrl-C does; {@link query} tells when they have. Unknown runs are ignored. */
  cancel(runs: readonly string[]): Promise<void>;
}
