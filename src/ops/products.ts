/**
 * Matrix products for the reference ops, in float32 or with operands rounded to bfloat16.
 *
 * Transposed operands are transposed explicitly: tfjs's wasm backend is about ten times slower with its
 * `transposeA`/`transposeB` flags (400×200×10000 on one core: 420 ms against 35 ms).
 */
import * as tf from '@tensorflow/tfjs';
import type { Precision } from '../backends/fused.js';

export type { Precision };

/** a·b: [M,K] · [K,N] → [M,N]. */
export function product(a: tf.Tensor2D, b: tf.Tensor2D, precision: Precision): tf.Tensor2D {
  return tf.matMul(operand(a, precision), operand(b, precision));
}

/** aᵀ·b: [K,M]ᵀ · [K,N] → [M,N]. */
export function productWithTransposedLeft(a: tf.Tensor2D, b: tf.Tensor2D, precision: Precision): tf.Tensor2D {
  return product(tf.transpose(a), b, precision);
}

/** a·bᵀ: [M,K] · [N,K]ᵀ → [M,N]. */
export function productWithTransposedRight(
  a: tf.Tensor2D,
  b: tf.Tensor2D,
  precision: Precision,
): tf.Tensor2D {
  return product(a, tf.transpose(b), precision);
}

/** Sum over rows, [N,M] → [M], as a product with ones: on wasm a tenth of the cost of a reduction over axis 0. */
export function sumOverRows(a: tf.Tensor2D): tf.Tensor1D {
  return tf.matMul(tf.ones([1, a.shape[0]]), a).reshape([a.shape[1]]);
}

/** 2^16 + 1: Veltkamp's constant for keeping 8 of float32's 24 significant bits, which are bfloat16's. */
const SPLITTER = 65_537;

/** What a product of this precision sees of x, in float32; an infinite x becomes NaN, which ends a training as well. */
function operand(x: tf.Tensor2D, precision: Precision): tf.Tensor2D {
  if (precision === 'f32') return x;
  const spread = tf.mul(x, SPLITTER);
  return tf.sub(spread, tf.sub(spread, x));
}
