/**
 * Compares the gradients of an op with central differences. The differences are taken of a loss in plain
 * JavaScript doubles, so that they are good to about 1e-9 and share no line with the op.
 */
import * as tf from '@tensorflow/tfjs';
import type { Inputs } from '../../src/ops/op.js';
import { type Arrays, expectClose, readAndFree, tensorOf } from './arrays.js';

const STEP = 1e-5;

/** Rounding of a float32 sum of a few terms near 1, which may cancel each other. */
const ROUNDING = 2 ** -21;

/** The gradient of every array by central differences. */
export function numericalGradients(
  loss: (arrays: Arrays) => number,
  at: Arrays,
): Record<string, readonly number[]> {
  const slopeOf = (name: string, index: number) => {
    const shifted = (by: number) =>
      loss({
        ...at,
        [name]: { shape: at[name].shape, data: at[name].data.with(index, at[name].data[index] + by) },
      });
    return (shifted(STEP) - shifted(-STEP)) / (2 * STEP);
  };
  return Object.fromEntries(
    Object.entries(at).map(([name, { data }]) => [name, data.map((_, index) => slopeOf(name, index))]),
  );
}

/** The value of a function of named tensors on the active backend, and its gradient for each of them. */
export async function tensorGradients(
  loss: (tensors: Inputs) => tf.Tensor,
  at: Arrays,
): Promise<{ value: number; gradients: Record<string, readonly number[]> }> {
  const names = Object.keys(at);
  const { value, grads } = tf.tidy(() => {
    const withGradients = tf.valueAndGrads((...tensors: tf.Tensor[]) =>
      loss(Object.fromEntries(names.map((name, i) => [name, tensors[i]]))),
    );
    return withGradients(names.map((name) => tensorOf(at[name])));
  });
  const [[ofLoss], ...gradients] = await readAndFree([value, ...grads]);
  return { value: ofLoss, gradients: Object.fromEntries(names.map((name, i) => [name, gradients[i]])) };
}

/** Compares an op, inside a scalar loss, with the same loss in plain JavaScript: value and every gradient. */
export async function expectSameGradients(
  loss: (tensors: Inputs) => tf.Tensor,
  inDoubles: (arrays: Arrays) => number,
  at: Arrays,
): Promise<void> {
  const { value, gradients } = await tensorGradients(loss, at);
  expectClose([value], [inDoubles(at)], 1e-5, ROUNDING);
  for (const [name, expected] of Object.entries(numericalGradients(inDoubles, at))) {
    try {
      expectClose(gradients[name], expected, 1e-5, ROUNDING);
    } catch (error) {
      throw new Error(`gradient of ${name}: ${(error as Error).message}`);
    }
  }
}

/** Σ weights ⊙ values: a scalar that every value moves by an amount of its own. */
export function weightedSum(values: tf.Tensor, weights: readonly number[]): tf.Tensor {
  return tf.sum(tf.mul(values.flatten(), tf.tensor1d(Float32Array.from(weights))));
}

/** {@link weightedSum} in doubles. */
export function weightedSumInDoubles(values: readonly number[], weights: readonly number[]): number {
  return values.reduce((sum, value, i) => sum + value * weights[i], 0);
}
