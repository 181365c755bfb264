import { SweepCommand, sweepArgument, sweepFlags } from '../../cli/sweep-command.js';
import type { SweepReport } from '../../sweeps/report.js';

export default class Sweep extends SweepCommand<typeof Sweep> {
  static override summary = 'Train and compare the variants of a spec, each with several seeds.';

  static override description =
    'The sweep file names a spec, its variants as overrides or a grid, the seeds, and how long each run trains. Every run is a ' +
    'process of zlm with a run folder of its own; what is finished is skipped, what was interrupted continues, and a ' +
    'run that diverges stops no other. Values that are tuned are chosen on valid with the first seed. The best epoch of each run ' +
    'that is compared is evaluated on test once. The tables are in the folder of the sweep. After Ctrl-C or a kill, the same ' +
    'command continues. With --launcher slurm the runs are submitted as one job array, and the command returns; docs/slurm.md ' +
    'has the details.';

  static override examples = [
    '<%= config.bin %> <%= command.id %> placement',
    '<%= config.bin %> <%= command.id %> my-sweep.yaml --jobs 2',
    '<%= config.bin %> <%= command.id %> my-sweep.yaml --launcher slurm --slurm partition=gpu --slurm gpus=1',
    '<%= config.bin %> sweep status my-sweep.yaml',
    {
      description: 'The best variant',
      command: "<%= config.bin %> <%= command.id %> my-sweep.yaml --json | jq '.groups[] | select(.best)'",
    },
  ];

  static override args = sweepArgument;

  static override flags = sweepFlags;

  async run(): Promise<SweepReport> {
    return await this.sweep(this.args.sweep, this.flags, false);
  }
}
