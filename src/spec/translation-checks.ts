/** Checks among the keys of a spec whose task is translation: keys that have a meaning for a stream of text alone. */
import type { Fault } from './diagnostics.js';
import type { Check } from './spec-checks.js';
import { type NetworkSpec, translates, translationOf } from './systems.js';

export const TRANSLATION_CHECKS: readonly Check[] = [
  tokensOfOtherBatches,
  attentionWithoutEncoder,
  (spec) => foreign(spec, 'model.context', spec.model.context !== null, 'topics belong to one running text'),
  (spec) =>
    foreign(
      spec,
      'training.sentences',
      spec.training.sentences,
      'every pair is a sequence of its own anyhow',
      false,
    ),
  (spec) =>
    foreign(spec, 'training.randomBptt', spec.training.randomBptt !== null, 'a pair has its own length'),
  (spec) => foreign(spec, 'training.tokens', spec.training.tokens !== null, 'it trains on pairs'),
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

/** Finds a key that was given although translation does not have it. */
function foreign(
  spec: NetworkSpec,
  key: string,
  isGiven: boolean,
  why: string,
  unset: null | false = null,
): Fault | undefined {
  if (!isGiven || !translates(spec)) return undefined;
  return {
    key,
    others: ['task.translation'],
    message: `${key} cannot be combined with task.translation: ${why}; set it to ${unset}`,
  };
}
