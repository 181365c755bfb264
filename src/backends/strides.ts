/** Walks over several tensors at once by strides, in which neighboring dimensions become one where every tensor allows it. */

/** One dimension of a walk. */
export interface Dimension {
  readonly size: number;
  /** The distance of neighbors in each tensor, in elements; 0 where a tensor repeats one element. */
  readonly strides: readonly number[];
}

/** Returns the number of elements of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, dimension) => product * dimension, 1);
}

/** Returns the strides of a dense tensor, row by row. */
export function denseStrides(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    strides[d] = stride;
    stride *= shape[d];
  }
  return strides;
}

/**
 * Returns the dimensions of a walk, the last one first.
 *
 * @param shape   sizes of the dimensions
 * @param strides of each tensor, for each dimension
 * @returns at least one dimension, none of size 1 if there are several
 */
export function walkOf(shape: readonly number[], ...strides: readonly (readonly number[])[]): Dimension[] {
  const walk: { size: number; readonly strides: readonly number[] }[] = [];
  for (let d = shape.length - 1; d >= 0; d--) {
    const size = shape[d];
    if (size === 1) continue;
    const inner = walk.at(-1);
    const continues = inner && strides.every((of, tensor) => of[d] === inner.strides[tensor] * inner.size);
    if (continues) inner.size *= size;
    else walk.push({ size, strides: strides.map((of) => of[d]) });
  }
  return walk.length > 0 ? walk : [{ size: 1, strides: strides.map(() => 1) }];
}
