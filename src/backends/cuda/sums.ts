/** Launches of sums over rows: for reductions, and for the gradients of biases. */
import type { CudaBackend } from './cuda-backend.js';
import { blocksOf } from './cuda-kernel.js';
import { CONSTANTS } from './kernels.generated.js';

/** Options of the launches of all kernels that sum over a block. */
export const SUM_OPTIONS = { sharedBytes: CONSTANTS.SUM_SHARED_BYTES } as const;

/** Sums over the rows of a matrix: out[j] = factor · Σ_i x[i, j] (+ out[j]). */
export interface ColumnSums {
  readonly rows: number;
  readonly columns: number;
  /** Address of the matrix. */
  readonly x: number;
  /** Distance of its rows; `columns` by default. */
  readonly row?: number;
  /** Matrices behind each other, each of which is summed; 1 by default. */
  readonly outer?: number;
  /** 1 by default. */
  readonly factor?: number;
  /** Address of the sums [outer, columns]. */
  readonly out: number;
  /** Adds to `out` instead of replacing it. */
  readonly accumulate?: boolean;
}

/** Starts sums over rows. They are added in the same order every time. */
export function launchColumnSums(backend: CudaBackend, sums: ColumnSums): void {
  const { rows, columns, x, row = columns, outer = 1, factor = 1, out, accumulate = false } = sums;
  const argument = { rows, columns, row, x, factor, accumulate: accumulate ? 1 : 0, out };
  backend.device.launch(
    'columnSums',
    argument,
    [blocksOf(columns, CONSTANTS.SUM_COLUMNS), outer],
    SUM_OPTIONS,
  );
}
