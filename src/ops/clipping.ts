/** Clipping by the global norm of all gradients (paper, section 4.1; Pascanu et al. 2013). */
import * as tf from '@tensorflow/tfjs';
import { type Inputs, type Op, runOp } from './op.js';

/** `ZlmGlobalNorm`: tensors of rank 1 or more, by name → a scalar. */
export const globalNormOp: Op<object, Inputs, [tf.Scalar]> = {
  name: 'ZlmGlobalNorm',
  reference(gradients) {
    return [tf.sqrt(tf.addN(Object.values(gradients).map(sumOfSquares)))];
  },
};

/** The attributes of `ZlmClipScale`. */
export interface ClipScaleAttributes {
  readonly maxNorm: number;
}

/** `ZlmClipScale`: norm, a scalar → min(1, maxNorm / norm), a scalar. */
export const clipScaleOp: Op<ClipScaleAttributes> = {
  name: 'ZlmClipScale',
  reference({ norm }: Inputs, { maxNorm }) {
    // Not tf.minimum(1, …): the wasm backend returns 1 for a NaN.
    return [tf.where(tf.lessEqual(norm, maxNorm), 1, tf.div(maxNorm, norm))];
  },
};

/**
 * Computes the L2 norm of all gradients taken together, embedding included.
 *
 * @param gradients tensors of rank 1 or more, by parameter name; at least one
 * @returns a scalar
 */
export function globalNorm(gradients: Inputs): tf.Scalar {
  return runOp(globalNormOp, gradients, {})[0];
}

/**
 * Computes the factor that scales a gradient of this norm down to the maximum: min(1, maxNorm / norm). A NaN norm gives NaN.
 *
 * @param maxNorm null for no clipping
 */
export function clipScale(norm: tf.Scalar, maxNorm: number | null): tf.Scalar {
  if (maxNorm === null) return tf.scalar(1);
  return runOp(clipScaleOp, { norm }, { maxNorm })[0] as tf.Scalar;
}

/** Sums squares row by row and then over the rows: one float32 running sum over millions of squares would lose digits. */
function sumOfSquares(gradient: tf.Tensor): tf.Scalar {
  return tf.sum(tf.sum(tf.square(gradient), -1));
}
