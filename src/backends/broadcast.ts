/** Broadcasting for kernels of two tensors, which walk over both by strides. */
import { type Dimension, denseStrides, walkOf } from './strides.js';

/** The walk over a ∘ b with NumPy's broadcasting. */
export interface Broadcast {
  /** The shape of the dense result. */
  readonly shape: number[];
  /** The dimensions, the last one first, with the strides of a and b. */
  readonly walk: readonly Dimension[];
}

/** Returns the walk over two tensors, or null when their shapes are incompatible. */
export function broadcastOf(a: readonly number[], b: readonly number[]): Broadcast | null {
  const rank = Math.max(a.length, b.length);
  const [sizesOfA, sizesOfB] = [a, b].map((shape) => [...new Array(rank - shape.length).fill(1), ...shape]);
  const shape: number[] = [];
  for (const [i, inA] of sizesOfA.entries()) {
    const inB = sizesOfB[i];
    if (inA !== inB && inA !== 1 && inB !== 1) return null;
    shape.push(inA === 1 ? inB : inA);
  }
  const [stridesOfA, stridesOfB] = [sizesOfA, sizesOfB].map((sizes) =>
    denseStrides(sizes).map((stride, d) => (sizes[d] === 1 ? 0 : stride)),
  );
  return { shape, walk: walkOf(shape, stridesOfA, stridesOfB) };
}

/** Strides of an operand: element (i, j) is at i·row + j·column. */
interface Strides {
  readonly row: number;
  readonly column: number;
}

/** Both operands as matrices of `rows` × `columns`, the shape of the dense result. */
interface MatrixWalk {
  readonly shape: number[];
  readonly rows: number;
  readonly columns: number;
  readonly a: Strides;
  readonly b: Strides;
}

/**
 * Returns the walk over two tensors as matrices: operands of one shape, scalars, rows and columns.
 *
 * @returns null when the shapes are incompatible or need more than a matrix
 */
export function broadcastMatrices(a: readonly number[], b: readonly number[]): MatrixWalk | null {
  const broadcast = broadcastOf(a, b);
  if (broadcast === null || broadcast.walk.length > 2) return null;
  const [inner, outer = { size: 1, strides: [0, 0] }] = broadcast.walk;
  const strides = (operand: number) => ({ row: outer.strides[operand], column: inner.strides[operand] });
  return {
    shape: broadcast.shape,
    rows: outer.size,
    columns: inner.size,
    a: strides(0),
    b: strides(1),
  };
}
