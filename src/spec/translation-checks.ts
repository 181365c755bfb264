/** Checks among the keys of a spec whose task is translation: keys that have a meaning for a stream of text alone. */
import type { Fault } from './diagnostics.js';
import type { Check } from './spec-checks.js';
import { type NetworkSpec, translates } from './systems.js';

export const TRANSLATION_CHECKS: readonly Check[] = [
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
