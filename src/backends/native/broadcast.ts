/** Broadcasting for the element-wise C functions, which walk over matrices with strides. */

/** Strides of an operand: element (i, j) is at i·row + j·column. */
interface Strides {
  readonly row: number;
  readonly column: number;
}

/** Both operands as matrices of `rows` × `columns`, the shape of the dense result. */
interface Walk {
  readonly shape: number[];
  readonly rows: number;
  readonly columns: number;
  readonly a: Strides;
  readonly b: Strides;
}

/** Neighboring dimensions in which each operand either has all elements or repeats one. */
interface Run {
  size: number;
  readonly inA: boolean;
  readonly inB: boolean;
}

/**
 * Returns the walk over a ∘ b with NumPy's broadcasting. A matrix covers two runs of dimensions that differ in which operand is
 * repeated: operands of one shape, scalars, rows and columns.
 *
 * @returns null when the shapes are incompatible or need more than a matrix
 */
export function broadcastWalk(a: readonly number[], b: readonly number[]): Walk | null {
  const rank = Math.max(a.length, b.length);
  const sizes = (shape: readonly number[]) => [...new Array(rank - shape.length).fill(1), ...shape];
  const [sizesOfA, sizesOfB] = [sizes(a), sizes(b)];
  const shape: number[] = [];
  const runs: Run[] = [];
  for (const [i, inA] of sizesOfA.entries()) {
    const inB = sizesOfB[i];
    if (inA !== inB && inA !== 1 && inB !== 1) return null;
    const size = inA === 1 ? inB : inA;
    shape.push(size);
    if (size !== 1) extend(runs, { size, inA: inA !== 1, inB: inB !== 1 });
  }
  if (runs.length > 2) return null;
  const [inner = { size: 1, inA: true, inB: true }, outer = { size: 1, inA: false, inB: false }] =
    runs.reverse();
  const strides = (inInner: boolean, inOuter: boolean) => ({
    row: inOuter ? (inInner ? inner.size : 1) : 0,
    column: inInner ? 1 : 0,
  });
  return {
    shape,
    rows: outer.size,
    columns: inner.size,
    a: strides(inner.inA, outer.inA),
    b: strides(inner.inB, outer.inB),
  };
}

/** Adds a dimension to the last run if it has the same kind, otherwise as a new run. */
function extend(runs: Run[], next: Run): void {
  const last = runs.at(-1);
  if (last && last.inA === next.inA && last.inB === next.inB) last.size *= next.size;
  else runs.push(next);
}
