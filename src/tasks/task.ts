/**
 * The task of a network: what it is trained to do. The training loop knows nothing else; it never sees a word, a window of text
 * or a frame of speech. A task provides parameters, batches and their losses, and measures the result.
 */
import type * as tf from '@tensorflow/tfjs';
import type { OnProgress } from '../progress.js';
import type { Reached } from '../runs/training-progress.js';

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
  /**
   * Features of frames, [T·B·F]; absent where the input is words. Batches of frames are as many steps long as their utterances, so a
   * shape hardly returns, and steps on them are not captured.
   */
  readonly features?: Float32Array;
  /** Time steps trained before it since the run began. */
  readonly clock: number;
}

/** The loss of one batch in its terms. */
export interface LossTerms {
  /** Negative log-likelihood of every prediction, [N], in nats; the gradient flows through it. Padding is not a prediction. */
  readonly nll: tf.Tensor1D;
  /** Predictions, where each value of `nll` is that of several: of the frames of an utterance. */
  readonly predictions?: number;
  /** Sequences side by side: a loss that is a sum over time is a mean over these. */
  readonly batch: number;
  /** Regularization, in nats a prediction, or null; the gradient flows through it. */
  readonly penalty: tf.Scalar | null;
  /** The state after the batch, without gradient, to be carried to the next. */
  readonly state: TaskState;
}

/** The measure of a task on held-out data, which decides on the best epoch. */
export interface Metric {
  readonly name: keyof Reached;
  readonly better: 'lower' | 'higher';
}

/** Perplexity, exp of the mean negative log-likelihood of a prediction. */
export const PERPLEXITY: Metric = { name: 'perplexity', better: 'lower' };

/** BLEU of translations, in percent. */
export const BLEU: Metric = { name: 'bleu', better: 'higher' };

/** Errors per phone that was spoken. */
export const PHONE_ERROR_RATE: Metric = { name: 'phoneErrorRate', better: 'lower' };

/** The result of a validation. */
export interface Validation extends Omit<Reached, 'perplexity'> {
  /** Predictions that the mean is over. */
  readonly predictions: number;
  /** Mean nll of a prediction, in nats: a perplexity may overflow a number. */
  readonly meanNll: number;
  /** Share of frames whose phone is the likeliest, where frames have phones. */
  readonly frameAccuracy?: number;
}

/** Returns what a validation measured besides frames: the perplexity is exp of the mean nll of a prediction, for speech that of a frame. */
export function reachedIn({ meanNll, bleu, phoneErrorRate }: Validation): Reached {
  return {
    perplexity: Math.exp(meanNll),
    ...(bleu !== undefined && { bleu }),
    ...(phoneErrorRate !== undefined && { phoneErrorRate }),
  };
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
