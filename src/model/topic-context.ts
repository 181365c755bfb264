/**
 * The topics of the words so far: the context vector of Mikolov and Zweig 2012, *Context Dependent Recurrent Neural Network
 * Language Model*, equation 8. With t_w the topic distribution of word w, and the decay γ of one word's influence,
 *
 *     f_t ∝ f_{t−1}^γ ⊙ t_{w_t}^{1−γ}
 *
 * so log f is a decaying average of log t_w. It is carried from window to window without normalization, which scales all topics
 * alike and cancels in every later f.
 */
import * as tf from '@tensorflow/tfjs';
import { embedding } from '../ops/embedding.js';
import { reshape } from '../ops/shapes.js';

/** The features of a window. */
export interface TopicFeatures {
  /** f of every step, [T,B,K]; sums to 1 over K. */
  readonly features: tf.Tensor3D;
  /** log f after the last step, up to a constant, [B,K]. */
  readonly carried: tf.Tensor2D;
}

/**
 * Computes the features of a window.
 *
 * @param table   [V,K], log P(topic | word)
 * @param ids     [T,B] int32; f of step t includes word t, the network's input at that step
 * @param carried log f before the window, [B,K]: zeros at the start, when all topics are alike
 * @param decay   γ, 0 ≤ γ < 1
 */
export function topicFeatures(
  table: tf.Tensor2D,
  ids: tf.Tensor2D,
  carried: tf.Tensor2D,
  decay: number,
): TopicFeatures {
  const [steps, batch] = ids.shape;
  const topics = table.shape[1];
  const words = reshape(embedding(table, ids), [steps, batch * topics]);
  const earlier = reshape(carried, [1, batch * topics]);
  // All steps at once: log f_t = Σ_{s≤t} (1−γ) γ^{t−s} log t_{w_s} + γ^{t+1} log f_0.
  const logF = tf.add(
    tf.matMul(decayMatrix(steps, decay), words),
    tf.matMul(decayColumn(steps, decay), earlier),
  );
  const last = reshape(tf.slice(logF, [steps - 1, 0], [1, -1]), [batch, topics]);
  return { features: tf.softmax(reshape(logF, [steps, batch, topics])), carried: last };
}

/** Returns [T,T]: (1−γ) γ^{t−s} at row t, column s ≤ t; 0 above the diagonal. */
function decayMatrix(steps: number, decay: number): tf.Tensor2D {
  const weights = new Float32Array(steps * steps);
  for (let t = 0; t < steps; t++) {
    for (let s = 0; s <= t; s++) weights[t * steps + s] = (1 - decay) * decay ** (t - s);
  }
  return tf.tensor2d(weights, [steps, steps]);
}

/** Returns [T,1]: γ^{t+1}. */
function decayColumn(steps: number, decay: number): tf.Tensor2D {
  return tf.tensor2d(
    Float32Array.from({ length: steps }, (_, t) => decay ** (t + 1)),
    [steps, 1],
  );
}
