/**
 * How a product is divided among workgroups: into tiles of c and, where those are few and k is long, k into parts, whose sums are
 * added afterwards. WebGPU does not say how many processors a GPU has, so the choice is made for a GPU of a fixed size and depends on
 * nothing but the product: a run gives the same bits wherever products of a tile do.
 */
import type { KernelName } from './kernels.generated.js';

/** A tile of c, which a workgroup computes, and its kernel. */
export interface Tile {
  readonly kernel: Extract<KernelName, `product${number}x${number}`>;
  readonly rows: number;
  readonly columns: number;
  /** Of k, that the workgroup reads at a time. */
  readonly depth: number;
  /** How close full processors come to their peak. An estimate. */
  readonly speed: number;
}

/** The tiles that there are, as in `kernels/product-*.wgsl`. */
export const TILES: readonly Tile[] = [
  { kernel: 'product128x128', rows: 128, columns: 128, depth: 8, speed: 1 },
  { kernel: 'product64x64', rows: 64, columns: 64, depth: 16, speed: 0.6 },
];

/** How one product is divided. */
export interface ProductPlan {
  readonly tile: Tile;
  /** Length of each part of k but the last: whole slices of the tile's depth. */
  readonly depth: number;
  readonly parts: number;
}

/** The sizes of a product, m × k times k × n. */
export interface ProductSize {
  readonly m: number;
  readonly n: number;
  readonly k: number;
}

const PARTS = [1, 2, 3, 4, 5, 6, 8, 10, 12, 16];

/** A part must be worth the sums that it writes: at least so much of k. */
const SHORTEST_PART = 128;

/** Workgroups that the GPU of the estimates runs at once, each at the same speed however few there are. */
const GROUPS_AT_ONCE = 128;
/** Estimates in clock cycles: of a workgroup before and after its sums, and of one more dispatch. */
const GROUP_CYCLES = 1500;
const DISPATCH_CYCLES = 5000;
/** Of one of the workgroups, at the same time as others: products added, and bytes of memory. */
const PRODUCTS_PER_CYCLE = 128;
const BYTES_PER_CYCLE = 16;

/** Plans by sizes: windows need the same ones again and again. */
const PLANS = new Map<string, ProductPlan>();

/** Chooses how to divide a product: the plan whose estimate is the shortest. */
export function planProduct(size: ProductSize): ProductPlan {
  const key = `${size.m} ${size.n} ${size.k}`;
  const plan = PLANS.get(key) ?? bestPlan(size);
  PLANS.set(key, plan);
  return plan;
}

/** Divides k into at most so many parts. */
export function dividedBy(tile: Tile, k: number, most: number): ProductPlan {
  const slices = Math.max(1, Math.ceil(k / tile.depth));
  const depth = Math.ceil(slices / most) * tile.depth;
  return { tile, depth, parts: Math.max(1, Math.ceil(k / depth)) };
}

function bestPlan(size: ProductSize): ProductPlan {
  const plans = TILES.flatMap((tile) =>
    PARTS.filter((parts) => parts === 1 || size.k >= parts * SHORTEST_PART).map((parts) =>
      dividedBy(tile, size.k, parts),
    ),
  );
  const cycles = plans.map((plan) => cyclesOf(plan, size));
  return plans[cycles.indexOf(Math.min(...cycles))];
}

/** Estimates the cycles until the last workgroup ends. */
function cyclesOf({ tile, depth, parts }: ProductPlan, { m, n }: ProductSize): number {
  const { rows, columns, speed } = tile;
  const groups = Math.ceil(m / rows) * Math.ceil(n / columns) * parts;
  const products = (rows * columns * depth) / PRODUCTS_PER_CYCLE / speed;
  const additions =
    parts === 1 ? 0 : DISPATCH_CYCLES + (8 * parts * m * n) / GROUPS_AT_ONCE / BYTES_PER_CYCLE;
  return Math.ceil(groups / GROUPS_AT_ONCE) * (products + GROUP_CYCLES) + additions;
}
