/** The base of the commands of sweeps: their flags, what they show meanwhile, and how they report. */
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { Args, type Command, Flags } from '@oclif/core';
import type { BackendName } from '../backends/backend.js';
import { UserError } from '../errors.js';
import type { LauncherName } from '../sweeps/launchers/launcher.js';
import type { ProgramWords } from '../sweeps/launchers/local.js';
import type { SweepReport } from '../sweeps/report.js';
import type { SweepEvent } from '../sweeps/start-sweep.js';
import { visibleData } from '../visible.js';
import { backendFlags } from './backend-flags.js';
import { BaseCommand } from './base-command.js';
import { dataFlag, integerFlag, launcherFlag, runsFlag, slurmFlag, sweepsFlag } from './flags.js';
import { interruptible } from './interrupt.js';

/** `SWEEP.yaml`. */
export const sweepArgument = {
  sweep: Args.string({
    description: 'The sweep file, or a word for one that comes with zlm, such as placement.',
    required: true,
  }),
};

/** Folders of a sweep and its runs. */
export const sweepPlaceFlags = {
  sweeps: sweepsFlag,
  runs: runsFlag,
};

/** Flags of the commands that train. */
export const sweepFlags = {
  jobs: integerFlag({
    description: 'Runs side by side on this machine, in all processes that work on the sweep.',
    default: 1,
    min: 1,
    max: 1024,
    helpValue: 'N',
  }),
  launcher: launcherFlag,
  slurm: slurmFlag,
  wait: Flags.boolean({ description: 'Follow the jobs of Slurm to their end, with the table.' }),
  ...sweepPlaceFlags,
  data: dataFlag,
  ...backendFlags,
};

/** Values of {@link sweepFlags}, as oclif parses them. */
interface SweepFlags {
  readonly jobs: number;
  readonly launcher?: LauncherName | undefined;
  readonly slurm: readonly string[];
  readonly wait: boolean;
  readonly sweeps: string;
  readonly runs: string;
  readonly data: string;
  readonly backend: BackendName | 'auto';
  readonly threads?: number | undefined;
  readonly cc?: string | undefined;
  readonly 'cuda-driver'?: string | undefined;
  readonly tensorflow?: string | undefined;
  readonly cache?: string | undefined;
}

/** Keys of a report whose texts may have several lines. */
const LINES_IN = ['problem'];

/** Seconds between two looks at the runs of this machine. */
const INTERVAL = 1;

/** The base of the commands of sweeps. */
export abstract class SweepCommand<T extends typeof Command> extends BaseCommand<T> {
  /** Finds the file of a named sweep, which may be one that comes with zlm. */
  protected async findSweep(named: string): Promise<string> {
    const { findSweep } = await import('./shipped-specs.js');
    return findSweep(named, this.config.root, (line) => this.progress().note(line));
  }

  /** Runs or submits a sweep with the table on stderr, and prints the result. */
  protected async sweep(named: string, flags: SweepFlags, retry: boolean): Promise<SweepReport> {
    const { resultOf } = await import('../systems/train.js');
    const { SweepDisplay } = await import('./sweep-display.js');
    const path = await this.findSweep(named);
    const service = await this.service(path, flags, retry);
    const display = new SweepDisplay();
    try {
      const report = await interruptible(
        (signal) => resultOf(service.start(signal), (event: SweepEvent) => display.show(safe(event))),
        () => display.note(service.onInterrupt),
      );
      display.close();
      return await this.report(report);
    } catch (error) {
      display.close();
      const isInterrupted = error instanceof UserError && error.kind === 'interrupted';
      throw isInterrupted ? this.interruption(service.interrupted) : error;
    }
  }

  /** Chooses the launcher and returns the service that uses it. */
  private async service(path: string, flags: SweepFlags, retry: boolean): Promise<Service> {
    const { chooseLauncher } = await import('../sweeps/choose-launcher.js');
    const { jobs, sweeps, runs, data, backend, threads, wait, slurm } = flags;
    const request = {
      ...{ path, sweepsFolder: sweeps, runsFolder: runs, dataFolder: data },
      ...{ backend, jobFlags: engineWords(flags), retry },
    };
    const chosen = await chooseLauncher({ ...request, named: flags.launcher ?? null, slurm });
    if (chosen.name === 'local') {
      if (wait) throw new UserError('usage', '--wait is for --launcher slurm', ['Leave out --wait.']);
      const { runSweep } = await import('../sweeps/run-sweep.js');
      const { localLauncher } = await import('../sweeps/launchers/local.js');
      const launcher = localLauncher(this.program(), jobs);
      const share = Math.max(1, Math.floor((threads ?? availableParallelism()) / jobs));
      return {
        start: (signal) => runSweep({ ...request, threads: share, launcher }, { signal, interval: INTERVAL }),
        onInterrupt: 'Saving the runs; interrupt again to leave them working',
        interrupted: 'Interrupted; the runs are saved',
      };
    }
    const { submitSweep } = await import('../sweeps/submit-sweep.js');
    const { slurmLauncher } = await import('../sweeps/launchers/slurm.js');
    const { folder, options } = chosen;
    const launcher = slurmLauncher({ zlm: this.program(), name: folder.name, folder: folder.queue, options });
    const submission = { ...request, threads: threads ?? options.cpus ?? 1, launcher };
    return {
      start: (signal) => submitSweep(submission, { signal, wait }),
      onInterrupt: 'The jobs stay in the queue',
      interrupted: 'Interrupted; the jobs stay in the queue',
    };
  }

  /** Prints a report; what diverged or failed sets the exit code. */
  protected async report(report: SweepReport): Promise<SweepReport> {
    const { renderSweepResult } = await import('./sweep-table.js');
    const result = this.print(report, renderSweepResult, LINES_IN);
    const states = report.runs.map(({ state }) => state);
    if (states.includes('failed')) this.failWith('data');
    else if (states.includes('diverged')) this.failWith('diverged');
    return result;
  }

  private interruption(message: string): UserError {
    return new UserError('interrupted', message, [`Continue the sweep: \`${this.commandLine()}\`.`]);
  }

  /** How to start this zlm: the file that node was started with, or the one of the package. */
  private program(): ProgramWords {
    return zlmProgram(this.config.root);
  }
}

/** What a launcher makes of a sweep, and what is said when it is interrupted. */
interface Service {
  start(signal: AbortSignal): AsyncGenerator<SweepEvent, SweepReport, void>;
  /** At the first signal. */
  readonly onInterrupt: string;
  /** At the end. */
  readonly interrupted: string;
}

/** Returns how to start this zlm: with the file that node was started with, or the one of the package, as absolute paths. */
export function zlmProgram(root: string): ProgramWords {
  const started = process.argv[1] ?? '';
  const own = /\bbin[\\/](?:dev|run)\.js$/.test(started) ? resolve(started) : join(root, 'bin', 'run.js');
  return [process.execPath, own];
}

/** The flags of the backend that every job gets. */
type EngineFlags = Pick<SweepFlags, 'cc' | 'cuda-driver' | 'tensorflow' | 'cache'>;

/** Returns the flags of the backend that every job gets. */
export function engineWords({ cc, 'cuda-driver': cudaDriver, tensorflow, cache }: EngineFlags): string[] {
  return [
    ...(cc ? ['--cc', cc] : []),
    ...(cudaDriver ? ['--cuda-driver', cudaDriver] : []),
    ...(tensorflow ? ['--tensorflow', tensorflow] : []),
    ...(cache ? ['--cache', cache] : []),
  ];
}

/** Makes the texts of an event safe to show. */
function safe(event: SweepEvent): SweepEvent {
  return visibleData(event, LINES_IN);
}
