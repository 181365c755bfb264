import { Flags } from '@oclif/core';
import { BaseCommand } from '../cli/base-command.js';
import { numberFlag, runsFlag } from '../cli/flags.js';
import { interruptible } from '../cli/interrupt.js';
import { withOwnColors } from '../cli/own-colors.js';
import type { View } from '../cli/watch-runs.js';
import type { RunSummary } from '../runs/list-runs.js';
import { visible, visibleData } from '../visible.js';

/** What may have several lines: the reason why a run cannot be read, and the cure. */
const LINES_IN = ['problem'];

export default class Runs extends BaseCommand<typeof Runs> {
  static override summary = 'List the training runs with their state, perplexity and time.';

  static override description =
    'The newest run comes first. A * marks the one that `latest` stands for where a command takes a run. valid is the best ' +
    'perplexity in training; test and valid by eval are what `zlm eval` measured last, of the best checkpoint with batch 1 ' +
    'unless it says otherwise, and stale once the checkpoint has changed. The last column has the keys of the spec in ' +
    'which a run differs from most of the others. With --watch, Ctrl-C ends the command with exit code 0.';

  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --runs experiments',
    '<%= config.bin %> <%= command.id %> --watch',
    { description: 'The newest run', command: "<%= config.bin %> <%= command.id %> --json | jq '.runs[0]'" },
  ];

  static override flags = {
    watch: Flags.boolean({
      description:
        'Show the table again and again: in place on a terminal, elsewhere when a run has changed.',
      exclusive: ['json'],
    }),
    interval: numberFlag({
      description: 'Seconds between two looks of --watch.',
      default: 2,
      min: 0.1,
      max: 86_400,
      helpValue: 'SECONDS',
    }),
    runs: runsFlag,
  };

  async run(): Promise<{ runs: RunSummary[] }> {
    const { renderRuns } = await import('../cli/runs-table.js');
    const { runs: folder, watch } = this.flags;
    if (watch) await this.watch();
    const result = { runs: await this.list() };
    if (watch) return result;
    const width = process.stdout.isTTY ? process.stdout.columns : Number.POSITIVE_INFINITY;
    return this.print(result, (shown) => renderRuns(shown.runs, visible(folder), width), LINES_IN);
  }

  /** Shows the table until the command is interrupted, which is how it is meant to end. */
  private async watch(): Promise<void> {
    const { watch } = await import('../cli/watch-runs.js');
    await interruptible((signal) => watch(() => this.look(), this.flags.interval, signal));
  }

  private async list(): Promise<RunSummary[]> {
    const { listRuns } = await import('../runs/list-runs.js');
    const runs = await listRuns(this.flags.runs);
    return runs.map((run) =>
      run.problem === undefined ? run : { ...run, problem: this.inPlaces(run.problem) },
    );
  }

  private async look(): Promise<View> {
    const { renderRuns } = await import('../cli/runs-table.js');
    const runs = visibleData(await this.list(), LINES_IN);
    return {
      // How far a run has come within an epoch is no news for a log.
      state: JSON.stringify(
        runs.map(({ live, seconds: _seconds, updatedAt: _at, ...run }) => [run, live?.phase]),
      ),
      render: (width) => withOwnColors(renderRuns(runs, visible(this.flags.runs), width)),
    };
  }
}
