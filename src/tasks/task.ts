/**
 * What a network is trained to do. The training loop knows nothing else: it never sees a word, a window of text or a frame of
 * speech. A task brings parameters, batches and their losses, and measures what was learned.
 */
import type * as tf from '@tensorflow/tfjs';
import type { OnProgress } from '../progress.js';

/** The recurrent state that is carried from batch to batch, by the names that checkpoints know; empty where none is. */
export type TaskState = Readonly<Record<string, tf.Tensor>>;

/** Number of a batch: its place in the data, and its place in the run. */
export interface BatchNumber {
  /** Pass over the data, from 0. */
  readonly pass: number;
  /** Index within the pass, from 0. */
  readonly inPass: number;
  /** Time steps trained before it since the run began: the clock that random masks are drawn by. */
  readonly step: number;
}

/** Size of a batch. */
export interface BatchShape {
  /** Time steps. */
  readonly steps: number;
  /** Sequences side by side. */
  readonly batch: number;
}

/** The loss of one batch in its terms. */
export interface LossTerms {
  /** Negative log-likelihood of every prediction, [N], in nats; the gradient flows through it. Padding is no prediction. */
  readonly nll: tf.Tensor1D;
  /** Sequences side by side: a loss that is a sum over time is a mean over these. */
  readonly batch: number;
  /** Regularization, in nats a prediction, or null; the gradient flows through it. */
  readonly penalty: tf.Scalar | null;
  /** The state after the batch, to be cut from the gradient and carried on. */
  readonly state: TaskState;
}

/** The figure of merit of a task on held-out data. */
export interface Metric {
  readonly name: string;
  readonly better: 'lower' | 'higher';
}

/** Perplexity, exp of the mean negative log-likelihood of a prediction. */
export const PERPLEXITY: Metric = { name: 'perplexity', better: 'lower' };

/** The metric on held-out data. */
export interface Validation {
  readonly value: number;
  /** Predictions that it is measured over. */
  readonly predictions: number;
  /** Mean nll of a prediction, in nats, where there is one: a perplexity may be too large for a number. */
  readonly meanNll: number | null;
}

/** Summed negative log-likelihood and the number of predictions in the sum. */
export interface NllCount {
  readonly nll: number;
  readonly predictions: number;
}

/** Computes exp of the mean negative log-likelihood. */
export function perplexityOf({ nll, predictions }: NllCount): number {
  return Math.exp(nll / predictions);
}

/** A model together with the data that it learns from. */
export interface Task {
  readonly parameters: ReadonlyMap<string, tf.Variable>;
  /** What {@link validate} measures. */
  readonly metric: Metric;
  /** Mean nll of a prediction of a uniform guess, in nats: divergence is judged beside it. */
  readonly uniformNll: number;
  /** Makes the state from which sequences begin. */
  zeroState(): TaskState;
  /** Batches in a pass, one or more. */
  batchesIn(pass: number): number;
  /** Time steps of a batch. */
  stepsOf(pass: number, inPass: number): number;
  predictionsOf(pass: number, inPass: number): number;
  /**
   * Whether a batch begins from the zero state: the first of a pass over one stream, and every one of independent
   * sequences. Any other begins with the state that the batch before it left.
   */
  startsFromZero(pass: number, inPass: number): boolean;
  /** Computes the loss of one batch; called inside a tidy while gradients are recorded. */
  loss(batch: BatchNumber, state: TaskState): LossTerms;
  /**
   * Measures the metric on held-out data.
   *
   * @throws the signal's reason when it is aborted
   */
  validate(signal: AbortSignal, onProgress: OnProgress): Promise<Validation>;
}
