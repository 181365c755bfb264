/** Sums over the rows of a matrix, for the gradients of biases. */
import { CONSTANTS } from './kernels.generated.js';
import type { WebgpuBackend } from './webgpu-backend.js';
import { groupsOf } from './webgpu-kernel.js';

/** Sums over the rows of a matrix: out[j] = Σ_i x[i, first + j] (+ out[j]). */
export interface ColumnSums {
  readonly rows: number;
  readonly width: number;
  /** The first column that is added up; 0 by default. */
  readonly first?: number;
  /** [rows, width] */
  readonly x: GPUBuffer;
  /** [width − first] */
  readonly out: GPUBuffer;
  /** Adds to `out` instead of replacing it. */
  readonly accumulate?: boolean;
}

/** Adds up columns, in the same order every time. */
export function sumColumns(backend: WebgpuBackend, sums: ColumnSums): void {
  const { rows, width, first = 0, x, out, accumulate = false } = sums;
  const count = width - first;
  const uniforms = { rows, width, first, count, accumulate: accumulate ? 1 : 0 };
  backend.run('columnSums', { x, out }, uniforms, [groupsOf(count, CONSTANTS.COLUMN_SUMS)]);
}
