/** What the training loop trains. It knows nothing of words: a task brings its parameters, windows and losses. */
import type * as tf from '@tensorflow/tfjs';
import type { OnProgress } from '../progress.js';

/** Tensors by name: the recurrent state that is carried from window to window. */
export type NamedTensors = Readonly<Record<string, tf.Tensor>>;

/** Which window, twice: its place in the data, and its place in the run. */
export interface WindowNumber {
  /** Pass over the data, from 0. */
  readonly pass: number;
  /** Index within the pass, from 0. */
  readonly inPass: number;
  /** Time steps trained before it since the run began: the clock that random masks are drawn by. */
  readonly step: number;
}

/** What one window gives. */
export interface WindowResult {
  /** Negative log-likelihood of every prediction, [N], in nats; the gradient flows through it. */
  readonly nll: tf.Tensor1D;
  /** Columns in the window. */
  readonly batch: number;
  /** What a regularizer adds to the mean nll of a prediction, in nats, or null; the gradient flows through it. */
  readonly penalty: tf.Scalar | null;
  /** The state after the window, to be cut from the gradient and carried on. */
  readonly state: NamedTensors;
}

/** Summed negative log-likelihood and the number of predictions it sums. */
export interface NllCount {
  readonly nll: number;
  readonly predictions: number;
}

/** exp of the mean negative log-likelihood. */
export function perplexityOf({ nll, predictions }: NllCount): number {
  return Math.exp(nll / predictions);
}

/** A model together with the data it learns from. */
export interface Trainee {
  readonly parameters: ReadonlyMap<string, tf.Variable>;
  /** Mean nll of a prediction, in nats, for who knows nothing: what a uniform guess scores. */
  readonly uniformNll: number;
  /** The state at the start of a pass. */
  zeroState(): NamedTensors;
  /** Windows in a pass, one or more. */
  windowsIn(pass: number): number;
  /** Time steps of a window. */
  stepsOf(pass: number, inPass: number): number;
  /** Forward pass of one window; called inside a tidy while gradients are recorded. */
  forward(window: WindowNumber, state: NamedTensors): WindowResult;
  /** Evaluates on held-out data. @throws the signal's reason when it is aborted */
  validate(signal: AbortSignal, onProgress: OnProgress): Promise<NllCount>;
}
