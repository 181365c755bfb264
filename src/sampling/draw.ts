/** Drawing words from rows of logits: the same random numbers for every model and backend. */
import type * as tf from '@tensorflow/tfjs';
import { UserError } from '../errors.js';
import { chooseWord, drawOp, NO_WORD, type Selection } from '../ops/draw.js';
import { runOp } from '../ops/op.js';
import { philoxWords, STREAM, wordToUnit } from '../ops/philox.js';

/**
 * Draws a word for each uniform number.
 *
 * @param logits   [N,V], or [1,V] for all draws
 * @param uniforms [N], each in (0, 1)
 * @returns word ids [N]
 * @throws UserError('diverged') when the logits are not numbers
 */
export async function drawWords(
  logits: tf.Tensor2D,
  { temperature, topK, banned }: Selection,
  uniforms: Float64Array,
): Promise<Int32Array> {
  const [drawn] = runOp(drawOp, { logits }, { temperature, topK, banned, uniforms });
  try {
    const ids = (await drawn.data()) as Int32Array;
    if (ids.includes(NO_WORD)) throw notNumbers();
    return ids;
  } finally {
    drawn.dispose();
  }
}

/** As {@link drawWords}, for a model whose logits are at hand. */
export function drawWord(logits: ArrayLike<number>, selection: Selection, uniform: number): number {
  const id = chooseWord(logits, selection, uniform);
  if (id === NO_WORD) throw notNumbers();
  return id;
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

function notNumbers(): UserError {
  return new UserError(
    'diverged',
    'the model cannot rate any word that may be drawn: its parameters are not numbers',
    ['Sample from the other checkpoint: --checkpoint best or --checkpoint last.'],
  );
}
