/**
 * Matrix products in float32, or with operands rounded to bfloat16 or TF32.
 *
 * The reference transposes explicitly: tfjs's wasm backend is about ten times slower with its
 * `transposeA`/`transposeB` flags (400×200×10000 on one core: 420 ms against 35 ms).
 */
import * as tf from '@tensorflow/tfjs';
import { differentiable, type Op, type Precision, runOp } from './op.js';
import { reshape } from './shapes.js';

/** `ZlmProduct`: a, b → a·b [M,N], each operand transposed first where its attribute says so. */
export interface ProductAttributes {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  readonly precision: Precision;
}

/** The operands of a product. */
type Operands = { a: tf.Tensor2D; b: tf.Tensor2D };

/** Multiplies two matrices. */
export const productOp: Op<ProductAttributes, Operands, [tf.Tensor2D]> = {
  name: 'ZlmProduct',
  reference({ a, b }, { transposeA, transposeB, precision }) {
    const left = transposeA ? tf.transpose(a) : a;
    const right = transposeB ? tf.transpose(b) : b;
    return [tf.matMul(roundToPrecision(left, precision), roundToPrecision(right, precision))];
  },
};

/** Computes a·b, [M,K] · [K,N] → [M,N]. For use inside ops: it has no gradient; {@link matrixProduct} has one. */
export function product(a: tf.Tensor2D, b: tf.Tensor2D, precision: Precision): tf.Tensor2D {
  return runProduct(a, b, { transposeA: false, transposeB: false, precision });
}

/** Computes aᵀ·b, [K,M]ᵀ · [K,N] → [M,N]. It has no gradient. */
export function productWithTransposedLeft(a: tf.Tensor2D, b: tf.Tensor2D, precision: Precision): tf.Tensor2D {
  return runProduct(a, b, { transposeA: true, transposeB: false, precision });
}

/** Computes a·bᵀ, [M,K] · [N,K]ᵀ → [M,N]. It has no gradient. */
export function productWithTransposedRight(
  a: tf.Tensor2D,
  b: tf.Tensor2D,
  precision: Precision,
): tf.Tensor2D {
  return runProduct(a, b, { transposeA: false, transposeB: true, precision });
}

/** Computes a·b, [M,K] · [K,N] → [M,N], with gradients; the products of the backward pass have the same precision. */
export function matrixProduct(a: tf.Tensor2D, b: tf.Tensor2D, precision: Precision): tf.Tensor2D {
  const [value] = differentiable(
    { a, b },
    {
      forward: () => ({ outputs: [product(a, b, precision)], saved: [a, b] }),
      backward: ([upstream], [left, right]) => ({
        a: productWithTransposedRight(upstream, right, precision),
        b: productWithTransposedLeft(left, upstream, precision),
      }),
    },
  );
  return value;
}

/** Sums over rows, [N,M] → [M], by a product with ones: on wasm a tenth of the cost of a reduction over axis 0. */
export function sumOverRows(a: tf.Tensor2D): tf.Tensor1D {
  return reshape(tf.matMul(tf.ones([1, a.shape[0]]), a), [a.shape[1]]);
}

function runProduct(a: tf.Tensor2D, b: tf.Tensor2D, attributes: ProductAttributes): tf.Tensor2D {
  return runOp(productOp, { a, b }, attributes)[0];
}

/** Veltkamp's constants, 2^k + 1, for dropping k of float32's 24 significant bits: bfloat16 has 8 of them, TF32 has 11. */
const SPLITTERS = { mixed: 65_537, tf32: 8193 } as const;

/**
 * Rounds x for a product, and keeps it in float32. An infinite x, or one above about 5.2e33 (for TF32 4.2e34), whose product
 * with the splitter is infinite, becomes NaN, which ends a training run as well.
 */
function roundToPrecision<T extends tf.Tensor>(x: T, precision: Precision): T {
  if (precision === 'f32') return x;
  const spread = tf.mul(x, SPLITTERS[precision]);
  return tf.sub(spread, tf.sub(spread, x));
}
