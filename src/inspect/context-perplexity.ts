/**
 * Perplexity as a function of the context that a network is given (Khandelwal et al. 2018, *Sharp Nearby, Fuzzy Far Away*): the same targets are
 * predicted from the last 1, 2, 5, … tokens before them, read from the zero state, and from the whole text before them.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs';
import type { TokenSource } from '../corpus/windows.js';
import { evaluateStream } from '../evaluation/perplexity.js';
import { encode, initialState, type LanguageModel, targetNll } from '../model/language-model.js';
import { tidy } from '../ops/memory.js';
import { networkPredictor } from '../predictors/network-predictor.js';

/** Tokens of one product at most: contexts of many targets are read side by side. */
const MOST_TOKENS = 4096;

/** Listeners of a measurement. */
export interface ContextHooks {
  readonly signal?: AbortSignal;
  /** Called with the number of tokens read since the last call. */
  readonly onTokens?: (count: number) => void;
}

/**
 * Computes the negative log-likelihood of targets from contexts of one length.
 *
 * @param positions index of each target in the text; `length` or more
 * @param length    tokens of the context, 1 or more
 * @returns in nats, one for each position
 */
export async function lossesAfter(
  model: LanguageModel,
  text: TokenSource,
  positions: readonly number[],
  length: number,
  { signal, onTokens }: ContextHooks = {},
): Promise<Float64Array> {
  const losses = new Float64Array(positions.length);
  const columns = Math.max(1, Math.min(positions.length, Math.floor(MOST_TOKENS / length)));
  for (let begin = 0; begin < positions.length; begin += columns) {
    signal?.throwIfAborted();
    const excerpts = positions.slice(begin, begin + columns).map((at) => text.read(at - length, length + 1));
    const nlls = tidy(() => lastLosses(model, excerpts, length));
    losses.set(await nlls.data(), begin);
    nlls.dispose();
    onTokens?.(excerpts.length * length);
    await nextTurn();
  }
  return losses;
}

/** Returns the loss of the last token of each excerpt after the ones before it, [B]. */
function lastLosses(model: LanguageModel, excerpts: readonly Int32Array[], length: number): tf.Tensor1D {
  const batch = excerpts.length;
  const inputs = Int32Array.from(
    { length: length * batch },
    (_, n) => excerpts[n % batch][Math.floor(n / batch)],
  );
  const ids = tf.tensor2d(inputs, [length, batch], 'int32');
  const { hidden } = encode(model, ids, initialState(model, batch), null);
  const last = tf.slice(hidden, [(length - 1) * batch, 0], [batch, -1]);
  const targets = Int32Array.from(excerpts, (excerpt) => excerpt[length]);
  return targetNll(model, last, tf.tensor1d(targets, 'int32'));
}

/**
 * Computes the negative log-likelihood of every token of a text after all tokens before it, as `zlm eval` with batch 1 does.
 *
 * @returns in nats; entry p is that of token p, and the first is NaN: nothing predicts it
 */
export async function lossesInSequence(
  model: LanguageModel,
  text: TokenSource,
  { signal, onTokens }: ContextHooks = {},
): Promise<Float64Array> {
  const losses = new Float64Array(text.length).fill(Number.NaN);
  let at = 1;
  await evaluateStream(networkPredictor(model), text, {
    batch: 1,
    signal,
    onNlls(nlls) {
      losses.set(nlls, at);
      at += nlls.length;
      onTokens?.(nlls.length);
    },
  });
  return losses;
}
