/** Launches of the product kernel, for the ops that are products or contain them. */
import type { Precision } from '../../ops/op.js';
import type { CudaBackend } from './cuda-backend.js';
import { blocksOf } from './cuda-kernel.js';
import { CONSTANTS, type CudaKernels } from './kernels.generated.js';
import { depthOfParts, planProduct, TILES, type TileShape } from './product-plan.js';

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
  const { tile, parts: wanted } = device.productPlan ?? planProduct(product, device.limits.processors);
  const depth = depthOfParts(k, wanted);
  const parts = Math.max(1, Math.ceil(k / depth));
  const sums = parts > 1 ? backend.borrow(parts * m * n) : null;
  const { rows, columns } = TILES[tile];
  const kernel = kernelFor(tile, precision, device.limits.capability);
  const result = { bias, accumulate: accumulate ? 1 : 0, c, cRow };
  device.launch(
    kernel.name,
    { mixed: precision === 'mixed' ? 1 : 0, m, n, k, a, b, ...result, depth, parts: sums },
    [blocksOf(n, columns), blocksOf(m, rows), parts],
    kernel,
  );
  if (sums !== null) device.launch('productParts', { m, n, parts, sums, ...result }, [blocksOf(m * n)]);
}

/** Compute capability from which tensor cores take bfloat16, times ten. */
const BFLOAT16_CAPABILITY = 80;

/** A kernel and what its launches need. */
interface ProductKernel {
  readonly name: Exclude<keyof CudaKernels & `product${string}`, 'productParts'>;
  readonly threads: number;
  readonly sharedBytes: number;
}

/** The kernels in float32 by tile; below compute 8.0 they also multiply rounded operands. */
const FLOAT_KERNELS: Readonly<Record<TileShape, ProductKernel>> = {
  '128x128': {
    name: 'product128x128',
    threads: CONSTANTS.PRODUCT_128X128_THREADS,
    sharedBytes: CONSTANTS.PRODUCT_128X128_SHARED_BYTES,
  },
  '64x64': {
    name: 'product64x64',
    threads: CONSTANTS.PRODUCT_64X64_THREADS,
    sharedBytes: CONSTANTS.PRODUCT_64X64_SHARED_BYTES,
  },
  '32x128': {
    name: 'product32x128',
    threads: CONSTANTS.PRODUCT_32X128_THREADS,
    sharedBytes: CONSTANTS.PRODUCT_32X128_SHARED_BYTES,
  },
};

/** The kernels in bfloat16 by tile. */
const MIXED_KERNELS: Readonly<Record<TileShape, ProductKernel>> = {
  '128x128': {
    name: 'productMixed128x128',
    threads: CONSTANTS.PRODUCT_MIXED_THREADS,
    sharedBytes: CONSTANTS.PRODUCT_MIXED_128X128_SHARED_BYTES,
  },
  '64x64': {
    name: 'productMixed64x64',
    threads: CONSTANTS.PRODUCT_MIXED_THREADS,
    sharedBytes: CONSTANTS.PRODUCT_MIXED_64X64_SHARED_BYTES,
  },
  '32x128': {
    name: 'productMixed32x128',
    threads: CONSTANTS.PRODUCT_MIXED_THREADS,
    sharedBytes: CONSTANTS.PRODUCT_MIXED_32X128_SHARED_BYTES,
  },
};

function kernelFor(tile: TileShape, precision: Precision, capability: number): ProductKernel {
  const onTensorCores = precision === 'mixed' && capability >= BFLOAT16_CAPABILITY;
  return (onTensorCores ? MIXED_KERNELS : FLOAT_KERNELS)[tile];
}
