/** Compares slices of the native backend with the elements of the tensor. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { valuesOf } from '../../ops/arrays.js';
import { activate } from '../each-backend.js';

const SLICES: [shape: number[], begin: number[], size: number[]][] = [
  [[7], [2], [3]],
  [
    [5, 7],
    [1, 2],
    [3, 4],
  ],
  [
    [5, 7],
    [1, 0],
    [2, 7],
  ], // one piece of memory
  [
    [4, 3, 6],
    [0, 0, 2],
    [4, 3, 4],
  ],
  [
    [4, 3, 6],
    [1, 1, 1],
    [2, 1, 5],
  ],
  [
    [4, 3, 6],
    [1, 1, 1],
    [-1, -1, -1],
  ],
  [
    [2, 3, 2, 5],
    [0, 1, 1, 2],
    [2, 2, 1, 2],
  ],
  [
    [4, 6],
    [1, 2],
    [3, 0],
  ],
];

beforeAll(() => activate('native'));

/** Every element of x within the slice, in order. */
function byHand(shape: number[], begin: number[], size: number[]): number[] {
  const whole = size.map((count, d) => (count < 0 ? shape[d] - begin[d] : count));
  const strides = shape.map((_, d) => shape.slice(d + 1).reduce((product, count) => product * count, 1));
  const indices = Array.from({ length: shape.reduce((product, count) => product * count, 1) }, (_, i) => i);
  return indices.filter((i) =>
    shape.every((count, d) => {
      const at = Math.floor(i / strides[d]) % count;
      return at >= begin[d] && at < begin[d] + whole[d];
    }),
  );
}

describe.each(['float32', 'int32'] as const)('slice of %s', (dtype) => {
  it.each(SLICES)('a slice of shape %j from %j with size %j has the right values', (shape, begin, size) => {
    const length = shape.reduce((product, count) => product * count, 1);
    const x = tf.range(0, length, 1, dtype).reshape(shape);
    expect(valuesOf(tf.slice(x, begin, size))).toEqual(byHand(shape, begin, size));
  });
});

it.each([
  [[4, 6], [2, 1, 3], 1],
  [[4, 6], 3, 1],
  [[4, 6], 2, 0],
  [[2, 3, 4], [1, -1], -1],
] as [number[], number | number[], number][])('a tensor %j splits into %j along %i', (shape, sizes, axis) => {
  const x = tf
    .range(
      0,
      shape.reduce((product, count) => product * count, 1),
    )
    .reshape(shape);
  const parts = tf.split(x, sizes, axis);
  expect(valuesOf(tf.concat(parts, axis))).toEqual(valuesOf(x));
  const lengths = parts.map((part) => part.shape.at(axis));
  const whole = shape.at(axis) as number;
  const expected = typeof sizes === 'number' ? new Array(sizes).fill(whole / sizes) : sizes;
  expect(lengths).toEqual(expected.map((length: number) => (length < 0 ? whole - 1 : length)));
});

it('a slice does not change when the tensor that it was cut from changes', () => {
  const x = tf.variable(tf.ones([3, 4]));
  const cut = tf.slice(x, [0, 1], [3, 2]);
  x.assign(tf.zeros([3, 4]));
  expect(valuesOf(cut)).toEqual([1, 1, 1, 1, 1, 1]);
});

it('a slice beyond the end is refused', () => {
  expect(() => tf.slice(tf.ones([3, 4]), [0, 2], [3, 3])).toThrow('slice');
});
