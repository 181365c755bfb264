/**
 * A trained model that predicts the next token. What evaluates, scores or samples sees nothing else, so a new kind of model,
 * or a method that is wrapped around one, is a file beside this one.
 */
import type { Window } from '../corpus/windows.js';
import type { Network } from '../model/network.js';
import type { Selection } from '../ops/draw.js';

/** Tokens to read, time-major: entry t·batch + b belongs to step t of column b. */
export type Tokens = Pick<Window, 'inputs' | 'steps' | 'batch'>;

/**
 * A model and how it is read. `State` is what it remembers of the tokens so far in each column; only the predictor looks into
 * it. A state stays valid until it is released, so several continuations may begin with the same one.
 */
export interface Predictor<State = unknown> {
  /** V. */
  readonly vocabularySize: number;
  /**
   * The token that is read before the first one of a stream, which is then predicted too: N predictions of N tokens. Null
   * for a network, which reads the first token to predict the second: N − 1 predictions.
   */
  readonly streamStart: number | null;
  /** Tokens in a window that are computed fast. States are carried from window to window, so only speed depends on it. */
  readonly windowTokens: number;
  /** Columns that are worth computing side by side; with more, the rate no longer grows or the memory does. */
  readonly widestBatch: number;

  /** Makes the state at the beginning of a text, for `batch` columns. */
  start(batch: number): State;

  /**
   * Computes the negative log-likelihood of every target of a window. This is the fast path: it never stores a distribution
   * over the vocabulary for all of them.
   *
   * @returns [T·B] in nats, and the state after the window, which the caller releases
   */
  nll(window: Window, state: State): Promise<{ readonly nlls: FloatArray; readonly state: State }>;

  /**
   * Computes the whole distribution of the next token after each step, or after the last one alone.
   *
   * @returns [T·B, V] or [B, V] natural logarithms, row by row, and the state after the last step, which the caller releases
   */
  logProbs(
    tokens: Tokens,
    state: State,
    steps: 'all' | 'last',
  ): Promise<{ readonly logProbs: Float64Array; readonly state: State }>;

  /**
   * As {@link nll}, with the vectors that the softmax reads, which a cache compares. Left out, with the next, by a model that
   * has no such vectors.
   *
   * @returns [T·B] and [T·B, H′], both with row t·B + b for step t of column b
   */
  nllAndHidden?(window: Window, state: State): Promise<NllAndHidden<State>>;

  /** As {@link logProbs}, with the vectors that the softmax reads after every step, [T·B, H′]. */
  logProbsAndHidden?(
    tokens: Tokens,
    state: State,
    steps: 'all' | 'last',
  ): Promise<{ readonly logProbs: Float64Array; readonly hidden: Float32Array; readonly state: State }>;

  /**
   * Draws the next token of every column after the last step, without reading the distribution back from the backend. Left
   * out by a predictor that has no such path: its tokens are drawn from {@link logProbs}.
   *
   * @param uniforms [B], each in (0, 1); or [N] for N draws from the one column that there is
   * @returns word ids, one for each uniform number; `NO_WORD` where no word that may be drawn has a finite logit
   */
  draw?(
    tokens: Tokens,
    state: State,
    selection: Selection,
    uniforms: Float64Array,
  ): Promise<{ readonly ids: Int32Array; readonly state: State }>;

  /** Makes a state of `count` columns that are all like the one column of `state`. */
  repeat(state: State, count: number): State;

  /** Frees the tensors of a state on the backend. */
  release(state: State): void;

  /** The network, for a method that adapts its parameters or runs it with noise; left out by any other model. */
  readonly network?: Network;

  /** Frees the model. */
  dispose(): void;
}

/** Result of {@link Predictor.nllAndHidden}. */
export interface NllAndHidden<State> {
  readonly nlls: FloatArray;
  readonly hidden: Float32Array;
  readonly state: State;
}

/** Values as the model computes them: float32 on a backend, doubles in JavaScript. */
export type FloatArray = Float32Array | Float64Array;

/** Joins the values of successive windows, in doubles. */
export function joinValues(parts: readonly ArrayLike<number>[]): Float64Array {
  const all = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let end = 0;
  for (const part of parts) {
    all.set(part, end);
    end += part.length;
  }
  return all;
}

/** Returns one row of the values of {@link Predictor.logProbs}, each V wide. */
export function rowOf(logProbs: Float64Array, row: number, width: number): Float64Array {
  return logProbs.subarray(row * width, (row + 1) * width);
}
