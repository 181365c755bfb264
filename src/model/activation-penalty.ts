/** Regularization of activations (Merity, McCann and Socher 2017, *Revisiting Activation Regularization for Language RNNs*). */
import * as tf from '@tensorflow/tfjs';

/** The penalties, by the keys of `training` that are their coefficients. */
export const ACTIVATION_PENALTIES = ['activationRegularization', 'temporalActivationRegularization'] as const;

/** The coefficients, 0 for none: α of activation regularization (AR), β of temporal activation regularization (TAR). */
export type ActivationPenaltyWeights = Readonly<Record<(typeof ACTIVATION_PENALTIES)[number], number>>;

/**
 * Computes α · mean(d²) + β · mean((h_{t+1} − h_t)²): AR on the last layer's output after dropout, TAR before. Both are means
 * over all elements, as in the AWD-LSTM of Merity et al. 2018.
 *
 * @param raw     h, the last layer's output, [T,B,H]
 * @param dropped d, the same after dropout
 * @param rows    the rows t·B + b of a window that are not padding; null when none is padding
 * @returns nats to be added to the mean nll of a prediction, or null when there is nothing to penalize
 */
export function activationPenalty(
  { raw, dropped }: { raw: tf.Tensor3D; dropped: tf.Tensor3D },
  weights: ActivationPenaltyWeights,
  rows: Int32Array | null = null,
): tf.Scalar | null {
  const terms = [
    weighted(weights.activationRegularization, () => meanSquare(dropped, rows)),
    weighted(weights.temporalActivationRegularization, () => meanSquaredChange(raw, rows)),
  ].filter((term) => term !== null);
  return terms.length === 0 ? null : tf.addN(terms);
}

/** Multiplies a penalty by its coefficient, or computes nothing when that is 0. */
function weighted(coefficient: number, penalty: () => tf.Scalar | null): tf.Scalar | null {
  const value = coefficient > 0 ? penalty() : null;
  return value && tf.mul(value, coefficient);
}

/** Computes the mean of the squares of a window's values, [T,B,H], at the rows that are not padding. */
function meanSquare(x: tf.Tensor3D, rows: Int32Array | null): tf.Scalar {
  const [steps, batch, units] = x.shape;
  const squares = tf.square(rows ? tf.mul(x, indicator(rows, steps, batch)) : x);
  const count = (rows?.length ?? steps * batch) * units;
  return count === x.size ? tf.mean(squares) : tf.div(tf.sum(squares), count);
}

/** Computes the mean square of the change from each step to the next; null where no step follows another. */
function meanSquaredChange(x: tf.Tensor3D, rows: Int32Array | null): tf.Scalar | null {
  const [steps, batch] = x.shape;
  // Except for the first, a step that is not padding follows another such step.
  const laterRows = rows?.filter((row) => row >= batch).map((row) => row - batch) ?? null;
  if (steps === 1 || laterRows?.length === 0) return null;
  const later = tf.slice(x, [1, 0, 0]);
  const earlier = tf.slice(x, [0, 0, 0], [steps - 1, -1, -1]);
  return meanSquare(tf.sub(later, earlier), laterRows);
}

/** Returns 1 in the given rows and 0 in the others, [T,B,1]. */
function indicator(rows: Int32Array, steps: number, batch: number): tf.Tensor3D {
  const values = new Float32Array(steps * batch);
  for (const row of rows) values[row] = 1;
  return tf.tensor3d(values, [steps, batch, 1]);
}
