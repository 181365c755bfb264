/**
 * How a product is divided among the blocks of a launch: into tiles of c of one of three shapes and, where those are few and k is
 * long, k into parts, whose sums are added afterwards. The choice depends on nothing but sizes, so a run always gives the same bits.
 */
import type { Precision } from '../../ops/op.js';
import { CONSTANTS } from './kernels.generated.js';

/** The shape of a tile. Each has a kernel of its own for every precision. */
export type TileShape = '128x128' | '64x64' | '32x128';

/** How one product is divided. */
export interface ProductPlan {
  readonly tile: TileShape;
  /** Into how many parts k is divided; fewer where k has fewer slices. */
  readonly parts: number;
}

/** What the choice knows of a tile. */
interface Tile {
  readonly rows: number;
  readonly columns: number;
  /** Warps of a block, and how many blocks share a multiprocessor. */
  readonly warps: number;
  readonly resident: number;
  /** How close a full multiprocessor comes to its peak: large tiles read shared memory less often. */
  readonly speed: number;
}

/** The tiles. The speeds are estimates by their traffic. */
export const TILES: Readonly<Record<TileShape, Tile>> = {
  '128x128': { rows: 128, columns: 128, warps: 8, resident: 2, speed: 1 },
  '64x64': { rows: 64, columns: 64, warps: 4, resident: 4, speed: 0.85 },
  '32x128': { rows: 32, columns: 128, warps: 4, resident: 4, speed: 0.8 },
};

const PARTS = [1, 2, 3, 4, 5, 6, 8, 10, 12, 16];

/** A part must be worth the sums that it writes: this many slices, at least. */
const SLICES_OF_A_PART = 8;

/** Estimates in clock cycles of a multiprocessor: of a block before and after its sums, and of one more launch. */
const BLOCK_CYCLES = 1500;
const LAUNCH_CYCLES = 4000;
/** Products that a multiprocessor adds in a cycle. */
const PRODUCTS_PER_CYCLE: Readonly<Record<Precision, number>> = { f32: 128, mixed: 1024 };
/** Bytes that a multiprocessor can expect in a cycle from the level-2 cache, and from memory. */
const CACHE_BYTES_PER_CYCLE = 24;
const MEMORY_BYTES_PER_CYCLE = 16;
/** With this many warps, a multiprocessor waits half of the time. */
const HALF_BUSY_WARPS = 2;

/** The sizes of a product, m × k times k × n, and its precision. */
export interface ProductSize {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly precision: Precision;
}

/** Plans by sizes: windows need the same ones again and again. */
const PLANS = new Map<string, ProductPlan>();

/** Chooses how to divide a product on a device with a number of multiprocessors: the plan whose estimate is the shortest. */
export function planProduct(size: ProductSize, processors: number): ProductPlan {
  const key = `${size.m} ${size.n} ${size.k} ${size.precision} ${processors}`;
  const plan = PLANS.get(key) ?? bestPlan(size, processors);
  PLANS.set(key, plan);
  return plan;
}

function bestPlan(size: ProductSize, processors: number): ProductPlan {
  const slices = Math.ceil(size.k / CONSTANTS.PRODUCT_DEPTH);
  const plans = (Object.keys(TILES) as TileShape[]).flatMap((tile) =>
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
  { m, n, k, precision }: ProductSize,
  processors: number,
): number {
  const { rows, columns, warps, resident, speed } = TILES[tile];
  const blocks = Math.ceil((Math.ceil(m / rows) * Math.ceil(n / columns) * parts) / processors);
  const depth = depthOfParts(k, parts);
  const products = (rows * columns * depth) / PRODUCTS_PER_CYCLE[precision] / speed;
  const loads = ((rows + columns) * depth * 4) / CACHE_BYTES_PER_CYCLE;
  const busyWarps = warps * Math.min(blocks, resident);
  const waiting = 1 + HALF_BUSY_WARPS / busyWarps;
  const additions =
    parts === 1 ? 0 : LAUNCH_CYCLES + (8 * parts * m * n) / processors / MEMORY_BYTES_PER_CYCLE;
  return blocks * (Math.max(products, loads) * waiting + BLOCK_CYCLES) + additions;
}
