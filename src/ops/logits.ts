/** The output projection alone, for sampling, where there is no target. */
import * as tf from '@tensorflow/tfjs';
import { FUSED, type LogitsAttributes } from '../backends/fused.js';
import { type Inputs, type Op, runOp } from './kernel.js';
import { product, productWithTransposedRight } from './products.js';

const logitsOp: Op<LogitsAttributes> = {
  name: FUSED.logits,
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
