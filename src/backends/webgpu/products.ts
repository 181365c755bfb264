/** Products on the device, for the ops that are products or contain them. */
import type { TensorInfo } from '@tensorflow/tfjs';
import type { ProductAttributes } from '../../ops/products.js';
import { CONSTANTS } from './kernels.generated.js';
import { type ProductPlan, planProduct } from './product-plan.js';
import type { WebgpuBackend } from './webgpu-backend.js';
import { groupsOf, type Kernel } from './webgpu-kernel.js';

/** A product c = a·b (+ bias) (+ c) of m × k and k × n matrices, row by row in memory. */
export interface Product {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  /** [m, k], or [k, m] with `transposeA`. */
  readonly a: GPUBuffer;
  /** [k, n], or [n, k] with `transposeB`. */
  readonly b: GPUBuffer;
  /** [m, n]; none of the buffers that are read. */
  readonly c: GPUBuffer;
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
  /** Numbers from one row to the next, as the matrix is in memory; without padding by default. */
  readonly aRow?: number;
  readonly bRow?: number;
  readonly cRow?: number;
  /** Number in its buffer where the matrix begins; 0 by default. */
  readonly aAt?: number;
  readonly bAt?: number;
  readonly cAt?: number;
  /** A vector [n] that is added to every row; none by default. */
  readonly bias?: GPUBuffer;
  /** Adds to c instead of replacing it. */
  readonly accumulate?: boolean;
  /** Rounds the operands to bfloat16. */
  readonly mixed?: boolean;
}

/** Multiplies two matrices. The sums are added in the same order every time. @param plan how, chosen by default */
export function multiply(backend: WebgpuBackend, product: Product, plan?: ProductPlan): void {
  const { m, n, k, a, b, c, transposeA = false, transposeB = false, bias, accumulate = false } = product;
  const { aRow = transposeA ? m : k, bRow = transposeB ? k : n, cRow = n } = product;
  const { aAt = 0, bAt = 0, cAt = 0, mixed = false } = product;
  if (m === 0 || n === 0) return;
  const { tile, depth, parts } = plan ?? planProduct({ m, n, k });
  const isWhole = parts === 1;
  const to = isWhole ? c : backend.borrow(parts * m * n);
  const options = [
    transposeA && CONSTANTS.PRODUCT_TRANSPOSED_A,
    transposeB && CONSTANTS.PRODUCT_TRANSPOSED_B,
    isAligned(aRow, aAt) && CONSTANTS.PRODUCT_ALIGNED_A,
    isAligned(bRow, bAt) && CONSTANTS.PRODUCT_ALIGNED_B,
    isWhole && bias && CONSTANTS.PRODUCT_BIAS,
    isWhole && accumulate && CONSTANTS.PRODUCT_ACCUMULATE,
    mixed && CONSTANTS.PRODUCT_MIXED,
  ].reduce<number>((sum, option) => sum + (option || 0), 0);
  const matrices = { aRow, bRow, cRow: isWhole ? cRow : n, aAt, bAt, cAt: isWhole ? cAt : 0 };
  backend.run(
    tile.kernel,
    { a, b, bias: bias ?? a, c: to },
    { m, n, k, ...matrices, cPart: m * n, depth, options },
    [groupsOf(n, tile.columns), groupsOf(m, tile.rows), parts],
  );
  if (isWhole) return;
  const sum = { m, n, parts, cRow, cAt, hasBias: bias ? 1 : 0, accumulate: accumulate ? 1 : 0 };
  const groups = backend.spread(groupsOf(m * n));
  backend.run('productParts', { sums: to, bias: bias ?? a, c }, sum, groups);
}

/** Multiplies two tensors of two dimensions, each transposed first where asked. */
export function multiplyTensors(
  backend: WebgpuBackend,
  a: TensorInfo,
  b: TensorInfo,
  {
    transposeA = false,
    transposeB = false,
    mixed = false,
  }: Pick<Product, 'transposeA' | 'transposeB' | 'mixed'> = {},
): TensorInfo {
  const [m, k] = transposeA ? [a.shape[1], a.shape[0]] : a.shape;
  const n = transposeB ? b.shape[0] : b.shape[1];
  const c = backend.allocate([m, n]);
  const buffers = { a: backend.buffer(a), b: backend.buffer(b), c: c.buffer };
  multiply(backend, { ...buffers, m, n, k, transposeA, transposeB, mixed });
  return c.info;
}

/** Multiplies two matrices. */
export const product: Kernel<ProductAttributes> = ({ a, b }, { precision, ...transposed }, backend) =>
  multiplyTensors(backend, a, b, { ...transposed, mixed: precision === 'mixed' });

/** Whether all rows begin at a multiple of four numbers. */
function isAligned(row: number, at: number): boolean {
  return row % 4 === 0 && at % 4 === 0;
}
