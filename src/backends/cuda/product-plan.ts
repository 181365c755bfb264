/**
 * How a product is divided among the blocks of a launch: into tiles of c and, where those are few and k is long, k into parts, whose
 * sums are added afterwards. The choice depends on nothing but sizes and the device, so a run always gives the same bits.
 */
import type { Arithmetic } from './device-limits.js';
import { CONSTANTS, type CudaKernels } from './kernels.generated.js';

/** A tile of c that a block computes, and its kernel. */
export interface Tile {
  readonly kernel: Extract<keyof CudaKernels, `product${string}x${string}`>;
  readonly rows: number;
  readonly columns: number;
  readonly threads: number;
  readonly sharedBytes: number;
  /** How many blocks share a multiprocessor. */
  readonly resident: number;
  /** How close a full multiprocessor comes to its peak, as far as reading shared memory sets it. An estimate. */
  readonly speed: number;
}

/** Tiles of float32. */
const FLOAT32_TILES: readonly Tile[] = [
  {
    kernel: 'product128x128',
    rows: 128,
    columns: 128,
    threads: CONSTANTS.PRODUCT_128X128_THREADS,
    sharedBytes: CONSTANTS.PRODUCT_128X128_SHARED_BYTES,
    resident: 2,
    speed: 1,
  },
  {
    kernel: 'product64x64',
    rows: 64,
    columns: 64,
    threads: CONSTANTS.PRODUCT_64X64_THREADS,
    sharedBytes: CONSTANTS.PRODUCT_64X64_SHARED_BYTES,
    resident: 4,
    speed: 0.85,
  },
  {
    kernel: 'product32x128',
    rows: 32,
    columns: 128,
    threads: CONSTANTS.PRODUCT_32X128_THREADS,
    sharedBytes: CONSTANTS.PRODUCT_32X128_SHARED_BYTES,
    resident: 4,
    speed: 0.8,
  },
];

/** Tiles of the tensor cores, whatever the type of the operands: shared memory has them in float32. */
const MMA_TILES: readonly (Omit<Tile, 'kernel'> & {
  readonly name: '256x128' | '128x128' | '64x64' | '32x128';
})[] = [
  {
    name: '256x128',
    rows: 256,
    columns: 128,
    threads: CONSTANTS.PRODUCT_MMA_256X128_THREADS,
    sharedBytes: CONSTANTS.PRODUCT_MMA_256X128_SHARED_BYTES,
    resident: 1,
    speed: 1,
  },
  {
    name: '128x128',
    rows: 128,
    columns: 128,
    threads: CONSTANTS.PRODUCT_MMA_128X128_THREADS,
    sharedBytes: CONSTANTS.PRODUCT_MMA_128X128_SHARED_BYTES,
    resident: 2,
    speed: 1,
  },
  {
    name: '64x64',
    rows: 64,
    columns: 64,
    threads: CONSTANTS.PRODUCT_MMA_64X64_THREADS,
    sharedBytes: CONSTANTS.PRODUCT_MMA_64X64_SHARED_BYTES,
    resident: 4,
    speed: 0.6,
  },
  {
    name: '32x128',
    rows: 32,
    columns: 128,
    threads: CONSTANTS.PRODUCT_MMA_32X128_THREADS,
    sharedBytes: CONSTANTS.PRODUCT_MMA_32X128_SHARED_BYTES,
    resident: 4,
    speed: 0.6,
  },
];

/** The tiles of each arithmetic. */
export const TILES: Readonly<Record<Arithmetic, readonly Tile[]>> = {
  float32: FLOAT32_TILES,
  bfloat16: MMA_TILES.map(({ name, ...tile }) => ({ ...tile, kernel: `productMixed${name}` })),
  tf32: MMA_TILES.map(({ name, ...tile }) => ({ ...tile, kernel: `productTf32${name}` })),
};

/** How one product is divided. */
export interface ProductPlan {
  readonly tile: Tile;
  /** Into how many parts k is divided; fewer where k has fewer slices. */
  readonly parts: number;
}

/** The sizes of a product, m × k times k × n, and its arithmetic. */
export interface ProductSize {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly arithmetic: Arithmetic;
}

/** What the choice knows of a device. */
export interface ProductDevice {
  /** Multiprocessors. */
  readonly processors: number;
  readonly sharedBytesPerBlock: number;
}

const PARTS = [1, 2, 3, 4, 5, 6, 8, 10, 12, 16];

/** A part must be worth the sums that it writes: this many slices, at least. */
const SLICES_OF_A_PART = 8;

/** Estimates in clock cycles of a multiprocessor: of a block before and after its sums, and of one more launch. */
const BLOCK_CYCLES = 1500;
const LAUNCH_CYCLES = 4000;
/** Products that a multiprocessor adds in a cycle. */
const PRODUCTS_PER_CYCLE: Readonly<Record<Arithmetic, number>> = {
  float32: 128,
  bfloat16: 1024,
  tf32: 512,
};
/** Bytes that a multiprocessor can expect in a cycle from the level-2 cache, and from memory. */
const CACHE_BYTES_PER_CYCLE = 24;
const MEMORY_BYTES_PER_CYCLE = 16;
/** With this many warps, a multiprocessor waits half of the time. */
const HALF_BUSY_WARPS = 2;

/** Plans by sizes: windows need the same ones again and again. */
const PLANS = new Map<string, ProductPlan>();

/** Chooses how to divide a product on a device: the plan whose estimate is the shortest. */
export function planProduct(size: ProductSize, device: ProductDevice): ProductPlan {
  const { m, n, k, arithmetic } = size;
  const key = `${m} ${n} ${k} ${arithmetic} ${device.processors} ${device.sharedBytesPerBlock}`;
  const plan = PLANS.get(key) ?? bestPlan(size, device);
  PLANS.set(key, plan);
  return plan;
}

function bestPlan(size: ProductSize, { processors, sharedBytesPerBlock }: ProductDevice): ProductPlan {
  const slices = Math.ceil(size.k / CONSTANTS.PRODUCT_DEPTH);
  const tiles = TILES[size.arithmetic].filter(({ sharedBytes }) => sharedBytes <= sharedBytesPerBlock);
  const plans = tiles.flatMap((tile) =>
    PARTS.filter((parts) => parts === 1 || slices >= parts * SLICES_OF_A_PART).map((parts) => ({
      tile,
      parts,
    })),
  );
  const cycles = plans.map((plan) => cyclesOf(plan, size, processors));
  return plans[cycles.indexOf(Math.min(...cycles))];
}

/** Returns the length of each part but the last: whole slices. */
export function depthOfParts(k: number, parts: number): number {
  const slices = Math.ceil(k / CONSTANTS.PRODUCT_DEPTH);
  return Math.max(1, Math.ceil(slices / parts)) * CONSTANTS.PRODUCT_DEPTH;
}

/** Estimates the cycles that the busiest multiprocessor takes. */
function cyclesOf(
  { tile, parts }: ProductPlan,
  { m, n, k, arithmetic }: ProductSize,
  processors: number,
): number {
  const { rows, columns, threads, resident, speed } = tile;
  const blocks = Math.ceil((Math.ceil(m / rows) * Math.ceil(n / columns) * parts) / processors);
  const depth = depthOfParts(k, parts);
  const products = (rows * columns * depth) / PRODUCTS_PER_CYCLE[arithmetic] / speed;
  const loads = ((rows + columns) * depth * 4) / CACHE_BYTES_PER_CYCLE;
  const busyWarps = (threads / 32) * Math.min(blocks, resident);
  const waiting = 1 + HALF_BUSY_WARPS / busyWarps;
  const additions =
    parts === 1 ? 0 : LAUNCH_CYCLES + (8 * parts * m * n) / processors / MEMORY_BYTES_PER_CYCLE;
  return blocks * (Math.max(products, loads) * waiting + BLOCK_CYCLES) + additions;
}
