/** The output projection alone, for sampling, where there is no target. */
import * as tf from '@tensorflow/tfjs';
import { type Inputs, type Op, runOp } from './op.js';
import { product, productWithTransposedRight } from './products.js';

/** The attributes of `ZlmLogits`. */
export interface LogitsAttributes {
  /** True when the weight is an embedding table [V,H], not [H,V]. */
  readonly tied: boolean;
}

/** `ZlmLogits`: hidden [N,H], weight, bias [V] → hidden · weight + bias [N,V], always in float32. */
export const logitsOp: Op<LogitsAttributes> = {
  name: 'ZlmLogits',
  reference({ hidden, weight, bias }: Inputs, { tied }) {
    const [rows, columns] = [hidden as tf.Tensor2D, weight as tf.Tensor2D];
    const scores = tied ? productWithTransposedRight(rows, columns, 'f32') : product(rows, columns, 'f32');
    return [tf.add(scores, bias)];
  },
};

/**
 * Unnormalized log-probabilities of every word. Nothing is differentiated through it.
 *
 * @param hidden [N, H]
 * @param weight [H, V], or the embedding table [V, H] when `tied`
 * @param bias   [V]
 * @returns [N, V]
 */
export function logits(
  hidden: tf.Tensor2D,
  weight: tf.Tensor2D,
  bias: tf.Tensor1D,
  tied: boolean,
): tf.Tensor2D {
  return runOp(logitsOp, { hidden, weight, bias }, { tied })[0] as tf.Tensor2D;
}
