import type * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import type { Precision } from '../../src/ops/op.js';
import {
  matrixProduct,
  product,
  productWithTransposedLeft,
  productWithTransposedRight,
} from '../../src/ops/products.js';
import { describeEachBackend } from '../backends/each-backend.js';
import {
  type Arrays,
  expectClose,
  type NdArray,
  randomArray,
  randomNumbers,
  readValues,
  tensorOf,
} from './arrays.js';
import {
  expectSameGradients,
  tensorGradients,
  weightedSum,
  weightedSumInDoubles,
} from './finite-differences.js';

/** M, N, K. */
const SHAPES = [
  [1, 1, 1],
  [3, 1, 5],
  [1, 7, 2],
  [5, 3, 7],
] as const;

/** Σ_k a[i,k] b[k,j], row by row. */
function productInDoubles(a: NdArray, b: NdArray): number[] {
  const [[m, k], n] = [a.shape, b.shape[1]];
  return Array.from({ length: m * n }, (_, at) => {
    let sum = 0;
    for (let l = 0; l < k; l++) sum += a.data[Math.floor(at / n) * k + l] * b.data[l * n + (at % n)];
    return sum;
  });
}

function transposed({ shape: [rows, columns], data }: NdArray): NdArray {
  return {
    shape: [columns, rows],
    data: data.map((_, at) => data[(at % rows) * columns + Math.floor(at / rows)]),
  };
}

/** To the nearest number with bfloat16's 8 significant bits, ties to even, by the bits of the float. */
function rounded({ shape, data }: NdArray): NdArray {
  const bits = new Uint32Array(Float32Array.from(data).buffer);
  const nearest = bits.map((word) => (word + 0x7fff + ((word >>> 16) & 1)) & 0xffff0000);
  return { shape, data: Array.from(new Float32Array(nearest.buffer)) };
}

function operands([m, n, k]: readonly [number, number, number]): { a: NdArray; b: NdArray } {
  const random = randomNumbers(m + 10 * n + 100 * k);
  return { a: randomArray(random, [m, k]), b: randomArray(random, [k, n]) };
}

const asSeen = (x: NdArray, precision: Precision) => (precision === 'mixed' ? rounded(x) : x);
const PRECISIONS: Precision[] = ['f32', 'mixed'];

describeEachBackend('products on %s', () => {
  it.each(PRECISIONS)(
    'products are sums over k of the operands as %s rounds them, in all three forms',
    async (precision) => {
      for (const shape of SHAPES) {
        const { a, b } = operands(shape);
        const [left, right] = [tensorOf<tf.Tensor2D>(a), tensorOf<tf.Tensor2D>(b)];
        const expected = productInDoubles(asSeen(a, precision), asSeen(b, precision));
        expectClose(await readValues(product(left, right, precision)), expected, 1e-6);
        const turnedLeft = tensorOf<tf.Tensor2D>(transposed(a));
        expectClose(
          await readValues(productWithTransposedLeft(turnedLeft, right, precision)),
          expected,
          1e-6,
        );
        const turnedRight = tensorOf<tf.Tensor2D>(transposed(b));
        expectClose(
          await readValues(productWithTransposedRight(left, turnedRight, precision)),
          expected,
          1e-6,
        );
      }
    },
  );

  it.each(SHAPES)(
    'matrixProduct has the gradients of finite differences: %d × %d over %d',
    async (...shape) => {
      const weights = randomArray(randomNumbers(1), [shape[0] * shape[1]]).data;
      await expectSameGradients(
        ({ a, b }) => weightedSum(matrixProduct(a as tf.Tensor2D, b as tf.Tensor2D, 'f32'), weights),
        ({ a, b }: Arrays) => weightedSumInDoubles(productInDoubles(a, b), weights),
        operands(shape),
      );
    },
  );

  it('matrixProduct rounds the operands of the backward products too', async () => {
    const { a, b } = operands([5, 3, 7]);
    const upstream = randomArray(randomNumbers(1), [5, 3]);
    const { gradients } = await tensorGradients(
      (tensors) =>
        weightedSum(
          matrixProduct(tensors.a as tf.Tensor2D, tensors.b as tf.Tensor2D, 'mixed'),
          upstream.data,
        ),
      { a, b },
    );
    expectClose(gradients.a, productInDoubles(rounded(upstream), transposed(rounded(b))), 1e-6);
    expectClose(gradients.b, productInDoubles(transposed(rounded(a)), rounded(upstream)), 1e-6);
    expect(rounded(upstream).data).not.toEqual(upstream.data);
  });
});
