/** The product kernels of the CUDA backend, each by itself: tiles, layouts of operands, parts of k, and what is added. */
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { CudaBackend } from '../../../src/backends/cuda/cuda-backend.js';
import { launchProduct } from '../../../src/backends/cuda/product-launch.js';
import { type ProductPlan, TILES } from '../../../src/backends/cuda/product-plan.js';
import type { Precision } from '../../../src/ops/op.js';
import { expectClose } from '../../ops/arrays.js';
import { activate, whyNot } from '../each-backend.js';
import { type Matrix, productInDoubles, randomMatrix } from './in-doubles.js';

const obstacle = whyNot('cuda');
const PRECISIONS: Precision[] = ['f32', 'tf32', 'mixed'];
const ARITHMETIC = { f32: 'float32', tf32: 'tf32', mixed: 'bfloat16' } as const;
const KERNELS = PRECISIONS.flatMap((precision) => {
  const tiles = TILES[ARITHMETIC[precision]];
  return tiles.map((tile) => ({ name: tile.kernel, tile, precision }));
});
const LAYOUTS = (['rows', 'columns'] as const).flatMap((a) =>
  (['rows', 'columns'] as const).map((b) => ({ a, b })),
);

type Size = readonly [m: number, n: number, k: number];

/** What is added to a product, and where it goes. */
interface Additions {
  readonly bias?: readonly number[];
  /** What is in c before, to be added to. */
  readonly before?: Float32Array;
  readonly cRow?: number;
}

const backend = () => tf.backend() as CudaBackend;

/** Computes c by the kernels; with `plan`, divided in that way. Returns all of c's memory. */
function multiply(
  [m, n, k]: Size,
  a: Matrix,
  b: Matrix,
  precision: Precision,
  plan: ProductPlan | null,
  { bias, before, cRow = n }: Additions = {},
): Float32Array {
  backend().device.productPlan = plan;
  const out = tf.tensor1d(before ?? new Float32Array(m * cRow).fill(Number.NaN));
  const [left, right] = [a, b].map(({ values }) => tf.tensor1d(values));
  const biases = bias ? tf.tensor1d([...bias]) : null;
  const operand = ({ offset, row, column }: Matrix, tensor: tf.Tensor) => ({
    at: backend().address(tensor) + 4 * offset,
    row,
    column,
  });
  const info = backend().runKernel(() => {
    const c = backend().forUpdate(out);
    launchProduct(backend(), {
      precision,
      ...{ m, n, k, cRow },
      a: operand(a, left),
      b: operand(b, right),
      c: c.address,
      ...(biases ? { bias: backend().address(biases) } : {}),
      accumulate: before !== undefined,
    });
    return c.info;
  });
  const values = backend().readSync(info.dataId) as Float32Array;
  tf.dispose([out, left, right]);
  biases?.dispose();
  backend().disposeData(info.dataId);
  return values;
}

describe.skipIf(obstacle)(['product kernels on cuda', obstacle].filter(Boolean).join(', '), () => {
  beforeAll(() => activate('cuda'));
  afterEach(() => {
    backend().device.productPlan = null;
  });

  describe.each(KERNELS)('of $name', ({ tile, precision }) => {
    const { rows, columns } = tile;

    it.each(LAYOUTS)('multiply at the edges of tiles and slices, a by $a and b by $b', (layout) => {
      const sizes: Size[] = [
        [1, 1, 1],
        [rows - 1, columns + 1, 15],
        [rows, columns, 16],
        [rows + 1, columns - 1, 17],
        [2, 3, 33],
        [rows + 3, 4, 70],
        [5, columns + 2, 64],
      ];
      for (const [m, n, k] of sizes) {
        const a = randomMatrix(m + k, m, k, layout.a);
        const b = randomMatrix(n + k, k, n, layout.b);
        const expected = productInDoubles([m, n, k], a, b, precision);
        expectClose(multiply([m, n, k], a, b, precision, { tile, parts: 1 }), expected, 1e-6);
      }
    });

    it.each(LAYOUTS)('take rows that begin anywhere in memory, a by $a and b by $b', (layout) => {
      const sizes: Size[] = [
        [36, 20, 24],
        [34, 18, 22],
      ];
      const places = [
        [0, 1],
        [1, 0],
        [2, 0],
        [2, 2],
        [4, 0],
        [4, 2],
        [7, 3],
      ];
      for (const [m, n, k] of sizes) {
        for (const [padding, offset] of places) {
          const a = randomMatrix(1, m, k, layout.a, padding, offset);
          const b = randomMatrix(2, k, n, layout.b, padding, offset);
          const expected = productInDoubles([m, n, k], a, b, precision);
          expectClose(multiply([m, n, k], a, b, precision, { tile, parts: 1 }), expected, 1e-6);
        }
      }
    });

    it('take matrices of which neither rows nor columns are together', () => {
      const [m, n, k] = [9, 10, 19];
      const every = (matrix: Matrix): Matrix => ({
        ...matrix,
        row: matrix.row * 2,
        column: matrix.column * 2,
      });
      const a = every(randomMatrix(1, 2 * m, 2 * k));
      const b = every(randomMatrix(2, 2 * k, 2 * n, 'columns'));
      const expected = productInDoubles([m, n, k], a, b, precision);
      expectClose(multiply([m, n, k], a, b, precision, { tile, parts: 1 }), expected, 1e-6);
    });

    it.each([1, 2, 3, 16])('add the bias and c itself, with k in %d parts', (parts) => {
      const [m, n, k] = [35, 66, 279];
      const cRow = n + 3;
      const a = randomMatrix(1, m, k);
      const b = randomMatrix(2, k, n);
      const bias = [...randomMatrix(3, 1, n).values];
      const before = randomMatrix(4, m, cRow).values;
      const c = multiply([m, n, k], a, b, precision, { tile, parts }, { bias, before, cRow });
      const sums = productInDoubles([m, n, k], a, b, precision);
      const expected = Array.from(before, (value, at) => {
        const [i, j] = [Math.floor(at / cRow), at % cRow];
        return j < n ? value + sums[i * n + j] + bias[j] : value;
      });
      expectClose(c, expected, 1e-6);
    });

    it('make zeros, or the bias, of a product over nothing', () => {
      const nothing = { values: new Float32Array(1), offset: 0, row: 1, column: 1 };
      const plan = { tile, parts: 4 };
      expect([...multiply([2, 3, 0], nothing, nothing, precision, plan)]).toEqual([0, 0, 0, 0, 0, 0]);
      const bias = [1, 2, 3];
      expect([...multiply([2, 3, 0], nothing, nothing, precision, plan, { bias })]).toEqual([
        ...bias,
        ...bias,
      ]);
    });

    it('keep NaN and infinity in the rows and columns that they are in', () => {
      const [m, n, k] = [7, 9, 21];
      const a = randomMatrix(1, m, k);
      const b = randomMatrix(2, k, n);
      a.values[3 * k + 20] = Number.NaN;
      b.values[20 * n + 5] = Number.POSITIVE_INFINITY;
      for (const parts of [1, 2]) {
        const c = multiply([m, n, k], a, b, precision, { tile, parts });
        c.forEach((value, at) => {
          const [i, j] = [Math.floor(at / n), at % n];
          if (i === 3) expect(value).toBeNaN();
          else if (j === 5) expect(Math.abs(value)).toBe(Number.POSITIVE_INFINITY);
          else expect(Number.isFinite(value)).toBe(true);
        });
      }
    });
  });

  it('give the same bits every time, whatever the plan', () => {
    const [m, n, k] = [20, 130, 300];
    const a = randomMatrix(1, m, k);
    const b = randomMatrix(2, k, n, 'columns');
    for (const plan of [null, { tile: TILES.float32[2], parts: 5 }]) {
      const first = multiply([m, n, k], a, b, 'f32', plan);
      expect(multiply([m, n, k], a, b, 'f32', plan)).toEqual(first);
    }
  });

  it('multiply the widths of the family with the plans that are chosen for them', () => {
    for (const precision of PRECISIONS) {
      for (const [m, n, k] of [
        [20, 800, 200],
        [200, 200, 400],
        [65, 260, 130],
        [1, 1000, 64],
        [150, 7, 900],
      ] as Size[]) {
        const [a, b] = [randomMatrix(m, m, k, 'columns'), randomMatrix(n, k, n)];
        expectClose(
          multiply([m, n, k], a, b, precision, null),
          productInDoubles([m, n, k], a, b, precision),
          1e-5,
        );
      }
    }
  });
});
