/** The base of the commands of sweeps: their flags, what they show meanwhile, and how they report. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Args, type Command } from '@oclif/core';
import type { BackendName } from '../backends/backend.js';
import { UserError } from '../errors.js';
import type { ProgramWords } from '../sweeps/local-launcher.js';
import type { SweepReport } from '../sweeps/report.js';
import type { SweepEvent } from '../sweeps/run-sweep.js';
import { visibleData } from '../visible.js';
import { backendFlags } from './backend-flags.js';
import { BaseCommand } from './base-command.js';
import { dataFlag, integerFlag, runsFlag, sweepsFlag } from './flags.js';
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
    description: 'Runs of the sweep side by side, in all processes that work on it.',
    default: 1,
    min: 1,
    max: 1024,
    helpValue: 'N',
  }),
  ...sweepPlaceFlags,
  data: dataFlag,
  ...backendFlags,
};

/** Values of {@link sweepFlags}, as oclif parses them. */
interface SweepFlags {
  readonly jobs: number;
  readonly sweeps: string;
  readonly runs: string;
  readonly data: string;
  readonly backend: BackendName | 'auto';
  readonly threads?: number | undefined;
  readonly cc?: string | undefined;
  readonly 'cuda-driver'?: string | undefined;
  readonly cache?: string | undefined;
}

/** Keys of a report whose texts may have several lines. */
const LINES_IN = ['problem'];

/** Seconds between two looks at the runs. */
const INTERVAL = 1;

/** The base of the commands of sweeps. */
export abstract class SweepCommand<T extends typeof Command> extends BaseCommand<T> {
  /** Finds the file of a named sweep, which may be one that comes with zlm. */
  protected async findSweep(named: string): Promise<string> {
    const { findSweep } = await import('./shipped-specs.js');
    return findSweep(named, this.config.root, (line) => this.progress().note(line));
  }

  /** Runs a sweep with the table on stderr, and prints the result. */
  protected async sweep(named: string, flags: SweepFlags, retry: boolean): Promise<SweepReport> {
    const { resultOf } = await import('../systems/train.js');
    const { runSweep } = await import('../sweeps/run-sweep.js');
    const { localLauncher } = await import('../sweeps/local-launcher.js');
    const { SweepDisplay } = await import('./sweep-display.js');
    const { jobs, sweeps, runs, data, backend, threads } = flags;
    const path = await this.findSweep(named);
    const display = new SweepDisplay();
    const request = {
      path,
      sweepsFolder: sweeps,
      runsFolder: runs,
      dataFolder: data,
      backend,
      threads: Math.max(1, Math.floor((threads ?? availableParallelism()) / jobs)),
      jobFlags: engineWords(flags),
      launcher: localLauncher(this.program(), jobs),
      retry,
    };
    try {
      const report = await interruptible(
        (signal) =>
          resultOf(runSweep(request, { signal, interval: INTERVAL }), (event: SweepEvent) =>
            display.show(safe(event)),
          ),
        () => display.note('Saving the runs; interrupt again to leave them working'),
      );
      display.close();
      return await this.report(report);
    } catch (error) {
      display.close();
      throw error instanceof UserError && error.kind === 'interrupted' ? this.interruption() : error;
    }
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

  private interruption(): UserError {
    return new UserError('interrupted', 'Interrupted; the runs are saved', [
      `Continue the sweep: \`${this.commandLine()}\`.`,
    ]);
  }

  /** How to start this zlm: the file that node was started with, or the one of the package. */
  private program(): ProgramWords {
    const started = process.argv[1] ?? '';
    const own = /\bbin[\\/](?:dev|run)\.js$/.test(started)
      ? started
      : join(this.config.root, 'bin', 'run.js');
    return [process.execPath, own];
  }
}

/** Returns the flags of the backend that every job gets. */
function engineWords({ cc, 'cuda-driver': cudaDriver, cache }: SweepFlags): string[] {
  return [
    ...(cc ? ['--cc', cc] : []),
    ...(cudaDriver ? ['--cuda-driver', cudaDriver] : []),
    ...(cache ? ['--cache', cache] : []),
  ];
}

/** Makes the texts of an event safe to show. */
function safe(event: SweepEvent): SweepEvent {
  return visibleData(event, LINES_IN);
}
