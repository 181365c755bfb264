/** Random numbers of samples, the same for every model and backend, and drawing where a distribution is at hand. */
import { UserError } from '../errors.js';
import { chooseWord, NO_WORD, type Selection } from '../ops/draw.js';
import { philoxWords, STREAM, wordToUnit } from '../ops/philox.js';

/**
 * Draws a word for each uniform number.
 *
 * @param logits   [N, V] row by row, or [V] for all draws
 * @param uniforms [N], each in (0, 1)
 * @returns word ids [N]; see {@link checkDrawn}
 */
export function drawWords(
  logits: Float64Array,
  vocabularySize: number,
  selection: Selection,
  uniforms: Float64Array,
): Int32Array {
  const stride = logits.length === vocabularySize ? 0 : vocabularySize;
  return Int32Array.from(uniforms, (uniform, n) =>
    chooseWord(logits.subarray(n * stride, n * stride + vocabularySize), selection, uniform),
  );
}

/** @throws UserError('diverged') when one of the drawn ids is none, because the logits are not numbers */
export function checkDrawn(ids: Int32Array): void {
  if (!ids.includes(NO_WORD)) return;
  throw new UserError(
    'diverged',
    'The model cannot rate any word that may be drawn: its parameters are not numbers',
    ['Sample from the other checkpoint: --checkpoint best or --checkpoint last.'],
  );
}

/**
 * The random numbers of token n of some samples: word 0 of the Philox address (seed, sampling, site = sample, step = n).
 *
 * @param samples the first sample's number, and how many there are
 * @param n       from 0
 * @returns a number in (0, 1) for each sample
 */
export function uniformsOf(seed: number, samples: SampleRange, n: number): Float64Array {
  return Float64Array.from({ length: samples.count }, (_, index) => {
    const [word] = philoxWords({ seed, stream: STREAM.sampling, site: samples.first + index, step: n }, 1);
    return wordToUnit(word);
  });
}

/** Samples that are drawn side by side, by number. */
export interface SampleRange {
  readonly first: number;
  readonly count: number;
}
