/**
 * A task that is not a language model: one weight w, windows of 3 steps and 2 columns, and the loss w·a for
 * each prediction, a being 1 to 6. Its gradient is known, its state counts the windows since it was zero, and its
 * penalty is w times a given weight.
 */
import * as tf from '@tensorflow/tfjs';
import { onTestFinished } from 'vitest';
import {
  type BatchNumber,
  type Metric,
  PERPLEXITY,
  type Task,
  type Validation,
} from '../../src/tasks/task.js';

/** The gradient that the loop must see: the sum over time of a, and the mean over the 2 columns. */
export const TOY_GRADIENT = (1 + 2 + 3 + 4 + 5 + 6) / 2;
/** Predictions in a window, and the sum of their a. */
export const TOY_WINDOW = { predictions: 6, sum: 21 };

export interface Toy extends Task {
  /** The requested windows, with the count in their state. */
  readonly seen: readonly (BatchNumber & { readonly count: number })[];
  readonly weight: () => number;
}

/** Options of the toy. */
export interface ToyOptions {
  readonly windowsPerPass?: number;
  readonly weight?: number;
  readonly uniformNll?: number;
  /** The reported length of its windows, which changes nothing else; by default 3 steps each. */
  readonly stepsOf?: Task['stepsOf'];
  /** A factor of the loss of the window that so many were trained before. */
  readonly factor?: (windows: number) => number;
  /** The penalty's gradient; 0 for none. */
  readonly penalty?: number;
  readonly metric?: Metric;
  readonly validate?: Task['validate'];
}

/** A toy for the test that calls it; its weight is freed at the end. */
export function makeToy({
  windowsPerPass = 3,
  stepsOf = () => 3,
  weight = 1,
  uniformNll = Number.POSITIVE_INFINITY,
  factor = () => 1,
  penalty = 0,
  metric = PERPLEXITY,
  validate = validationsOf([1]),
}: ToyOptions = {}): Toy {
  const seen: (BatchNumber & { readonly count: number })[] = [];
  const variable = tf.tidy(() => tf.variable(tf.tensor1d([weight])));
  onTestFinished(() => variable.dispose());
  return {
    seen,
    weight: () => variable.dataSync()[0],
    parameters: new Map([['weight', variable]]),
    metric,
    batchesIn: () => windowsPerPass,
    stepsOf,
    predictionsOf: () => TOY_WINDOW.predictions,
    startsFromZero: (_, inPass) => inPass === 0,
    uniformNll,
    zeroState: () => ({ count: tf.scalar(0) }),
    read: ({ pass, inPass, step: clock }) => {
      return { arrays: { window: Int32Array.of(pass, inPass) }, steps: 3, batch: 2, clock };
    },
    loss({ arrays, clock }, state) {
      const [pass, inPass] = arrays.window;
      seen.push({ pass, inPass, step: clock, count: state.count.dataSync()[0] });
      const amounts = tf.tensor1d([1, 2, 3, 4, 5, 6]);
      const windows = pass * windowsPerPass + inPass;
      const nll = tf.mul(tf.mul(variable, factor(windows)), amounts) as tf.Tensor1D;
      const penalized = penalty === 0 ? null : (tf.sum(tf.mul(variable, penalty)) as tf.Scalar);
      return { nll, batch: 2, penalty: penalized, state: { count: tf.add(state.count, 1) } };
    },
    validate,
  };
}

/** A validation that finds these mean losses, one after the other; the last again and again. */
export function validationsOf(losses: readonly number[]): Task['validate'] {
  let calls = 0;
  return async () => validation(losses[Math.min(calls++, losses.length - 1)]);
}

/** A validation with this mean loss. */
export function validation(meanNll: number): Validation {
  return { predictions: 10, meanNll };
}
