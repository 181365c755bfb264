import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../../cli/base-command.js';
import { cacheFlag, cacheFolder, dataFlag, integerFlag } from '../../cli/flags.js';
import { interruptible } from '../../cli/interrupt.js';
import type { TopicsResult } from '../../cli/topics-report.js';

export default class PrepareTopics extends BaseCommand<typeof PrepareTopics> {
  static override summary = 'Train topics on a prepared corpus, for the context features of RNN-LDA.';

  static override description =
    'Trains latent Dirichlet allocation by Gibbs sampling on the training text. The topics of each word are written into ' +
    "the corpus's folder as topics-K.safetensors, where model.context.topics of a spec finds them, and are removed when the " +
    'corpus is prepared again. The command shows the most telling words of each topic: frequent in the topic, and more so ' +
    'than elsewhere. The sweeps suffice when the perplexity hardly falls in the last ones.';

  static override examples = [
    '<%= config.bin %> <%= command.id %> ptb',
    '<%= config.bin %> <%= command.id %> ptb --topics 100 --iterations 200',
  ];

  static override args = {
    corpus: Args.string({ description: 'Name of the prepared corpus.', required: true }),
  };

  static override flags = {
    topics: integerFlag({
      description: 'Number of topics.',
      default: 40,
      min: 2,
      max: 1024,
      helpValue: 'K',
    }),
    iterations: integerFlag({
      description: 'Sweeps over the text.',
      default: 100,
      min: 1,
      helpValue: 'N',
    }),
    sentences: integerFlag({
      description: 'Consecutive sentences (lines) of a document.',
      default: 10,
      min: 1,
      helpValue: 'N',
    }),
    seed: integerFlag({
      description: 'Seed of the draws.',
      default: 1,
      min: 0,
      max: 2 ** 32 - 1,
      helpValue: 'N',
    }),
    force: Flags.boolean({
      description: 'Replace topics of the same number that were prepared with other options.',
    }),
    data: dataFlag,
    cache: cacheFlag,
  };

  async run(): Promise<TopicsResult> {
    const { prepareTopics } = await import('../../topics/prepare-topics.js');
    const { topicTrainingOn } = await import('../../cli/suggested-training.js');
    const { renderTopics, toTopicsResult } = await import('../../cli/topics-report.js');
    const { topics, iterations, sentences, seed, force, data, cache } = this.flags;
    const progress = this.progress();
    const prepared = await interruptible(
      (signal) =>
        prepareTopics({
          dataFolder: data,
          corpus: this.args.corpus,
          topics,
          iterations,
          sentences,
          seed,
          force,
          cacheFolder: cacheFolder(cache) ?? undefined,
          onProgress: (now) => progress.update(now),
          signal,
        }),
      () => progress.note('Stopping'),
    );
    const trainOn = await topicTrainingOn(prepared.manifest, topics, this.config.root);
    return this.print(toTopicsResult(prepared, trainOn, data), renderTopics);
  }
}
