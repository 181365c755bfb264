/** Regularization of activations (Merity, McCann and Socher 2017, *Revisiting Activation Regularization for Language RNNs*). */
import * as tf from '@tensorflow/tfjs';

/** The coefficients, 0 for none. */
export interface ActivationPenaltyWeights {
  /** α of activation regularization (AR). */
  readonly activation: number;
  /** β of temporal activation regularization (TAR). */
  readonly temporal: number;
}

/**
 * Computes α · mean(d²) + β · mean((h_{t+1} − h_t)²): AR on the last layer's output after dropout, TAR before. Both are means
 * over all elements, as in the AWD-LSTM of Merity et al. 2018.
 *
 * @param raw     h, the last layer's output, [T,B,H]
 * @param dropped d, the same after dropout
 * @param rows    the rows t·B + b of a window that are not padding; null when none is padding
 * @returns nats to be added to the mean nll of a prediction, or null when both coefficients are 0
 */
export function activationPenalty(
  { raw, dropped }: { raw: tf.Tensor3D; dropped: tf.Tensor3D },
  { activation, temporal }: ActivationPenaltyWeights,
  rows: Int32Array | null = null,
): tf.Scalar | null {
  const [steps, batch, units] = raw.shape;
  const terms: tf.Scalar[] = [];
  if (activation > 0) {
    const counted = rows && tf.mul(dropped, indicator(rows, steps, batch));
    terms.push(tf.mul(meanSquare(counted ?? dropped, (rows?.length ?? steps * batch) * units), activation));
  }
  // Except for the first, a step that is not padding follows another such step.
  const laterRows = rows?.filter((row) => row >= batch);
  if (temporal > 0 && steps > 1 && laterRows?.length !== 0) {
    const later = tf.slice(raw, [1, 0, 0]);
    const earlier = tf.slice(raw, [0, 0, 0], [steps - 1, -1, -1]);
    const change = tf.sub(later, earlier);
    const counted =
      laterRows &&
      tf.mul(
        change,
        indicator(
          laterRows.map((row) => row - batch),
          steps - 1,
          batch,
        ),
      );
    const count = (laterRows?.length ?? (steps - 1) * batch) * units;
    terms.push(tf.mul(meanSquare(counted ?? change, count), temporal));
  }
  return terms.length === 0 ? null : tf.addN(terms);
}

/** Computes the mean of squares over `count` of the values; the others are 0. */
function meanSquare(x: tf.Tensor, count: number): tf.Scalar {
  const squares = tf.square(x);
  return count === x.size ? tf.mean(squares) : tf.div(tf.sum(squares), count);
}

/** Returns 1 in the given rows and 0 in the others, [T,B,1]. */
function indicator(rows: Int32Array, steps: number, batch: number): tf.Tensor3D {
  const values = new Float32Array(steps * batch);
  for (const row of rows) values[row] = 1;
  return tf.tensor3d(values, [steps, batch, 1]);
}
