/** Products on the WebGPU backend: sizes around tiles, every layout, and k in parts. */
import { describe, expect, it } from 'vitest';
import {
  dividedBy,
  type ProductPlan,
  planProduct,
  TILES,
} from '../../../src/backends/webgpu/product-plan.js';
import { multiply, type Product } from '../../../src/backends/webgpu/products.js';
import { expectClose } from '../../ops/arrays.js';
import { type Matrix, productInDoubles, randomMatrix } from '../cuda/in-doubles.js';
import { change, countDispatches, describeOnWebgpu, webgpu } from './own-gpu.js';

type Size = readonly [m: number, n: number, k: number];

interface Extras {
  readonly bias?: Float32Array;
  /** What c is before. */
  readonly before?: Float32Array;
  readonly cRow?: number;
  readonly cAt?: number;
  readonly mixed?: boolean;
}

/** Multiplies on the device. Without `before`, c is NaN before and nothing is added to it. */
function product([m, n, k]: Size, a: Matrix, b: Matrix, plan?: ProductPlan, extras: Extras = {}) {
  const { bias, before, cRow = n, cAt = 0, mixed } = extras;
  const [transposeA, transposeB] = [a, b].map(({ column }) => column !== 1);
  const layout = {
    ...{ transposeA, aRow: transposeA ? a.column : a.row, aAt: a.offset },
    ...{ transposeB, bRow: transposeB ? b.column : b.row, bAt: b.offset },
    ...{ cRow, cAt },
  };
  const c = before ?? new Float32Array(cAt + m * cRow).fill(Number.NaN);
  return change([a.values, b.values, ...(bias ? [bias] : [])], c, ([atA, atB, ofBias], atC) => {
    const buffers: Pick<Product, 'a' | 'b' | 'c' | 'bias'> = { a: atA, b: atB, c: atC, bias: ofBias };
    const how = { accumulate: before !== undefined, mixed };
    multiply(webgpu(), { m, n, k, ...buffers, ...layout, ...how }, plan);
  });
}

const LAYOUTS = (['rows', 'columns'] as const).flatMap((a) =>
  (['rows', 'columns'] as const).map((b) => ({ a, b })),
);

describeOnWebgpu('products', () => {
  describe.each(TILES)('in tiles of $rows × $columns', (tile) => {
    it.each(LAYOUTS)('multiply matrices around one tile: a by $a, b by $b', async (layout) => {
      const { rows, columns, depth } = tile;
      for (const [padding, offset] of [
        [0, 0],
        [4, 4],
        [3, 5],
      ]) {
        for (const size of [
          [1, 1, 1],
          [rows, columns, 2 * depth],
          [rows - 1, columns + 3, depth + 1],
          [rows + 1, columns - 1, depth - 1],
        ] as Size[]) {
          const [m, n, k] = size;
          const a = randomMatrix(1, m, k, layout.a, padding, offset);
          const b = randomMatrix(2, k, n, layout.b, padding, offset);
          const c = await product(size, a, b, dividedBy(tile, k, 1));
          expectClose(c, productInDoubles(size, a, b, 'f32'), 1e-6);
        }
      }
    });

    it.each([1, 2, 3, 16])('add the bias and c itself, with k in at most %d parts', async (most) => {
      const size: Size = [35, 66, 279];
      const [m, n, k] = size;
      const [cRow, cAt] = [n + 3, 7];
      const [a, b] = [randomMatrix(1, m, k), randomMatrix(2, k, n)];
      const bias = randomMatrix(3, 1, n).values;
      const before = randomMatrix(4, 1, cAt + m * cRow).values;
      const plan = dividedBy(tile, k, most);
      const c = await product(size, a, b, plan, { bias, before, cRow, cAt });
      const sums = productInDoubles(size, a, b, 'f32');
      const expected = Array.from(before, (value, at) => {
        const [i, j] = [Math.floor((at - cAt) / cRow), (at - cAt) % cRow];
        return at >= cAt && j < n ? value + sums[i * n + j] + bias[j] : value;
      });
      expectClose(c, expected, 1e-6);
    });

    it('round operands to bfloat16 if they shall', async () => {
      const size: Size = [5, 70, 33];
      const [a, b] = [randomMatrix(1, 5, 33, 'columns'), randomMatrix(2, 33, 70)];
      const c = await product(size, a, b, dividedBy(tile, 33, 1), { mixed: true });
      expectClose(c, productInDoubles(size, a, b, 'mixed'), 1e-6);
    });

    it('keep NaN and infinity in the rows and columns that they are in', async () => {
      const size: Size = [7, 9, 41];
      const [a, b] = [randomMatrix(1, 7, 41), randomMatrix(2, 41, 9)];
      a.values[3 * 41 + 40] = Number.NaN;
      b.values[40 * 9 + 5] = Number.POSITIVE_INFINITY;
      for (const [parts, mixed] of [
        [1, false],
        [2, false],
        [1, true],
      ] as const) {
        const c = await product(size, a, b, dividedBy(tile, 41, parts), { mixed });
        for (const [at, value] of c.entries()) {
          const [i, j] = [Math.floor(at / 9), at % 9];
          if (i === 3) expect(value).toBeNaN();
          else if (j === 5) expect(Math.abs(value)).toBe(Number.POSITIVE_INFINITY);
          else expect(Number.isFinite(value)).toBe(true);
        }
      }
    });
  });

  it('are zeros, or the bias, of a product over nothing', async () => {
    const nothing = { values: new Float32Array(0), offset: 0, row: 1, column: 1 };
    expect(await product([2, 3, 0], nothing, nothing)).toEqual([0, 0, 0, 0, 0, 0]);
    const bias = Float32Array.of(1, 2, 3);
    expect(await product([2, 3, 0], nothing, nothing, undefined, { bias })).toEqual([...bias, ...bias]);
  });

  it('give the same bits every time', async () => {
    const [a, b] = [randomMatrix(1, 20, 600), randomMatrix(2, 600, 130, 'columns')];
    const first = await product([20, 130, 600], a, b);
    expect(await product([20, 130, 600], a, b)).toEqual(first);
  });

  it('multiply the widths of the family with the plans that are chosen for them', async () => {
    for (const size of [
      [20, 800, 200],
      [65, 260, 130],
      [1, 1000, 64],
      [150, 7, 900],
      [300, 140, 20],
    ] as Size[]) {
      const [m, n, k] = size;
      const [a, b] = [randomMatrix(m, m, k, 'columns'), randomMatrix(n, k, n)];
      expectClose(await product(size, a, b), productInDoubles(size, a, b, 'f32'), 1e-5);
    }
  });

  it('take two dispatches where k is divided, otherwise one', () => {
    const dispatchesOf = (size: Size) => {
      const [m, n, k] = size;
      return countDispatches(() =>
        webgpu().runKernel(() => {
          const [a, b, c] = [m * k, k * n, m * n].map((length) => webgpu().borrow(length));
          multiply(webgpu(), { m, n, k, a, b, c });
        }),
      );
    };
    expect(dispatchesOf([20, 130, 40])).toEqual({ product64x64: 1 });
    expect(dispatchesOf([20, 20, 4000])).toEqual({ product64x64: 1, productParts: 1 });
  });
});

describe('the plan of a product', () => {
  it('takes large tiles where there are many, and divides k where there are few', () => {
    expect(planProduct({ m: 700, n: 10_000, k: 1500 })).toEqual(dividedBy(TILES[0], 1500, 1));
    expect(planProduct({ m: 400, n: 200, k: 10_000 }).parts).toBeGreaterThan(3);
  });

  it.each(TILES)('divides k into whole slices of a tile of $rows × $columns, none of them empty', (tile) => {
    for (let k = 1; k < 300; k++) {
      for (const most of [1, 2, 5, 16]) {
        const { depth, parts } = dividedBy(tile, k, most);
        expect(depth % tile.depth).toBe(0);
        expect(parts).toBeLessThanOrEqual(most);
        expect((parts - 1) * depth).toBeLessThan(k);
        expect(parts * depth).toBeGreaterThanOrEqual(k);
      }
    }
  });
});
