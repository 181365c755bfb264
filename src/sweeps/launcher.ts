/**
 * The interface between a sweep and what runs its jobs: processes of this machine, or the queue of a cluster. A job is a command
 * line of zlm that works on one run folder; jobs are independent of each other. What a job achieves is in its run folder, which
 * may be read while it works; a launcher knows only whether the job is still there, and how it ended.
 */

/** One job: a run that is trained, or evaluated. */
export interface Job {
  /** Name of the run, which has one job at a time. */
  readonly run: string;
  /** The words after `zlm`. */
  readonly args: readonly string[];
  /** The file that gets everything that the job writes to stderr, appended. */
  readonly log: string;
}

/** A job that has ended. */
export interface EndedJob {
  readonly run: string;
  /** Exit code; null when a signal, or the launcher, ended it. */
  readonly code: number | null;
  /** How it ended where it has no exit code: "signal SIGKILL", "time limit". */
  readonly reason: string | null;
}

/** Jobs of a launcher at one moment. */
export interface LaunchedJobs {
  /** Names of runs whose jobs wait in a queue or are working. */
  readonly active: readonly string[];
  /** Jobs that have ended since the last query. */
  readonly ended: readonly EndedJob[];
}

/** Runs jobs. Its state outlives the process of the sweep where its jobs do. */
export interface Launcher {
  /** Jobs that it takes at once; infinite for a queue that orders them itself. */
  readonly capacity: number;
  /** Starts jobs, or queues them: all, or none with an error. */
  submit(jobs: readonly Job[]): Promise<void>;
  query(): Promise<LaunchedJobs>;
  /** Asks jobs to save and stop, as Ctrl-C does; {@link query} tells when they have. Unknown runs are ignored. */
  cancel(runs: readonly string[]): Promise<void>;
}
