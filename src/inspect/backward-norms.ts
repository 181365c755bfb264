/**
 * Norms of the gradients that flow back through time. With s(t) = (h(t), c(t)) of all layers, this measures against the lag k, at many
 * positions of a text:
 *
 * - ‖∂loss(t)/∂h(t−k)‖ and ‖∂loss(t)/∂c(t−k)‖, where loss(t) is the negative log-likelihood of the token after step t. By the chain rule
 *   ∂loss(t)/∂s(t−k) = J(t−k+1)ᵀ … J(t−1)ᵀ ∂loss(t)/∂s(t−1), with J(t) = ∂s(t)/∂s(t−1): each lag more is one product with a transposed
 *   Jacobian, the backward pass of a window of one step. The result is exact.
 * - ‖∂h(t)/∂h(t−k)‖_F, the Jacobian itself. It has H² entries, so its norm is estimated as Hutchinson (1990) estimates a trace: for a random
 *   v of independent signs, E‖vᵀA‖² = ‖A‖²_F. Each position has a v of its own, so their mean is an unbiased estimate of the mean square.
 * - Under noise, the cosine between ∂loss(t)/∂s(t−k) under two independent draws of all masks. Inverted dropout keeps the size of what passes, so
 *   the norms say little about what it does; the cosine is 1 where the masks change nothing and 0 where nothing but noise comes back.
 *
 * ∂/∂h(t−k) means: h(t−k) as step t−k+1 reads it, with c(t−k) and the other layers fixed. What h(t−k) gave to the layer above at step
 * t−k itself has reached that layer's own state.
 */
import * as tf from '@tensorflow/tfjs';
import { encode, initialState, targetNll } from '../model/language-model.js';
import type { Network } from '../model/network.js';
import type { DropoutTable, WindowNoise } from '../model/noise-placement.js';
import type { ModelState } from '../model/stack.js';
import { dispose, tidy } from '../ops/memory.js';
import { fillPhiloxWords, STREAM } from '../ops/philox.js';

/** Texts side by side, each ending with the target of its last step. */
export interface Excerpts {
  /** [B] lists of ids, all of one length: inputs of every step, and one target more. */
  readonly tokens: readonly Int32Array[];
  /** Number of the first excerpt, which gives every excerpt random numbers of its own. */
  readonly first: number;
}

/** Norms of one batch of excerpts: entry k − 1 has lag k, with the natural logarithm of the norm at each excerpt. */
export interface BatchNorms {
  readonly lossHidden: readonly Float32Array[];
  /** Left out by networks without cells. */
  readonly lossCell: readonly Float32Array[] | null;
  /** Of vᵀ ∂h(t)/∂h(t−k), for one random v in each excerpt. */
  readonly jacobian: readonly Float32Array[];
  /** Cosine between the gradients of the loss under two draws of the masks, not a logarithm; null without noise. */
  readonly agreement: readonly Float32Array[] | null;
}

/** Norms below this are 0: a logarithm has to be finite. */
const LEAST_NORM = 1e-30;

/** A row vector for each excerpt, in the space of the state; kept at norm 1, with the logarithm of its norm, [B], beside it. */
interface Cotangent {
  readonly parts: ModelState;
  readonly logNorm: tf.Tensor1D;
}

/**
 * Measures the norms of one batch. The tokens before the last `lags` steps only warm up the state.
 *
 * @param table the noise; null for none. A mask that lasts a sequence is the same in the whole excerpt
 * @param lags  largest lag, less than the steps of an excerpt
 */
export async function backwardNorms(
  model: Network,
  { tokens: excerpts, first }: Excerpts,
  table: DropoutTable | null,
  seed: number,
  lags: number,
): Promise<BatchNorms> {
  // Masks differ from column to column, so each excerpt twice gives two draws.
  const tokens = table ? [...excerpts, ...excerpts] : excerpts;
  const steps = tokens[0].length - 1;
  const start = first * steps;
  const noiseAt = (step: number): WindowNoise | null =>
    table && { table, seed, step: start + step, sequenceStep: start };
  const states = statesOf(model, tokens, steps, lags, noiseAt);
  try {
    // From the last step back: window k − 1 leads from s(t−k) to s(t−k+1).
    const windows = Array.from({ length: lags }, (_, index): StepWindow => {
      const step = steps - 1 - index;
      return { ids: stepOf(tokens, step), state: states[lags - 1 - index], noise: noiseAt(step) };
    });
    const targets = stepOf(tokens, steps);
    const ofLoss = tidy(() =>
      unit(gradientsOf(windows[0].state, (state) => lossOf(model, { ...windows[0], state }, targets))),
    );
    const loss = await normsBack(model, windows.slice(1), ofLoss);
    const signs = tidy(() => unit(randomSigns(states[lags], seed, first)));
    const jacobian = await normsBack(model, windows, signs);
    const hasCells = Object.keys(states[0]).some((name) => name.endsWith('.c'));
    return {
      lossHidden: loss.hidden,
      lossCell: hasCells ? loss.cell : null,
      jacobian: jacobian.hidden.slice(1),
      agreement: table && loss.agreement,
    };
  } finally {
    dispose(states);
  }
}

/**
 * Carries a row vector back through windows.
 *
 * @param start the vector before the first of them, which this frees
 * @returns before the first window, then after each: the logarithms of the norms of its parts for h and for c, and the cosines between the first
 *   half of its columns and the second
 */
async function normsBack(
  model: Network,
  windows: readonly StepWindow[],
  start: Cotangent,
): Promise<Record<keyof Readings, Float32Array[]>> {
  let vector = start;
  const readings = [readingsOf(vector)];
  try {
    for (const window of windows) {
      const next = tidy(() => pulledBack(model, window, vector));
      dispose(vector);
      vector = next;
      readings.push(readingsOf(vector));
    }
    const read = (kind: keyof Readings) =>
      Promise.all(readings.map(async (ofStep) => Float32Array.from(await ofStep[kind].data())));
    return { hidden: await read('hidden'), cell: await read('cell'), agreement: await read('agreement') };
  } finally {
    dispose([vector, readings]);
  }
}

/** Figures of a vector, each a tensor with a value for every column, or for every two. */
interface Readings {
  readonly hidden: tf.Tensor1D;
  readonly cell: tf.Tensor1D;
  readonly agreement: tf.Tensor1D;
}

function readingsOf(vector: Cotangent): Readings {
  return { hidden: logNormOf(vector, 'h'), cell: logNormOf(vector, 'c'), agreement: cosines(vector) };
}

/** One step: its inputs [1,B], the state before it, and its noise. */
interface StepWindow {
  readonly ids: Int32Array;
  readonly state: ModelState;
  readonly noise: WindowNoise | null;
}

/** Returns the state before each of the last `lags` steps, then the state after the last. */
function statesOf(
  model: Network,
  tokens: readonly Int32Array[],
  steps: number,
  lags: number,
  noiseAt: (step: number) => WindowNoise | null,
): ModelState[] {
  return tidy(() => {
    const batch = tokens.length;
    const before = steps - lags;
    let state = initialState(model, batch);
    if (before > 0) {
      const inputs = Int32Array.from(
        { length: before * batch },
        (_, n) => tokens[n % batch][Math.floor(n / batch)],
      );
      state = encode(model, tf.tensor2d(inputs, [before, batch], 'int32'), state, noiseAt(0)).state;
    }
    const states = [state];
    for (let step = before; step < steps; step++) {
      state = afterStep(model, { ids: stepOf(tokens, step), state, noise: noiseAt(step) }).state;
      states.push(state);
    }
    return states;
  });
}

function afterStep(model: Network, { ids, state, noise }: StepWindow) {
  return encode(model, tf.tensor2d(ids, [1, ids.length], 'int32'), state, noise);
}

/** Returns the tokens of one step of every excerpt. */
function stepOf(tokens: readonly Int32Array[], step: number): Int32Array {
  return Int32Array.from(tokens, (excerpt) => excerpt[step]);
}

/** Sums the losses of all excerpts after one step: each depends on its own state only. */
function lossOf(model: Network, window: StepWindow, targets: Int32Array): tf.Scalar {
  const { hidden } = afterStep(model, window);
  return tf.sum(targetNll(model, hidden, tf.tensor1d(targets, 'int32')));
}

/** Multiplies a row vector with the Jacobian of one step: the gradient of ⟨v, s(t)⟩ for s(t−1). */
function pulledBack(model: Network, window: StepWindow, { parts, logNorm }: Cotangent): Cotangent {
  const gradients = gradientsOf(window.state, (state) => {
    const { state: after } = afterStep(model, { ...window, state });
    const products = Object.entries(parts).map(([name, part]) => tf.sum(tf.mul(part, after[name])));
    return tf.addN(products);
  });
  const { parts: scaled, logNorm: more } = unit(gradients);
  return { parts: scaled, logNorm: tf.add(logNorm, more) };
}

/** Computes the gradient of a scalar for h and c of every layer. */
function gradientsOf(state: ModelState, scalar: (state: ModelState) => tf.Tensor): ModelState {
  const names = recurrentNames(state);
  const gradients = tf.grads((...parts) =>
    scalar({ ...state, ...Object.fromEntries(names.map((name, i) => [name, parts[i] as tf.Tensor2D])) }),
  )(names.map((name) => state[name]));
  return Object.fromEntries(names.map((name, i) => [name, gradients[i] as tf.Tensor2D]));
}

/** Names of what flows through time with a gradient: not the topics of the words so far. */
function recurrentNames(state: ModelState): string[] {
  return Object.keys(state).filter((name) => /\.[hc]$/.test(name));
}

/** Divides by the norm over all parts: a product of a hundred Jacobians leaves the range of float32. */
function unit(parts: ModelState): Cotangent {
  const norm = tf.maximum(tf.sqrt(sumOfSquares(Object.values(parts))), LEAST_NORM) as tf.Tensor1D;
  const column = norm.reshape([-1, 1]);
  const scaled = Object.entries(parts).map(([name, part]) => [name, tf.div(part, column)]);
  return { parts: Object.fromEntries(scaled), logNorm: tf.log(norm) };
}

/** Returns the logarithm of the norm of the h or the c of all layers, [B]. */
function logNormOf({ parts, logNorm }: Cotangent, part: 'h' | 'c'): tf.Tensor1D {
  return tidy(() => {
    const chosen = Object.entries(parts).flatMap(([name, tensor]) =>
      name.endsWith(`.${part}`) ? [tensor] : [],
    );
    if (chosen.length === 0) return tf.zerosLike(logNorm);
    const norm = tf.maximum(tf.sqrt(sumOfSquares(chosen)), LEAST_NORM);
    return tf.add(logNorm, tf.log(norm)) as tf.Tensor1D;
  });
}

/** Returns Σ x² over the units of all tensors, [B]. */
function sumOfSquares(tensors: readonly tf.Tensor[]): tf.Tensor1D {
  return tf.addN(tensors.map((tensor) => tf.sum(tf.square(tensor), 1))) as tf.Tensor1D;
}

/** Draws a sign for each unit of h, and 0 for each of c: unit u of layer l in excerpt b is word b·H + u of site l. */
function randomSigns(state: ModelState, seed: number, first: number): ModelState {
  const entries = recurrentNames(state).map((name, site) => {
    const { shape } = state[name];
    if (name.endsWith('.c')) return [name, tf.zeros(shape)];
    const words = new Uint32Array(shape[0] * shape[1]);
    fillPhiloxWords(words, 0, words.length, { seed, stream: STREAM.inspection, site, step: first });
    return [
      name,
      tf.tensor2d(
        Float32Array.from(words, (word) => (word < 2 ** 31 ? -1 : 1)),
        shape,
      ),
    ];
  });
  return Object.fromEntries(entries);
}

/** Returns the cosine between the first half of the columns and the second, [⌊B/2⌋]: all have norm 1. */
function cosines({ parts }: Cotangent): tf.Tensor1D {
  return tidy(() => {
    const products = Object.values(parts).map((part) => {
      const [columns, units] = part.shape;
      const half = Math.floor(columns / 2);
      return tf.sum(
        tf.mul(tf.slice(part, [0, 0], [half, units]), tf.slice(part, [half, 0], [half, units])),
        1,
      );
    });
    return tf.addN(products) as tf.Tensor1D;
  });
}
