/** Facts about a prepared corpus that a user wants to know before training: oddities, and the unigram perplexity. */
import { type Manifest, SPLITS, type SplitFacts } from './manifest.js';
import type { TokenFile } from './token-file.js';
import { UNKNOWN } from './vocabulary.js';

/** Returns warnings about a corpus that may spoil training: one sentence each, with what to do. */
export function adviceOn(manifest: Manifest): string[] {
  return [...neverLearned(manifest), ...otherText(manifest)];
}

function neverLearned({ vocabulary, splits }: Manifest): string[] {
  const unseen = SPLITS.filter((split) => split !== 'train' && splits[split].unknown > 0);
  if (!vocabulary.unk || splits.train.unknown > 0 || unseen.length === 0) return [];
  return [
    `${UNKNOWN} occurs in ${unseen.join(' and ')} but never in train, so a model cannot learn it: ` +
      'use --min-count 2, or a smaller --vocab-size.',
  ];
}

/** A split has far more unknown words than train when its share is twice that of train and 3 points above it. */
const FAR_MORE = { times: 2, points: 0.03 };

/** A split with fewer tokens is too short to judge its share of unknown words. */
const FEWEST_TOKENS = 100;

/**
 * Warns of splits with far more unknown words than train. A perplexity there says how different the text is, not how
 * good the model is.
 */
function otherText({ splits, options }: Manifest): string[] {
  const known = unknownShare(splits.train);
  const foreign = SPLITS.filter((split) => {
    const share = unknownShare(splits[split]);
    const isFarMore = share >= FAR_MORE.times * known && share >= known + FAR_MORE.points;
    return isFarMore && splits[split].tokens >= FEWEST_TOKENS;
  });
  if (foreign.length === 0) return [];
  const shares = foreign.map((split) => `${percent(splits[split])} of ${split}`).join(' and ');
  const cure =
    'split' in options && options.shuffle === undefined
      ? 'if the text changes from its beginning to its end, mix it before it is split: --shuffle paragraph, or --shuffle line.'
      : 'the texts of the splits are of different kinds.';
  return [`${shares} is ${UNKNOWN}, but ${percent(splits.train)} of train: ${cure}`];
}

function unknownShare({ unknown, tokens }: SplitFacts): number {
  return unknown / tokens;
}

function percent(facts: SplitFacts): string {
  return `${(100 * unknownShare(facts)).toFixed(1)} %`;
}

/**
 * Returns the perplexity of a split under the word frequencies of train: the baseline that any model with context must
 * beat. As for a network, every token except the first is predicted.
 *
 * Probabilities are the relative frequencies in train. When a word of the vocabulary never occurs there (which `<unk>`
 * may not), 1 is added to every count, since a probability of 0 would make the perplexity infinite.
 *
 * @param vocabularySize number of words, V: ids are in [0, V)
 * @returns exp of the mean negative log-likelihood over the `split.length - 1` predictions
 */
export function unigramPerplexity(train: TokenFile, split: TokenFile, vocabularySize: number): number {
  const counts = countIds(train, vocabularySize);
  const smoothing = counts.includes(0) ? 1 : 0;
  const total = train.length + smoothing * vocabularySize;
  const asked = countIds(split, vocabularySize);
  asked[split.read(0, 1)[0]] -= 1;
  let logLikelihood = 0;
  for (const [id, times] of asked.entries()) {
    if (times > 0) logLikelihood += times * Math.log((counts[id] + smoothing) / total);
  }
  return Math.exp(-logLikelihood / (split.length - 1));
}

/** Returns how often each id occurs. */
function countIds(file: TokenFile, vocabularySize: number): Float64Array {
  const counts = new Float64Array(vocabularySize);
  for (const ids of file.chunks()) {
    for (const id of ids) counts[id]++;
  }
  return counts;
}
