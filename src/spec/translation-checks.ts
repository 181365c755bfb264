/** Checks among the keys of a spec whose task is translation: keys that have a meaning for a stream of text alone. */
import type { Fault } from './diagnostics.js';
import { type ForeignKey, foreignTo } from './foreign-key.js';
import type { Check } from './spec-checks.js';
import { type NetworkSpec, translates, translationOf } from './systems.js';

const FOREIGN: readonly ForeignKey[] = [
  {
    key: 'model.context',
    isGiven: ({ model }) => model.context !== null,
    why: 'topics belong to one running text',
    unset: null,
  },
  {
    key: 'training.sentences',
    isGiven: ({ training }) => training.sentences,
    why: 'every pair is a sequence of its own anyhow',
    unset: false,
  },
  {
    key: 'training.randomBptt',
    isGiven: ({ training }) => training.randomBptt !== null,
    why: 'a pair has its own length',
    unset: null,
  },
  {
    key: 'training.tokens',
    isGiven: ({ training }) => training.tokens !== null,
    why: 'it trains on pairs',
    unset: null,
  },
];

export const TRANSLATION_CHECKS: readonly Check[] = [
  tokensOfOtherBatches,
  attentionWithoutEncoder,
  ...FOREIGN.map((key) => foreignTo('translation', key)),
];

/** Finds batches by tokens where a batch is not of pairs: windows have one size, and lines of text are sorted by length anyhow. */
function tokensOfOtherBatches(spec: NetworkSpec): Fault | undefined {
  if (spec.training.batchTokens === null || translates(spec)) return undefined;
  return {
    key: 'training.batchTokens',
    others: ['task'],
    message:
      'training.batchTokens is for task.translation: batches of a text have batchSize columns of bptt tokens, or batchSize lines; set it to null',
  };
}

/** Finds attention in one stack, which has read the target's words as well when it has read the source. */
function attentionWithoutEncoder(spec: NetworkSpec): Fault | undefined {
  if (!translates(spec)) return undefined;
  const { stack, attention } = translationOf(spec);
  if (attention === 'none' || stack === 'separate') return undefined;
  return {
    key: 'task.translation.attention',
    others: ['task.translation.stack'],
    message: `task.translation.attention is ${attention}, but a shared stack has no encoder to attend to; set task.translation.stack to separate`,
  };
}
