/** The parameter step of stochastic gradient descent. */
import * as tf from '@tensorflow/tfjs';
import { FUSED, type SgdAttributes } from '../backends/fused.js';
import { type Inputs, type Op, runOp } from './kernel.js';

const sgdUpdateOp: Op<SgdAttributes> = {
  name: FUSED.sgdUpdate,
  reference({ parameter, gradient, scale }: Inputs, { learningRate }) {
    return [tf.sub(parameter, tf.mul(gradient, tf.mul(scale, learningRate)))];
  },
};

/**
 * parameter ← parameter − learningRate · scale · gradient, in place.
 *
 * @param scale the clipping factor, a scalar tensor so that the step need not wait for its value
 */
export function sgdUpdate(
  parameter: tf.Variable,
  gradient: tf.Tensor,
  scale: tf.Scalar,
  learningRate: number,
): void {
  const [updated] = runOp(sgdUpdateOp, { parameter, gradient, scale }, { learningRate });
  parameter.assign(updated);
}
