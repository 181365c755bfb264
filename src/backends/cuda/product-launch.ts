/** Launches of the product kernel, for the ops that are products or contain them. */
import type { Precision } from '../../ops/op.js';
import type { CudaBackend } from './cuda-backend.js';
import { blocksOf } from './cuda-kernel.js';
import { arithmeticOf } from './device-limits.js';
import { depthOfParts, planProduct } from './product-plan.js';

/** A matrix on the device: element (i, j) is at address + 4·(i·row + j·column). */
export interface DeviceMatrix {
  readonly at: number;
  readonly row: number;
  readonly column: number;
}

/** A product c = a·b (+ bias) (+ c), of m × k and k × n matrices. */
export interface ProductLaunch {
  readonly precision: Precision;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly a: DeviceMatrix;
  readonly b: DeviceMatrix;
  /** Address of c. */
  readonly c: number;
  /** Distance of its rows; n by default. */
  readonly cRow?: number;
  /** Address of a vector [n] that is added to every row; none by default. */
  readonly bias?: number;
  /** Adds to c instead of replacing it. */
  readonly accumulate?: boolean;
}

/** Returns a dense matrix of rows of `width` elements. */
export function dense(at: number, width: number): DeviceMatrix {
  return { at, row: width, column: 1 };
}

/** Returns the transpose of a matrix. */
export function transposed({ at, row, column }: DeviceMatrix): DeviceMatrix {
  return { at, row: column, column: row };
}

/** Starts a product. */
export function launchProduct(backend: CudaBackend, product: ProductLaunch): void {
  const { precision, m, n, k, a, b, c, cRow = n, bias = null, accumulate = false } = product;
  if (m === 0 || n === 0) return;
  const { device } = backend;
  const arithmetic = arithmeticOf(precision, device.limits);
  const plan = device.productPlan ?? planProduct({ m, n, k, arithmetic }, device.limits);
  const { kernel, rows, columns, threads, sharedBytes } = plan.tile;
  const depth = depthOfParts(k, plan.parts);
  const parts = Math.max(1, Math.ceil(k / depth));
  const sums = parts > 1 ? backend.borrow(parts * m * n) : null;
  const result = { bias, accumulate: accumulate ? 1 : 0, c, cRow };
  const argument = { mixed: precision === 'mixed' ? 1 : 0, m, n, k, a, b, ...result, depth, parts: sums };
  const grid = [blocksOf(n, columns), blocksOf(m, rows), parts] as const;
  device.launch(kernel, argument, grid, { threads, sharedBytes });
  if (sums !== null) device.launch('productParts', { m, n, parts, sums, ...result }, [blocksOf(m * n)]);
}
