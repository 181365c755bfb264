/** Random orthogonal matrices (Saxe, McClelland and Ganguli 2014, section 3): all singular values 1. */

/**
 * Orthogonalizes square blocks that lie side by side, such as the gates of a recurrent weight. The rows of each block
 * become orthonormal; from independent normal values the result is uniform over all orthogonal matrices.
 *
 * @param values row-major [rows, columns], columns a multiple of rows; not changed
 */
export function orthogonalBlocks(values: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(values.length);
  for (let from = 0; from < columns; from += rows) {
    const block = Float64Array.from({ length: rows * rows }, (_, i) => {
      const row = Math.floor(i / rows);
      return values[row * columns + from + (i % rows)];
    });
    orthonormalizeRows(block, rows);
    for (let row = 0; row < rows; row++) {
      result.set(block.subarray(row * rows, (row + 1) * rows), row * columns + from);
    }
  }
  return result;
}

/** Gram-Schmidt, each row's projections taken off twice: once leaves rounding errors that grow with the size. */
function orthonormalizeRows(block: Float64Array, size: number): void {
  for (let row = 0; row < size; row++) {
    const current = block.subarray(row * size, (row + 1) * size);
    for (let repeat = 0; repeat < 2; repeat++) {
      for (let other = 0; other < row; other++) {
        const direction = block.subarray(other * size, (other + 1) * size);
        addScaled(current, direction, -dot(current, direction));
      }
    }
    const length = Math.sqrt(dot(current, current));
    for (let i = 0; i < size; i++) current[i] /= length;
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

function addScaled(to: Float64Array, from: Float64Array, factor: number): void {
  for (let i = 0; i < to.length; i++) to[i] += factor * from[i];
}
