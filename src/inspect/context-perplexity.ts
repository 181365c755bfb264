/**
 * Perplexity as a function of the context that a network is given (Khandelwal et al. 2018, *Sharp Nearby, Fuzzy Far Away*): the same targets are
 * predicted from the last 1, 2, 5, … tokens before them, read from the zero state, and from the whole text before them.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs';
import type { TokenSource } from '../corpus/windows.js';
import { evaluateSentences, evaluateStream } from '../evaluation/perplexity.js';
import { encode, initialState, targetNll } from '../model/language-model.js';
import type { Network } from '../model/network.js';
import { tidy } from '../ops/memory.js';
import { networkPredictor } from '../predictors/network-predictor.js';
import type { Targets } from './targets.js';

/** Perplexity of the positions after a context of one length. */
export interface ContextPerplexity {
  readonly length: number;
  readonly perplexity: number;
}

/** What the perplexity after contexts shows. */
export interface ContextReport {
  readonly lengths: readonly ContextPerplexity[];
  /** Perplexity of the same positions after the whole text before them: of the split, or of their line. */
  readonly full: number;
  /** Least length from which on every perplexity is within 1 % of `full`; null when not even the last is. */
  readonly effective: number | null;
  /** Perplexity of the whole split, as `zlm eval --split valid` measures it, and its predictions. */
  readonly split: { readonly perplexity: number; readonly predictions: number };
}

/** Lengths of contexts, as far as the largest lag. */
const LENGTHS = [1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100, 150, 200, 300, 500, 700, 1000];

/** Returns the lengths of contexts that are measured, as far as the largest lag. */
export function contextLengths(lags: number): number[] {
  return LENGTHS.filter((length) => length <= lags);
}

/** Lines side by side. */
const LINES = 64;
/** A perplexity is near that of the full context within this difference of its logarithm. */
const NEAR = 0.01;
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
  model: Network,
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
function lastLosses(model: Network, excerpts: readonly Int32Array[], length: number): tf.Tensor1D {
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
  model: Network,
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

/** Measures perplexity after contexts of growing length, after the whole text, and of the whole split. */
export async function contextReport(
  model: Network,
  text: TokenSource,
  targets: Targets,
  contexts: readonly number[],
  hooks: ContextHooks,
): Promise<ContextReport> {
  const { positions, protocol } = targets;
  const lengths: ContextPerplexity[] = [];
  for (const length of contexts) {
    lengths.push({
      length,
      perplexity: Math.exp(meanOf(await lossesAfter(model, text, positions, length, hooks))),
    });
  }
  const { fullLosses, split } =
    protocol === 'sentences'
      ? await inLines(model, text, targets, hooks)
      : await inStream(model, text, positions, hooks);
  const full = Math.exp(meanOf(fullLosses));
  const isNear = ({ perplexity }: ContextPerplexity) => Math.log(perplexity / full) < NEAR;
  const near = lengths.find((_, index) => lengths.slice(index).every(isNear));
  return { lengths, full, effective: near?.length ?? null, split };
}

/** Losses after all that a network reads before a target, and the perplexity of the whole split. */
interface FullContext {
  /** In nats, one for each position. */
  readonly fullLosses: ArrayLike<number>;
  readonly split: ContextReport['split'];
}

async function inStream(
  model: Network,
  text: TokenSource,
  positions: readonly number[],
  hooks: ContextHooks,
): Promise<FullContext> {
  const losses = await lossesInSequence(model, text, hooks);
  const predictions = losses.subarray(1);
  return {
    fullLosses: positions.map((at) => losses[at]),
    split: { perplexity: Math.exp(meanOf(predictions)), predictions: predictions.length },
  };
}

async function inLines(
  model: Network,
  text: TokenSource,
  { positions, before, eos }: Targets,
  { signal, onTokens }: ContextHooks,
): Promise<FullContext> {
  const fullLosses = await lossesAfter(model, text, positions, before, { signal });
  const { perplexity, predictions } = await evaluateSentences(networkPredictor(model), text, eos, {
    batch: LINES,
    signal,
    onNlls: (nlls) => onTokens?.(nlls.length),
  });
  return { fullLosses, split: { perplexity, predictions } };
}

/** Computes the arithmetic mean. */
export function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < values.length; index++) sum += values[index];
  return sum / values.length;
}
