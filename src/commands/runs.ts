import { BaseCommand } from '../cli/base-command.js';
import { runsFlag } from '../cli/flags.js';
import type { RunSummary } from '../runs/list-runs.js';
import { visible } from '../visible.js';

export default class Runs extends BaseCommand<typeof Runs> {
  static override summary = 'List the training runs with their state, perplexity and time.';

  static override description =
    'The newest run comes first. A * marks the one that `latest` stands for where a command takes a run.';

  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --runs experiments',
    { description: 'The newest run', command: "<%= config.bin %> <%= command.id %> --json | jq '.runs[0]'" },
  ];

  static override flags = { runs: runsFlag };

  async run(): Promise<{ runs: RunSummary[] }> {
    const { listRuns } = await import('../runs/list-runs.js');
    const { renderRuns } = await import('../cli/runs-table.js');
    const runs = await listRuns(this.flags.runs);
    return this.print({ runs }, (shown) => renderRuns(shown.runs, visible(this.flags.runs)), ['problem']);
  }
}
