/** Launches of sums over rows, for the gradients of biases. */
import type { CudaBackend } from './cuda-backend.js';
import { blocksOf } from './cuda-kernel.js';
import { CONSTANTS } from './kernels.generated.js';

/** Sums over the rows of a matrix: out[j] = Σ_i a[i, j] (+ out[j]). */
export interface ColumnSums {
  readonly rows: number;
  readonly columns: number;
  /** Address of the matrix. */
  readonly a: number;
  /** Distance of its rows; `columns` by default. */
  readonly row?: number;
  /** Address of the sums [columns]. */
  readonly out: number;
  /** Adds to `out` instead of replacing it. */
  readonly accumulate?: boolean;
}

/** Starts sums over rows. They are added in the same order every time. */
export function launchColumnSums(backend: CudaBackend, sums: ColumnSums): void {
  const { rows, columns, a, row = columns, out, accumulate = false } = sums;
  const argument = { rows, columns, row, a, accumulate: accumulate ? 1 : 0, out };
  const grid = [blocksOf(columns, CONSTANTS.COLUMN_SUMS_COLUMNS)] as const;
  backend.device.launch('columnSums', argument, grid, { sharedBytes: CONSTANTS.COLUMN_SUMS_SHARED_BYTES });
}
