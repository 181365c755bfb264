/** Training from a program: a spec, a run to resume, or a sweep. */
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { chooseLauncher } from '../sweeps/choose-launcher.js';
import type { SlurmOptions } from '../sweeps/launchers/batch-script.js';
import type { Launcher } from '../sweeps/launchers/launcher.js';
import { localLauncher, type ProgramWords } from '../sweeps/launchers/local.js';
import { slurmLauncher } from '../sweeps/launchers/slurm.js';
import type { SweepReport } from '../sweeps/report.js';
import { runSweep } from '../sweeps/run-sweep.js';
import type { SweepEvent } from '../sweeps/start-sweep.js';
import { submitSweep as submit } from '../sweeps/submit-sweep.js';
import { cancelSweep as cancelRuns, sweepStatus as statusOfSweep } from '../sweeps/sweep-status.js';
import type { Plan, PlanEvent, TrainingOutcome } from '../systems/system.js';
import { plan as planTraining, type TrainRequest, train as trainRun } from '../systems/train.js';
import type { TrainingEvent } from '../training/events.js';
import {
  backendOptionsOf,
  DATA_FOLDER,
  packageVersion,
  RUNS_FOLDER,
  type Surroundings,
  SWEEPS_FOLDER,
  withoutUndefined,
} from './surroundings.js';

/** A spec to train, or a run to resume. */
export type TrainOptions = Surroundings & {
  /** `a.b=c` texts, as `--set` takes them. */
  readonly overrides?: readonly string[];
  /** The command in the record of the run. */
  readonly command?: string;
} & (
    | {
        /** Path of the YAML file. */
        readonly spec: string;
        /** Name of the run's folder; the date and the spec's name by default. */
        readonly name?: string;
        /** Continue the run of that name, if there is one. */
        readonly continueNamed?: boolean;
      }
    | {
        /** Name or path of a run, or `latest`. */
        readonly resume: string;
      }
  );

/**
 * Trains the model of a spec, or resumes a run, to the end or an interruption. The folder of the run has everything.
 *
 * @returns events as they happen, and the outcome as the generator's return value: see {@link resultOf}
 */
export async function* train(options: TrainOptions): AsyncGenerator<TrainingEvent, TrainingOutcome, void> {
  return yield* trainRun(await trainRequest(options), options);
}

/**
 * Plans what {@link train} would do: size, memory, schedule, and the time from a few timed batches. Nothing is written.
 *
 * @returns events as they happen, and the plan as the generator's return value
 */
export async function* plan(options: TrainOptions): AsyncGenerator<PlanEvent, Plan, void> {
  return yield* planTraining(await trainRequest(options), options);
}

/** Options of {@link sweep}. */
export interface SweepOptions extends Surroundings {
  /** Folder of the sweeps, with the tables and logs of each; `sweeps` by default. */
  readonly sweepsFolder?: string;
  /** Runs side by side, which share the threads; 1 by default. */
  readonly jobs?: number;
  /** What starts the runs; processes of this machine by default. */
  readonly launcher?: Launcher;
  /** Try again what failed or diverged. */
  readonly retry?: boolean;
}

/**
 * Trains the runs of a sweep file that are not finished, each in a process of its own, and evaluates them.
 *
 * @param path the sweep file
 * @returns reports as the runs progress, and the last one as the generator's return value: see {@link resultOf}
 */
export async function* sweep(
  path: string,
  options: SweepOptions = {},
): AsyncGenerator<SweepEvent, SweepReport, void> {
  const { jobs = 1, backend = 'auto', retry = false, cacheFolder, signal } = options;
  const { dataFolder = DATA_FOLDER, runsFolder = RUNS_FOLDER, sweepsFolder = SWEEPS_FOLDER } = options;
  const request = {
    ...{ path, dataFolder, runsFolder, sweepsFolder, backend, retry },
    threads: Math.max(1, Math.floor((options.threads ?? availableParallelism()) / jobs)),
    jobFlags: cacheFolder === undefined ? [] : ['--cache', cacheFolder],
    launcher: options.launcher ?? localLauncher(zlmWords(), jobs),
  };
  return yield* runSweep(request, withoutUndefined({ signal }));
}

/** Reports how far a sweep is; nothing is started or written. @param path the sweep file */
export function sweepStatus(
  path: string,
  options: Pick<SweepOptions, 'runsFolder' | 'sweepsFolder'> = {},
): Promise<SweepReport> {
  return statusOfSweep({ path, runsFolder: RUNS_FOLDER, sweepsFolder: SWEEPS_FOLDER, ...options });
}

/** Options of {@link submitSweep}. */
export interface SubmitOptions extends Omit<SweepOptions, 'jobs' | 'launcher'> {
  /** Options of the job array instead of those in the sweep file. */
  readonly slurm?: SlurmOptions;
  /** Follow the jobs to their end, and submit what follows from them. */
  readonly wait?: boolean;
}

/**
 * Submits the runs of a sweep file that have no result to Slurm, as one job array.
 *
 * @param path the sweep file
 * @returns notes and reports, and the last report as the generator's return value: see {@link resultOf}
 */
export async function* submitSweep(
  path: string,
  options: SubmitOptions = {},
): AsyncGenerator<SweepEvent, SweepReport, void> {
  const { backend = 'auto', retry = false, wait = false, cacheFolder, signal } = options;
  const { dataFolder = DATA_FOLDER, runsFolder = RUNS_FOLDER, sweepsFolder = SWEEPS_FOLDER } = options;
  const chosen = await chooseLauncher({ path, sweepsFolder, named: 'slurm', slurm: [] });
  const slurm = options.slurm ?? chosen.options;
  const { name, queue: folder } = chosen.folder;
  const request = {
    ...{ path, dataFolder, runsFolder, sweepsFolder, backend, retry },
    threads: options.threads ?? slurm.cpus ?? 1,
    jobFlags: cacheFolder === undefined ? [] : ['--cache', cacheFolder],
    launcher: slurmLauncher({ zlm: zlmWords(), name, folder, options: slurm }),
  };
  return yield* submit(request, withoutUndefined({ signal, wait }));
}

/**
 * Cancels runs of a sweep that have no result yet, on this machine or in Slurm; those at work save first.
 *
 * @param path  the sweep file
 * @param names of the runs; all by default
 */
export function cancelSweep(
  path: string,
  names: readonly string[] = [],
  options: Pick<SweepOptions, 'runsFolder' | 'sweepsFolder'> = {},
): Promise<SweepReport> {
  return cancelRuns({ path, runsFolder: RUNS_FOLDER, sweepsFolder: SWEEPS_FOLDER, ...options }, names);
}

function zlmWords(): ProgramWords {
  return [process.execPath, fileURLToPath(new URL('../../bin/run.js', import.meta.url))];
}

async function trainRequest(options: TrainOptions): Promise<TrainRequest> {
  const { overrides = [], dataFolder = DATA_FOLDER, runsFolder = RUNS_FOLDER, backend = 'auto' } = options;
  return {
    spec: 'spec' in options ? options.spec : null,
    resume: 'resume' in options ? options.resume : null,
    name: ('name' in options ? options.name : undefined) ?? null,
    continueNamed: ('continueNamed' in options && options.continueNamed) || false,
    overrides,
    dataFolder,
    runsFolder,
    backend,
    backendOptions: backendOptionsOf(options),
    command: options.command ?? 'a program',
    version: await packageVersion(),
  };
}
