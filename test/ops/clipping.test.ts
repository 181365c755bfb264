import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { clipScale, globalNorm } from '../../src/ops/clipping.js';
import { describeEachBackend } from '../backends/each-backend.js';
import { expectClose, randomArray, randomNumbers, readValues, tensorOf } from './arrays.js';

describeEachBackend('on %s', () => {
  it('globalNorm takes any number of tensors, however long', async () => {
    const random = randomNumbers(2);
    const sizes = [1, 16_383, 16_384, 16_385, 40_001, ...new Array(40).fill(3)];
    const arrays = sizes.map((size) => randomArray(random, [size]));
    const expected = Math.sqrt(arrays.flatMap(({ data }) => data).reduce((sum, x) => sum + x * x, 0));
    const gradients = Object.fromEntries(arrays.map((array, i) => [`parameter${i}`, tensorOf(array)]));
    expectClose(await readValues(globalNorm(gradients)), [expected], 1e-5);
  });

  const scaleFor = async (norm: number, maxNorm: number | null) =>
    (await readValues(clipScale(tf.scalar(norm), maxNorm)))[0];

  it('globalNorm is one norm over all gradients', async () => {
    const random = randomNumbers(1);
    const arrays = [[7], [3, 5], [2, 3, 4], [1, 1]].map((shape) => randomArray(random, shape, 3));
    const expected = Math.hypot(...arrays.flatMap(({ data }) => data));
    const gradients = Object.fromEntries(arrays.map((array, i) => [`layers.${i}.weight`, tensorOf(array)]));
    const norm = globalNorm(gradients);
    expect(norm.shape).toEqual([]);
    expectClose(await readValues(norm), [expected], 1e-6);
  });

  it('globalNorm of one gradient is its own norm', async () => {
    expect(await readValues(globalNorm({ bias: tf.tensor1d([3, -4]) }))).toEqual([5]);
  });

  it('globalNorm stays accurate over a million values', async () => {
    const norm = globalNorm({ weight: tf.fill([1000, 1000], 0.1), bias: tf.fill([1000], 0.1) });
    expectClose(await readValues(norm), [Math.sqrt(1_001_000 * Math.fround(0.1) ** 2)], 1e-5);
  });

  it('globalNorm passes NaN and infinity on', async () => {
    const normOf = async (value: number) =>
      (await readValues(globalNorm({ a: tf.tensor1d([1, value]), b: tf.ones([2, 2]) })))[0];
    expect(await normOf(Number.NaN)).toBeNaN();
    expect(await normOf(Number.POSITIVE_INFINITY)).toBe(Number.POSITIVE_INFINITY);
  });

  it('clipScale brings a norm down to the maximum, and never up', async () => {
    expect(await scaleFor(20, 5)).toBeCloseTo(0.25, 7);
    expect(await scaleFor(5, 5)).toBe(1);
    expect(await scaleFor(4.99, 5)).toBe(1);
    expect(await scaleFor(1e-30, 5)).toBe(1);
    expect(await scaleFor(0, 5)).toBe(1);
  });

  it('clipScale is 1 without a maximum', async () => {
    expect(await scaleFor(1e6, null)).toBe(1);
  });

  it('clipScale of a NaN norm is NaN, so that divergence is noticed', async () => {
    expect(await scaleFor(Number.NaN, 5)).toBeNaN();
  });
});
