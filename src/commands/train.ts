import { Args, Flags } from '@oclif/core';
import { backendFlags, backendOptions } from '../cli/backend-flags.js';
import { BaseCommand } from '../cli/base-command.js';
import { dataFlag, runsFlag, setFlag, wordFlag } from '../cli/flags.js';
import { interruptible } from '../cli/interrupt.js';
import { placeFlags } from '../cli/place-flags.js';
import { UserError } from '../errors.js';
import { shellWord } from '../shell-word.js';
import type { Plan, TrainingOutcome } from '../systems/system.js';
import type { TrainRequest } from '../systems/train.js';

/** The result for `--json`; see schemas/output/train.schema.json and train-dry-run.schema.json. */
type TrainResult = (TrainingOutcome | Plan) & { readonly warnings: readonly string[] };

export default class Train extends BaseCommand<typeof Train> {
  static override summary = 'Train the model of a spec, or continue a run.';

  static override description =
    'Everything of a run is kept in one folder below --runs. Ctrl-C finishes the window under way, saves, and ' +
    'prints the line that resumes; a resumed run ends in the same weights, byte for byte, as one that was never ' +
    'interrupted.';

  static override examples = [
    '<%= config.bin %> <%= command.id %> small',
    '<%= config.bin %> <%= command.id %> my.yaml',
    '<%= config.bin %> <%= command.id %> configs/small.yaml --set training.seed=2 --name small-seed-2',
    '<%= config.bin %> <%= command.id %> configs/large.yaml --dry-run',
    '<%= config.bin %> <%= command.id %> --resume latest',
    {
      description: 'Train longer',
      command: '<%= config.bin %> train --resume latest --set training.epochs=20',
    },
  ];

  static override args = {
    spec: Args.string({
      description:
        'The YAML spec, or a word for one that comes with zlm, such as small; not needed with --resume.',
      required: false,
    }),
  };

  static override flags = {
    resume: wordFlag({
      expects: 'a run',
      description: 'Continue this run: a name, a path, or latest.',
      helpValue: 'RUN',
    }),
    set: setFlag,
    name: Flags.string({
      description: 'Name of the run folder.',
      exclusive: ['resume'],
      helpValue: 'NAME',
    }),
    continue: Flags.boolean({
      description: 'Continue the run of that --name, if there is one: one command to begin and to continue.',
      dependsOn: ['name'],
    }),
    'dry-run': Flags.boolean({ description: 'Show size, cost and schedule, and time a few windows.' }),
    data: dataFlag,
    runs: runsFlag,
    ...backendFlags,
  };

  async run(): Promise<TrainResult> {
    const { spec } = this.args;
    const request: TrainRequest = {
      spec: spec === undefined ? null : await this.findSpec(spec),
      resume: this.flags.resume ?? null,
      overrides: this.flags.set,
      name: this.flags.name ?? null,
      continueNamed: this.flags.continue,
      dataFolder: this.flags.data,
      runsFolder: this.flags.runs,
      backend: this.flags.backend,
      backendOptions: backendOptions(this.flags, (line) => this.progress().note(line)),
      command: ['zlm', 'train', ...this.argv.map(shellWord)].join(' '),
      version: this.config.version,
    };
    if (!this.flags['dry-run']) return this.train(request);
    // Not `exclusive`: the help would then show --dry-run and --resume as if they excluded each other.
    if (request.name !== null) throw nameWithoutRun(request.name);
    return this.plan(request);
  }

  private async train(request: TrainRequest): Promise<TrainResult> {
    const { resultOf, train } = await import('../systems/train.js');
    const { interruption, renderOutcome } = await import('../cli/outcome-text.js');
    const { TrainingDisplay } = await import('../cli/training-display.js');
    const display = new TrainingDisplay(this.progress());
    const outcome = await interruptible(
      (signal) => resultOf(train(request, { signal }), display.show),
      () => display.announceInterruption(),
    );
    const { data, backend } = this.flags;
    const flags = placeFlags({ runFolder: outcome.folder, data, backend });
    if (outcome.outcome === 'interrupted') throw interruption(outcome, flags);
    this.log(renderOutcome(outcome, flags));
    return { ...outcome, warnings: display.warnings };
  }

  private async plan(request: TrainRequest): Promise<TrainResult> {
    const { plan, resultOf } = await import('../systems/train.js');
    const { renderPlan } = await import('../cli/plan-table.js');
    const { TrainingDisplay } = await import('../cli/training-display.js');
    const { show, warnings } = new TrainingDisplay(this.progress());
    return this.print({ ...(await resultOf(plan(request), show)), warnings }, renderPlan);
  }
}

function nameWithoutRun(name: string): UserError {
  return new UserError('usage', `--name ${name}: a dry run makes no run that could have a name`, [
    'Leave out --name, or leave out --dry-run.',
  ]);
}
