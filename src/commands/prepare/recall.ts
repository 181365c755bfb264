import { Args, Flags } from '@oclif/core';
import { dataFlag, integerFlag } from '../../cli/flags.js';
import { forceFlag, PrepareCommand, type PrepareResult } from '../../cli/prepare-command.js';

const USUAL_LAGS = '5,10,20,30,50,70,100';

export default class PrepareRecall extends PrepareCommand<typeof PrepareRecall> {
  static override summary = 'Prepare a synthetic corpus in which a word is recalled after many steps.';

  static override description =
    'Each line has a word, random distractors, the cue "recall", and the same word again, k steps after the first: its lag. ' +
    'The same flags give the same lines on every machine. `zlm eval` shows the NLL and the accuracy at the recalled words ' +
    'for each lag, beside those of chance.';

  static override examples = [
    '<%= config.bin %> <%= command.id %> recall',
    '<%= config.bin %> <%= command.id %> recall-long --lags 50,100,200 --words 8 --lines 50000',
    {
      description: 'Train on it, and see what is remembered',
      command: '<%= config.bin %> train recall && <%= config.bin %> eval --split test',
    },
  ];

  static override args = { name: Args.string({ description: 'Name of the corpus.', required: true }) };

  static override flags = {
    lags: Flags.string({
      description: 'Steps from a word to its repetition, at least 2; each line has one of them.',
      default: USUAL_LAGS,
      helpValue: 'K,K,…',
    }),
    words: integerFlag({
      description: 'Number of words to remember: chance is an accuracy of 1 / N.',
      default: 4,
      min: 2,
      max: 10_000,
      helpValue: 'N',
    }),
    distractors: integerFlag({
      description: 'Number of different distractors.',
      default: 4,
      min: 1,
      max: 10_000,
      helpValue: 'N',
    }),
    lines: integerFlag({ description: 'Lines to train on.', default: 20_000, min: 1, helpValue: 'N' }),
    'test-lines': integerFlag({
      description: 'Lines of valid, and of test.',
      default: 2_000,
      min: 1,
      helpValue: 'N',
    }),
    seed: integerFlag({
      description: 'Seed of the lines.',
      default: 1,
      min: 0,
      max: 2 ** 32 - 1,
      helpValue: 'N',
    }),
    force: forceFlag,
    data: dataFlag,
  };

  async run(): Promise<PrepareResult> {
    const { parseLags, prepareRecall } = await import('../../corpus/recall.js');
    const { lags, words, distractors, lines, 'test-lines': testLines, seed, force, data } = this.flags;
    const task = {
      lags: parseLags(lags),
      words,
      distractors,
      lines: { train: lines, valid: testLines, test: testLines },
      seed,
    };
    return await this.prepare(
      (hooks) => prepareRecall({ name: this.args.name, task, force, dataFolder: data, ...hooks }),
      async () => [
        'configs/recall.yaml',
        ...(this.args.name === 'recall' ? [] : ['--set', `corpus=${this.args.name}`]),
      ],
      data,
    );
  }
}
