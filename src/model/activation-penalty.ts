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
 * α · mean(d²) + β · mean((h_{t+1} − h_t)²): AR on the last layer's output after dropout, TAR on it before. Both are means
 * over all elements, as in the AWD-LSTM of Merity et al. 2018.
 *
 * @param raw     h, the last layer's output, [T,B,H]
 * @param dropped d, the same after dropout
 * @returns nats to be added to the mean nll of a prediction, or null when both coefficients are 0
 */
export function activationPenalty(
  { raw, dropped }: { raw: tf.Tensor3D; dropped: tf.Tensor3D },
  { activation, temporal }: ActivationPenaltyWeights,
): tf.Scalar | null {
  const steps = raw.shape[0];
  const terms: tf.Tensor[] = [];
  if (activation > 0) terms.push(tf.mul(meanSquare(dropped), activation));
  if (temporal > 0 && steps > 1) {
    const later = tf.slice(raw, [1, 0, 0]);
    const earlier = tf.slice(raw, [0, 0, 0], [steps - 1, -1, -1]);
    terms.push(tf.mul(meanSquare(tf.sub(later, earlier)), temporal));
  }
  return terms.length === 0 ? null : (tf.addN(terms) as tf.Scalar);
}

function meanSquare(x: tf.Tensor): tf.Tensor {
  return tf.mean(tf.square(x));
}
