/** tfjs's own kernels that the backend replaces, against those of tfjs's CPU backend. */
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import type { BackendName } from '../../../src/backends/backend.js';
import { expectClose, type NdArray, randomArray, randomNumbers, valuesOf } from '../../ops/arrays.js';
import { activate, describeEachBackend } from '../each-backend.js';

const BINARY = { add: tf.add, sub: tf.sub, mul: tf.mul, div: tf.div };
const UNARY = { neg: tf.neg, square: tf.square };
const REDUCTIONS = { sum: tf.sum, mean: tf.mean };

/** Around the width of a vector, and the size of a block of elements. */
const SIZES = [1, 15, 16, 17, 16_383, 16_384, 16_385, 40_001];

/** Pairs of shapes: alike, repeated in every way, and in a way that is left to tfjs. */
const PAIRS: (readonly [readonly number[], readonly number[]])[] = [
  ...SIZES.map((size) => [[size], [size]] as const),
  ...SIZES.map((size) => [[size], []] as const),
  [[], []],
  [[5, 7], [7]],
  [
    [3, 5, 7],
    [3, 5, 1],
  ],
  [
    [5, 1],
    [1, 7],
  ],
  [
    [1, 1, 1],
    [2, 3, 5],
  ],
  [[2, 20_000], [20_000]],
  [
    [3, 5, 7],
    [3, 1, 7],
  ],
  [[0, 3], [3]],
];

/** Shapes, and the dimensions to be summed: all, the first, the last, and some between, which are left to tfjs. */
const SUMS: (readonly [readonly number[], number | number[] | undefined])[] = [
  ...SIZES.map((size) => [[size], 0] as const),
  [[5, 7, 11], undefined],
  [[5, 7, 11], 0],
  [
    [5, 7, 11],
    [0, 1],
  ],
  [
    [5, 7, 11],
    [1, 2],
  ],
  [[5, 7, 11], -1],
  [[5, 7, 11], 1],
  [
    [5, 7, 11],
    [0, 2],
  ],
  [
    [5, 1, 11],
    [1, 2],
  ],
  [[1, 7, 11], 0],
  [[3, 20_000], 1],
  [[300, 100], 0],
  [[], undefined],
  [[2, 0], 1],
];

const PADDINGS: (readonly [readonly number[], [number, number][]])[] = [
  [[5], [[2, 1]]],
  [
    [3, 5],
    [
      [1, 0],
      [0, 0],
    ],
  ],
  [
    [3, 5],
    [
      [0, 2],
      [0, 0],
    ],
  ],
  [
    [3, 5],
    [
      [1, 1],
      [0, 1],
    ],
  ],
  [
    [0, 5],
    [
      [1, 2],
      [0, 0],
    ],
  ],
];

const SPECIAL = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 0, 1e-45, 3e38];
const random = randomNumbers(1);

/** Random numbers, with some special values. */
function numbers(shape: readonly number[]): NdArray {
  const { data } = randomArray(random, shape);
  return {
    shape,
    data: data.map((value, i) => (i % 11 === 5 ? SPECIAL[((i - 5) / 11) % SPECIAL.length] : value)),
  };
}

type DataType = 'float32' | 'int32' | 'bool';

/** Returns the result of a function on tfjs's CPU backend and on another one. */
async function onBoth(
  backend: BackendName,
  compute: (...tensors: tf.Tensor[]) => tf.Tensor,
  arrays: readonly NdArray[],
  types: readonly DataType[] = [],
) {
  const resultOn = async (name: BackendName) => {
    await activate(name);
    const tensors = arrays.map(({ shape, data }, i) =>
      tf.tensor([...data], [...shape], types[i] ?? 'float32'),
    );
    const result = compute(...tensors);
    return { shape: result.shape, dtype: result.dtype, values: valuesOf(result) };
  };
  return { expected: await resultOn('cpu'), actual: await resultOn(backend) };
}

describeEachBackend(
  'on %s',
  (backend) => {
    describe.each(Object.entries(BINARY))('%s', (_, operation) => {
      it.each(PAIRS)('agrees with cpu for shapes %j and %j', async (a, b) => {
        for (const arrays of [
          [numbers(a), numbers(b)],
          [numbers(b), numbers(a)],
        ]) {
          const { expected, actual } = await onBoth(backend, operation, arrays);
          expect(actual).toEqual(expected);
        }
      });

      it.each([
        ['int32', 'int32'],
        ['int32', 'float32'],
        ['float32', 'bool'],
      ] as const)('agrees with cpu for types %s and %s', async (...types) => {
        const arrays = [1, 2].map(() => ({ shape: [3], data: [1, 1, 0] }));
        const { expected, actual } = await onBoth(backend, operation, arrays, types);
        expect(actual).toEqual(expected);
      });
    });

    it.each(Object.entries(UNARY))('%s agrees with cpu for every size', async (_, operation) => {
      for (const size of SIZES) {
        const { expected, actual } = await onBoth(backend, operation, [numbers([size])]);
        expect(actual).toEqual(expected);
      }
      const { expected, actual } = await onBoth(backend, operation, [numbers([2])], ['int32']);
      expect(actual).toEqual(expected);
    });

    it('tanh agrees with cpu, and with its limits', async () => {
      for (const size of SIZES) {
        const array = randomArray(random, [size], 3);
        const { expected, actual } = await onBoth(backend, tf.tanh, [array]);
        expectClose(actual.values, expected.values, 1e-6);
      }
      const limits = {
        shape: [4],
        data: [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0],
      };
      const { actual } = await onBoth(backend, tf.tanh, [limits]);
      expect(actual.values).toEqual([Number.NaN, 1, -1, 0]);
    });

    describe.each(Object.entries(REDUCTIONS))('%s', (_, operation) => {
      it.each(SUMS)('agrees with cpu for shape %j along %j', async (shape, axis) => {
        const array = randomArray(random, shape);
        for (const keepDims of [false, true]) {
          const compute = (x: tf.Tensor) => operation(x, axis, keepDims);
          const { expected, actual } = await onBoth(backend, compute, [array]);
          expect(actual.shape).toEqual(expected.shape);
          expectClose(actual.values, expected.values, 1e-5);
        }
      });

      it('agrees with cpu for integers, NaN and infinities', async () => {
        const whole = { shape: [2, 2], data: [1, 2, 3, 5] };
        const { expected, actual } = await onBoth(backend, (x) => operation(x, 0), [whole], ['int32']);
        expect(actual).toEqual(expected);
        for (const axis of [undefined, 0, 1]) {
          const compute = (x: tf.Tensor) => operation(x, axis);
          const results = await onBoth(backend, compute, [
            { shape: [2, 3], data: [1, Number.NaN, 2, Number.NEGATIVE_INFINITY, 3, 4] },
          ]);
          expect(results.actual).toEqual(results.expected);
        }
      });
    });

    it.each(PADDINGS)('pad agrees with cpu for shape %j and paddings %j', async (shape, paddings) => {
      const pad = (x: tf.Tensor) => tf.pad(x, paddings, 0.5);
      const { expected, actual } = await onBoth(backend, pad, [numbers(shape)]);
      expect(actual).toEqual(expected);
    });
  },
  { only: ['cuda', 'native'] },
);
