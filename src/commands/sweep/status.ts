import { SweepCommand, sweepArgument, sweepPlaceFlags } from '../../cli/sweep-command.js';
import type { SweepReport } from '../../sweeps/report.js';

export default class SweepStatus extends SweepCommand<typeof SweepStatus> {
  static override summary = 'Show how far a sweep is, whoever works on it.';

  static override description =
    'Nothing is started or written. Of jobs of Slurm it shows what the queue or the accounting says beside the run folders. Runs that ' +
    'failed are shown with the last lines of their logs.';

  static override examples = ['<%= config.bin %> <%= command.id %> my-sweep.yaml'];

  static override args = sweepArgument;

  static override flags = sweepPlaceFlags;

  async run(): Promise<SweepReport> {
    const { sweepStatus } = await import('../../sweeps/sweep-status.js');
    const { sweeps, runs } = this.flags;
    const path = await this.findSweep(this.args.sweep);
    const onNote = (line: string) => this.progress().note(line);
    return await this.report(await sweepStatus({ path, sweepsFolder: sweeps, runsFolder: runs }, onNote));
  }
}
