import { Flags } from '@oclif/core';
import { SweepCommand, sweepArgument, sweepPlaceFlags } from '../../cli/sweep-command.js';
import type { SweepReport } from '../../sweeps/report.js';

export default class SweepCancel extends SweepCommand<typeof SweepCancel> {
  static override summary = 'Cancel the runs of a sweep that have no result yet, or some of them.';

  static override description =
    'Runs at work save first, in processes of this machine and in jobs of Slurm; jobs in the queue are taken out of it. A cancelled run ' +
    'is started again only by zlm sweep retry, which continues from what it has saved.';

  static override examples = [
    '<%= config.bin %> <%= command.id %> my-sweep.yaml',
    '<%= config.bin %> <%= command.id %> my-sweep.yaml --run my-sweep-seed3',
  ];

  static override args = sweepArgument;

  static override flags = {
    run: Flags.string({
      description: 'Cancel this run alone; may be repeated. By default all.',
      multiple: true,
      multipleNonGreedy: true,
      default: [],
      // The help shows no empty list.
      defaultHelp: async () => undefined,
      helpValue: 'RUN',
    }),
    ...sweepPlaceFlags,
  };

  async run(): Promise<SweepReport> {
    const { cancelSweep } = await import('../../sweeps/sweep-status.js');
    const { sweeps, runs, run } = this.flags;
    const path = await this.findSweep(this.args.sweep);
    const onNote = (line: string) => this.progress().note(line);
    return await this.report(
      await cancelSweep({ path, sweepsFolder: sweeps, runsFolder: runs }, run, onNote),
    );
  }
}
