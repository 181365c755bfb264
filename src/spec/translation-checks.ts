/** Checks among the keys of a spec whose task is translation: keys that have a meaning for a stream of text alone. */
import { type ForeignKey, foreignTo } from './foreign-key.js';
import type { Check } from './spec-checks.js';

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

export const TRANSLATION_CHECKS: readonly Check[] = FOREIGN.map((key) => foreignTo('translation', key));
