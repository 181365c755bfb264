/**
 * The task of a network: what it is trained to do. The training loop knows nothing else; it never sees a word, a window of text
 * or a frame of speech. A task provides parameters, batches and their losses, and measures the result.
 */
import type * as tf from '@tensorflow/tfjs';
import type { OnProgress } from '../progress.js';

/** The recurrent state that is carried from batch to batch, by its names in checkpoints; empty without carried state. */
export type TaskState = Readonly<Record<string, tf.Tensor>>;

/** Number of a batch: its place in the data, and its place in the run. */
export interface BatchNumber {
  /** Pass over the data, from 0. */
  readonly pass: number;
  /** Index within the pass, from 0. */
  readonly inPass: number;
  /** Time steps trained before it since the run began: the clock of random masks. */
  readonly step: number;
}

/** Size of a batch. */
export interface BatchShape {
  /** Time steps. */
  readonly steps: number;
  /** Sequences side by side. */
  readonly batch: number;
}

/** The batches of a training on one corpus. */
export interface BatchSizes {
  /** The largest batch that any pass has. */
  readonly largest: BatchShape;
  /** The first batches of a training, where they differ in size; otherwise none. */
  readonly first: readonly BatchShape[];
  /** Batches of the validation, the largest among them. */
  readonly validation: readonly BatchShape[];
}

/** A batch as it is read. All that differs from other batches of its shape is in its arrays and its clock. */
export interface BatchData extends BatchShape {
  /** Token ids and the like, by name. */
  readonly arrays: Readonly<Record<string, Int32Array>>;
  /** Time steps trained before it since the run began. */
  readonly clock: number;
}

/** The loss of one batch in its terms. */
export interface LossTerms {
  /** Negative log-likelihood of every prediction, [N], in nats; the gradient flows through it. Padding is not a prediction. */
  readonly nll: tf.Tensor1D;
  /** Sequences side by side: a loss that is a sum over time is a mean over these. */
  readonly batch: number;
  /** Regularization, in nats a prediction, or null; the gradient flows through it. */
  readonly penalty: tf.Scalar | null;
  /** The state after the batch, without gradient, to be carried to the next. */
  readonly state: TaskState;
}

/** The measure of a task on held-out data. */
export interface Metric {
  readonly name: string;
  readonly better: 'lower' | 'higher';
}

/** Perplexity, exp of the mean negative log-likelihood of a prediction. */
export const PERPLEXITY: Metric = { name: 'perplexity', better: 'lower' };

/** BLEU of translations, in percent. */
export const BLEU: Metric = { name: 'BLEU', better: 'higher' };

/** The result of a validation. */
export interface Validation {
  readonly value: number;
  /** BLEU in percent beside it, of a task that translates; left out in an epoch without. */
  readonly bleu?: number;
  /** Predictions that it is measured over. */
  readonly predictions: number;
  /** Mean nll of a prediction, in nats, if the task has one: a perplexity may overflow a number. */
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

/** A model with the data that it is trained on. */
export interface Task {
  readonly parameters: ReadonlyMap<string, tf.Variable>;
  /** The metric that chooses the best epoch. */
  readonly metric: Metric;
  /** Mean nll of a prediction of a uniform guess, in nats: the reference for divergence. */
  readonly uniformNll: number;
  /** Makes the state from which sequences begin. */
  zeroState(): TaskState;
  /** Batches in a pass, one or more. */
  batchesIn(pass: number): number;
  /** Time steps of a batch. */
  stepsOf(pass: number, inPass: number): number;
  predictionsOf(pass: number, inPass: number): number;
  /**
   * Returns whether a batch begins from the zero state: the first of a pass over one stream, and each batch of independent
   * sequences. Any other batch begins with the final state of the one before it.
   */
  startsFromZero(pass: number, inPass: number): boolean;
  /** Reads a batch. */
  read(batch: BatchNumber): BatchData;
  /**
   * Computes the loss of one batch; called inside a tidy while gradients are recorded. What it does depends on nothing but the
   * shape of the batch and of the state, so a backend may do it again for others of that shape: see `ops/capture.ts`.
   */
  loss(data: BatchData, state: TaskState): LossTerms;
  /**
   * Measures the model on held-out data.
   *
   * @param epoch the epoch that was trained, from 1
   * @throws the signal's reason when it is aborted
   */
  validate(signal: AbortSignal, onProgress: OnProgress, epoch: number): Promise<Validation>;
}
