import type { TokenFile } from './token-file.js';

/**
 * Perplexity of a split under the word frequencies of train: what a model is worth that knows no context. A language
 * model is asked for every token but the first, which nothing precedes; so is this one.
 *
 * Probabilities are the relative frequencies in train. When a word of the vocabulary never occurs there (`<unk>` may
 * not), 1 is added to every count, since a probability of 0 would make the perplexity infinite.
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

/** How often each id occurs. */
function countIds(file: TokenFile, vocabularySize: number): Float64Array {
  const counts = new Float64Array(vocabularySize);
  for (const ids of file.chunks()) {
    for (const id of ids) counts[id]++;
  }
  return counts;
}
