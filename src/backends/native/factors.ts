/**
 * Gradients of weights in windows of few rows, as in dynamic evaluation: such a gradient is the product of the rows that the weight
 * multiplies and the gradients of what comes out, so it takes less time to compute each element when it is used than to write and read
 * a matrix of the weight's size. Outside it is an ordinary tensor, whose values are computed when they are read first.
 */
import type { Precision } from '../../ops/op.js';

/** A matrix [height, width] as a product of few rows: leftᵀ · right. */
export interface Factors {
  readonly rows: number;
  /** [rows, height]. */
  readonly left: Float32Array;
  /** [rows, width]. */
  readonly right: Float32Array;
}

/** With more rows, the product takes longer than memory. */
const MOST_ROWS = 32;
/** The factors have at most this share of the matrix's elements, nearly. */
const LARGEST_SHARE = 1 / 4;
/** Elements: a smaller matrix stays in the level-2 cache. */
const LEAST_ELEMENTS = 2 ** 17;

/** Returns whether the gradient of a weight [height, width] is better kept as a product of `rows` rows. */
export function suitsFactors(
  rows: number,
  [height, width]: readonly number[],
  precision: Precision,
): boolean {
  const isLarge = height * width >= LEAST_ELEMENTS;
  const most = Math.min(MOST_ROWS, LARGEST_SHARE * Math.min(height, width));
  return precision === 'f32' && isLarge && rows > 0 && rows <= most;
}
