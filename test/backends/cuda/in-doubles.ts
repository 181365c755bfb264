/** Matrices in memory, and their products in doubles, for tests of the product kernels. */
import type { Precision } from '../../../src/ops/op.js';
import { randomNumbers } from '../../ops/arrays.js';

/** A matrix: element (i, j) is values[offset + i·row + j·column]. */
export interface Matrix {
  readonly values: Float32Array;
  readonly offset: number;
  readonly row: number;
  readonly column: number;
}

/**
 * Makes a random matrix. What is unused around it is NaN.
 *
 * @param layout  its rows one after the other, or its columns
 * @param padding unused numbers behind each row or column
 * @param offset  unused numbers before it
 */
export function randomMatrix(
  seed: number,
  rows: number,
  columns: number,
  layout: 'rows' | 'columns' = 'rows',
  padding = 0,
  offset = 0,
): Matrix {
  const random = randomNumbers(seed);
  const [lines, length] = layout === 'rows' ? [rows, columns + padding] : [columns, rows + padding];
  // The last line has no padding: a read behind the matrix is a read behind its memory.
  const size = offset + lines * length - padding;
  const isUsed = (at: number) => at >= offset && (at - offset) % length < length - padding;
  const values = Float32Array.from({ length: size }, (_, at) => (isUsed(at) ? 2 * random() - 1 : Number.NaN));
  return layout === 'rows'
    ? { values, offset, row: length, column: 1 }
    : { values, offset, row: 1, column: length };
}

/** Σ_k a[i,k]·b[k,j], row by row, of the operands as a precision sees them. */
export function productInDoubles(
  [m, n, k]: readonly [number, number, number],
  a: Matrix,
  b: Matrix,
  precision: Precision,
): number[] {
  const round = ROUNDINGS[precision];
  const seen = (matrix: Matrix) => matrix.values.map(round);
  const [left, right] = [seen(a), seen(b)];
  return Array.from({ length: m * n }, (_, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    let sum = 0;
    for (let l = 0; l < k; l++) {
      sum += left[a.offset + i * a.row + l * a.column] * right[b.offset + l * b.row + j * b.column];
    }
    return sum;
  });
}

/** How operands are rounded in each precision. */
export const ROUNDINGS: Readonly<Record<Precision, (value: number) => number>> = {
  f32: (value) => value,
  tf32: toTf32,
  mixed: toBfloat16,
};

/** Rounds to TF32, which has eleven significant bits: to the nearest multiple of its last one, ties away from zero. */
function toTf32(value: number): number {
  if (value === 0 || !Number.isFinite(value)) return value;
  const lastBit = 2 ** (Math.floor(Math.log2(Math.abs(value))) - 10);
  return Math.sign(value) * Math.floor(Math.abs(value) / lastBit + 0.5) * lastBit;
}

/** Rounds to bfloat16, ties to even. */
function toBfloat16(value: number): number {
  const float = Float32Array.of(value);
  const bits = new Uint32Array(float.buffer);
  bits[0] = (bits[0] + 0x7fff + ((bits[0] >>> 16) & 1)) & 0xffff0000;
  return float[0];
}
