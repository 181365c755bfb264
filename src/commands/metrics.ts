import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../cli/base-command.js';
import { runsFlag } from '../cli/flags.js';
import type { MetricsResult } from '../cli/metrics-text.js';

export default class Metrics extends BaseCommand<typeof Metrics> {
  static override summary =
    'Print the figures of a training run: a row for each epoch, or about a hundred per epoch.';

  static override description =
    'The figures come from metrics.jsonl in the run folder; schemas/metrics.schema.json explains each. With ' +
    '--csv the first line names the columns, and numbers have all their digits.';

  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> small-1 --csv > small-1.csv',
    '<%= config.bin %> <%= command.id %> small-1 --rows windows --csv',
    {
      description: 'The best epoch',
      command: "<%= config.bin %> <%= command.id %> --json | jq '.rows | min_by(.validPerplexity)'",
    },
  ];

  static override args = {
    run: Args.string({ description: 'The run: a name, a path, or latest.', default: 'latest' }),
  };

  static override flags = {
    rows: Flags.option({
      description: 'Kind of rows; an n-gram model has a single row.',
      options: ['epochs', 'windows'] as const,
      default: 'epochs' as const,
    })(),
    csv: Flags.boolean({ description: 'Print comma-separated values.', exclusive: ['json'] }),
    runs: runsFlag,
  };

  async run(): Promise<MetricsResult> {
    const { findRun } = await import('../runs/list-runs.js');
    const { readAnyMetrics } = await import('../training/metrics.js');
    const { metricsCsv, renderMetrics, rowsOf } = await import('../cli/metrics-text.js');
    const { rows, csv, runs } = this.flags;
    const run = await findRun(runs, this.args.run);
    const result = { run: run.name, rows: rowsOf(await readAnyMetrics(run), rows) };
    return this.print(result, (shown, width) =>
      csv ? metricsCsv(shown, rows) : renderMetrics(shown, rows, width),
    );
  }
}
