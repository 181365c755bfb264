import { Args, Flags } from '@oclif/core';
import { backendFlags, backendLine, backendOptions } from '../cli/backend-flags.js';
import { BaseCommand } from '../cli/base-command.js';
import { checkpointFlag, dataFlag, integerFlag, runsFlag } from '../cli/flags.js';
import { interruptible } from '../cli/interrupt.js';
import type { EvaluationReport } from '../evaluation/evaluate-run.js';

export default class Eval extends BaseCommand<typeof Eval> {
  static override summary = 'Measure the perplexity of a trained model on a split of its corpus.';

  static override description =
    'Perplexity is exp of the mean negative log-likelihood over exactly counted predictions. With --batch 1 the split ' +
    'is read in one sequential pass from the zero state, as in the paper; a wider batch is faster, cuts the split into ' +
    'columns that each start from nothing, and so gives a slightly higher figure.';

  static override examples = [
    '<%= config.bin %> <%= command.id %> --split test',
    '<%= config.bin %> <%= command.id %> small-1 --split test --checkpoint last',
    '<%= config.bin %> <%= command.id %> --split valid --batch 20 --json',
  ];

  static override args = {
    run: Args.string({ description: 'The run: a name, a path, or latest.', default: 'latest' }),
  };

  static override flags = {
    split: Flags.option({
      description: 'Split to read.',
      options: ['train', 'valid', 'test'] as const,
      default: 'test' as const,
    })(),
    batch: integerFlag({ description: 'Columns that are read side by side.', default: 1, min: 1 }),
    checkpoint: checkpointFlag,
    data: dataFlag,
    runs: runsFlag,
    ...backendFlags,
  };

  async run(): Promise<EvaluationReport> {
    const { evaluateRun } = await import('../evaluation/evaluate-run.js');
    const { renderEvaluation } = await import('../cli/evaluation-text.js');
    const { split, batch, checkpoint, data, runs, backend } = this.flags;
    const request = {
      run: this.args.run,
      checkpoint,
      split,
      batch,
      dataFolder: data,
      runsFolder: runs,
      backend,
      backendOptions: backendOptions(this.flags, (line) => this.progress().note(line)),
    };
    const report = await interruptible((signal) =>
      evaluateRun(request, {
        signal,
        onProgress: (progress) => this.progress().update(progress),
        onBackend: (backend) => this.progress().note(backendLine(backend)),
        onNote: (line) => this.progress().note(line),
      }),
    );
    return this.print(report, renderEvaluation);
  }
}
