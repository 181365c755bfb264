/** Drawing words from a model, one at a time. */
import * as tf from '@tensorflow/tfjs';
import { encode, initialState, type LanguageModel, logits } from '../model/language-model.js';
import type { ModelState } from '../model/stack.js';
import { dispose, tidy } from '../ops/memory.js';
import { philoxWords, STREAM, wordToUnit } from '../ops/philox.js';

/** How to draw. */
export interface SamplingOptions {
  /** Token ids that come before the first drawn one; at least one. */
  readonly prompt: readonly number[];
  /** Tokens to draw. */
  readonly length: number;
  /** Divides the logits: below 1 likely words get likelier; 0 takes the likeliest always. */
  readonly temperature: number;
  /** Draw from the k likeliest only; null for all. */
  readonly topK: number | null;
  /** Token ids that are never drawn. */
  readonly banned: ReadonlySet<number>;
  readonly seed: number;
  /** Which of several samples with one seed. */
  readonly sample: number;
  readonly signal?: AbortSignal;
}

/**
 * Draws token ids after a prompt, from the zero state and without dropout. Token n of a sample uses word 0 of the
 * Philox address (seed, sampling, site = sample, step = n), so each sample is the same on every machine.
 *
 * @throws the signal's reason when it is aborted
 */
export async function* sampleTokens(model: LanguageModel, options: SamplingOptions): AsyncGenerator<number> {
  const { prompt, length, signal } = options;
  let input: readonly number[] = prompt;
  let state = tidy(() => initialState(model, 1));
  try {
    for (let n = 0; n < length; n++) {
      signal?.throwIfAborted();
      const next = nextLogits(model, input, state);
      dispose(state);
      state = next.state;
      const values = await next.logits.data();
      dispose(next.logits);
      const token = drawNext(values, options, n);
      yield token;
      input = [token];
    }
  } finally {
    dispose(state);
  }
}

/**
 * Draws token n of a sample, from 0.
 *
 * @param values the logits, [V]
 */
export function drawNext(values: ArrayLike<number>, options: SamplingOptions, n: number): number {
  const { seed, sample } = options;
  const [word] = philoxWords({ seed, stream: STREAM.sampling, site: sample, step: n }, 1);
  return drawToken(values, options, wordToUnit(word));
}

/**
 * Draws one token.
 *
 * @param values the logits, [V]
 * @param uniform a number in (0, 1)
 */
export function drawToken(
  values: ArrayLike<number>,
  { temperature, topK, banned }: Pick<SamplingOptions, 'temperature' | 'topK' | 'banned'>,
  uniform: number,
): number {
  const likeliestFirst = Array.from({ length: values.length }, (_, id) => id)
    .filter((id) => !banned.has(id))
    .sort((a, b) => values[b] - values[a] || a - b);
  const candidates = likeliestFirst.slice(0, temperature === 0 ? 1 : (topK ?? likeliestFirst.length));
  if (temperature === 0) return candidates[0];
  const largest = values[candidates[0]];
  const weights = candidates.map((id) => Math.exp((values[id] - largest) / temperature));
  let rest = uniform * weights.reduce((sum, weight) => sum + weight, 0);
  for (let i = 0; i < candidates.length; i++) {
    rest -= weights[i];
    if (rest < 0) return candidates[i];
  }
  return candidates[candidates.length - 1]; // rounding left a sliver beyond the last one
}

/** The logits after the last of some tokens, [1, V]. */
function nextLogits(
  model: LanguageModel,
  tokens: readonly number[],
  state: ModelState,
): { logits: tf.Tensor2D; state: ModelState } {
  return tidy(() => {
    const ids = tf.tensor2d(Int32Array.from(tokens), [tokens.length, 1], 'int32');
    const result = encode(model, ids, state, null);
    const last = tf.slice(result.hidden, [tokens.length - 1, 0], [1, -1]);
    return { logits: logits(model, last), state: result.state };
  });
}
