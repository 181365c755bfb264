import { Args, Flags } from '@oclif/core';
import { BaseCommand, withOwnColors } from '../cli/base-command.js';
import { cacheFlag, cacheFolder, numberFlag, runsFlag } from '../cli/flags.js';
import { interruptible } from '../cli/interrupt.js';
import type { View } from '../cli/watch-runs.js';
import type { RunSummary } from '../runs/list-runs.js';
import type { FileMemory } from '../storage/file-memory.js';
import { visible, visibleData } from '../visible.js';

/** Keys whose texts may have several lines: the reason why a run cannot be read, and the cure. */
const LINES_IN = ['problem'];

export default class Runs extends BaseCommand<typeof Runs> {
  static override summary = 'List the training runs with their state, perplexity and time.';

  static override description =
    'The newest run comes first. A * marks the run that `latest` means. valid is the best perplexity in ' +
    'training; test and valid by eval are the last results of `zlm eval`, for the best checkpoint with batch 1 unless they say ' +
    'otherwise, and stale once the checkpoint has changed. The last column has the keys of the spec in which a run differs ' +
    'from most others. With names of runs, only these are listed, and a terminal also shows their perplexity per epoch as a curve. ' +
    'With --watch, Ctrl-C ends the command with exit code 0.';

  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> vertical naive',
    '<%= config.bin %> <%= command.id %> --runs experiments',
    '<%= config.bin %> <%= command.id %> --watch',
    { description: 'The newest run', command: "<%= config.bin %> <%= command.id %> --json | jq '.runs[0]'" },
  ];

  static override args = {
    runs: Args.string({
      description: 'The runs to list: names, paths, or latest; all by default.',
      required: false,
      multiple: true,
    }),
  };

  static override flags = {
    watch: Flags.boolean({
      description: 'Keep showing the table: in place on a terminal, elsewhere when a run has changed.',
      exclusive: ['json'],
    }),
    interval: numberFlag({
      description: 'Seconds between two updates of --watch.',
      default: 2,
      min: 0.1,
      max: 86_400,
      helpValue: 'SECONDS',
    }),
    runs: runsFlag,
    cache: cacheFlag,
  };

  #memory: FileMemory | undefined;

  async run(): Promise<{ runs: RunSummary[] }> {
    const { renderRuns } = await import('../cli/runs-table.js');
    const { watch } = this.flags;
    if (watch) await this.watch();
    const result = { runs: await this.list() };
    if (watch) return result;
    const curve =
      process.stdout.isTTY && this.args.runs && !this.jsonEnabled() ? await this.curve(result.runs) : null;
    const render = ({ runs }: typeof result, width: number) => {
      const table = this.inPlaces(renderRuns(runs, this.folder, width));
      const drawn = curve?.(width) ?? '';
      return drawn === '' ? table : `${table}\n\n${drawn}`;
    };
    return this.print(result, render, LINES_IN);
  }

  private get folder(): string {
    return visible(this.flags.runs);
  }

  /** Returns what draws the curves of the runs in a width; it returns nothing where there is nothing to draw. */
  private async curve(runs: readonly RunSummary[]): Promise<(width: number) => string> {
    const { renderCurve, showsUnicode } = await import('../cli/terminal-curve.js');
    const { learningCurves } = await import('../figures/learning-curves.js');
    const { RunFolder } = await import('../runs/run-folder.js');
    const { readMetrics } = await import('../training/metrics.js');
    const groups = await Promise.all(
      runs.map(async ({ name, folder }) => {
        const rows = await readMetrics(new RunFolder(folder));
        return { name: visible(name), runs: [rows.filter((row) => row.kind === 'epoch')] };
      }),
    );
    const unicode = showsUnicode(process.env);
    return (width) => renderCurve(learningCurves(groups, false), { width, unicode });
  }

  /** Shows the table until the user interrupts the command. */
  private async watch(): Promise<void> {
    const { watch } = await import('../cli/watch-runs.js');
    await interruptible((signal) => watch(() => this.snapshot(), this.flags.interval, signal));
  }

  private async list(): Promise<RunSummary[]> {
    const { listRuns } = await import('../runs/list-runs.js');
    const { loadSpecMemory } = await import('../runs/run-differences.js');
    this.#memory ??= await loadSpecMemory(this.flags.runs, cacheFolder(this.flags.cache));
    const runs = await listRuns(this.flags.runs, this.#memory, this.args.runs);
    return runs.map((run) =>
      run.problem === undefined ? run : { ...run, problem: this.inPlaces(run.problem) },
    );
  }

  private async snapshot(): Promise<View> {
    const { renderRuns } = await import('../cli/runs-table.js');
    const runs = visibleData(await this.list(), LINES_IN);
    return {
      // Progress within an epoch is not worth a line in a log.
      state: JSON.stringify(
        runs.map(({ live, seconds: _seconds, updatedAt: _at, ...run }) => [run, live?.phase]),
      ),
      render: (width) => withOwnColors(this.inPlaces(renderRuns(runs, this.folder, width))),
    };
  }
}
