import { Args, Flags } from '@oclif/core';
import type { BenchmarkReport } from '../benchmark/report.js';
import { backendOptions, backendsFlag, engineFlags, precisionsFlag } from '../cli/backend-flags.js';
import { BaseCommand } from '../cli/base-command.js';
import { integerFlag, numberFlag, setFlag } from '../cli/flags.js';
import { interruptible } from '../cli/interrupt.js';

/** The paper's models. */
const PAPER = ['small', 'medium', 'large'];

export default class Bench extends BaseCommand<typeof Bench> {
  static override summary = 'Measure how fast this machine trains, on each backend.';

  static override description =
    'Times whole training steps (forward, backward, clipping, update) on made-up tokens; no corpus is needed, and all ' +
    'windows have training.bptt steps, even if a spec has random lengths. Every backend is first compared with a ' +
    'reference, and one that differs is reported instead of timed. The backends take turns, and the figures are medians ' +
    'over the rounds. Ends with exit code 5 when one could not be timed.';

  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> small --backend native,wasm --threads 2',
    {
      description: 'A model of your own, with the size of its vocabulary',
      command: '<%= config.bin %> <%= command.id %> my.yaml --vocab-size 33278 --json',
    },
  ];

  static override args = {
    spec: Args.string({
      description: 'The YAML specs of the models, or words for specs that come with zlm.',
      multiple: true,
      default: PAPER,
    }),
  };

  static override flags = {
    backend: backendsFlag,
    precision: precisionsFlag,
    rounds: integerFlag({ description: 'Rounds to take the median of.', default: 5, min: 1 }),
    seconds: numberFlag({ description: 'Approximate seconds to time each model.', default: 30, min: 0 }),
    'vocab-size': integerFlag({
      description: 'Words in the vocabulary.',
      default: 10_000,
      min: 2,
      helpValue: 'N',
    }),
    product: Flags.boolean({ description: 'Also time one matrix product.', default: true, allowNo: true }),
    set: setFlag,
    ...engineFlags,
  };

  async run(): Promise<BenchmarkReport> {
    const { runBenchmark } = await import('../benchmark/benchmark.js');
    const { renderBenchmark } = await import('../cli/bench-table.js');
    const { backend, precision, rounds, seconds, product, set } = this.flags;
    const request = {
      specs: await Promise.all(this.args.spec.map((spec) => this.findSpec(spec))),
      overrides: set,
      backends: backend,
      precisions: precision,
      backendOptions: backendOptions(this.flags, (line) => this.progress().note(line)),
      ...{
        vocabulary: this.flags['vocab-size'],
        settings: { rounds, seconds },
        product,
        version: this.config.version,
      },
    };
    const report = await interruptible((signal) =>
      runBenchmark(request, {
        signal,
        onProgress: (progress) => this.progress().update(progress),
        onLeftOut: ({ name, reason }) => this.progress().note(`Backend ${name} is left out: ${reason}`),
      }),
    );
    this.print(report, renderBenchmark, ['problem']);
    const entries = [...report.training, ...(report.product?.entries ?? [])];
    if (entries.some(({ problem }) => problem !== null)) this.failWith('backend');
    return report;
  }
}
