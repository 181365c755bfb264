import { SweepCommand, sweepArgument, sweepFlags } from '../../cli/sweep-command.js';
import type { SweepReport } from '../../sweeps/report.js';

export default class SweepRetry extends SweepCommand<typeof SweepRetry> {
  static override summary = 'Continue a sweep, and try again what failed, diverged or was cancelled in it.';

  static override description =
    'A run that failed or was cancelled is continued from its last checkpoint, or begun again. A run that diverged continues from its last good ' +
    'checkpoint, and most likely diverges again: the same spec computes the same. The launcher is the one of the sweep, unless ' +
    '--launcher names another.';

  static override examples = ['<%= config.bin %> <%= command.id %> my-sweep.yaml'];

  static override args = sweepArgument;

  static override flags = sweepFlags;

  async run(): Promise<SweepReport> {
    return await this.sweep(this.args.sweep, this.flags, true);
  }
}
