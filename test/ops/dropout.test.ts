import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { activateBackend } from '../../src/backends/select.js';
import { dropout, dropoutMask, type MaskLifetime, type Noise } from '../../src/ops/noise.js';
import { philoxWords, STREAM } from '../../src/ops/philox.js';
import { describeEachBackend } from '../backends/each-backend.js';
import { randomArray, randomNumbers, readValues, tensorOf, valuesOf } from './arrays.js';
import { expectSameGradients, weightedSum, weightedSumInDoubles } from './finite-differences.js';

const MASK: Noise = { rate: 0.4, mask: 'step', perGate: false, seed: 5, site: 2, step: 100 };
const LIFETIMES: MaskLifetime[] = ['step', 'sequence'];

function valuesOfMask(shape: [number, number, number], mask: Noise): number[] {
  return tf.tidy(() => valuesOf(dropoutMask(shape, mask)) as never);
}

/** The documented definition, once more: word b·U + u at (seed, dropout, site, t). */
function maskByHand([steps, batch, units]: [number, number, number], mask: Noise): number[] {
  const { seed, site, rate } = mask;
  return Array.from({ length: steps }, (_, t) => {
    const step = mask.mask === 'step' ? mask.step + t : mask.step;
    const words = philoxWords({ seed, stream: STREAM.dropout, site, step }, batch * units);
    return Array.from(words, (word) => (word / 2 ** 32 < rate ? 0 : Math.fround(1 / (1 - rate))));
  }).flat();
}

describe('dropoutMask', () => {
  beforeAll(() => activateBackend('cpu'));

  it('dropoutMask is the documented function of seed, site and step', () => {
    expect(valuesOfMask([3, 5, 7], MASK)).toEqual(maskByHand([3, 5, 7], MASK));
    const shared = { ...MASK, mask: 'sequence' as const };
    expect(valuesOfMask([3, 5, 7], shared)).toEqual(maskByHand([1, 5, 7], shared));
  });

  it.each([0.1, 0.5, 0.65, 0.99])('dropoutMask drops a fraction %d and keeps the mean at 1', (rate) => {
    const values = valuesOfMask([10, 100, 100], { ...MASK, rate });
    const dropped = values.filter((value) => value === 0).length / values.length;
    const deviation = Math.sqrt((rate * (1 - rate)) / values.length);
    expect(Math.abs(dropped - rate)).toBeLessThan(4 * deviation);
    expect(new Set(values)).toEqual(new Set([0, Math.fround(1 / (1 - rate))]));
  });

  it('dropoutMask depends on the absolute step, wherever a window starts', () => {
    const whole = valuesOfMask([6, 3, 5], MASK);
    const later = valuesOfMask([2, 3, 5], { ...MASK, step: MASK.step + 3 });
    expect(later).toEqual(whole.slice(3 * 15, 5 * 15));
  });

  it.each([
    ['step', { step: MASK.step + 1 }],
    ['site', { site: MASK.site + 1 }],
    ['seed', { seed: MASK.seed + 1 }],
  ])('dropoutMask is independent of the mask of another %s', (_, other) => {
    const [a, b] = [valuesOfMask([1, 100, 100], MASK), valuesOfMask([1, 100, 100], { ...MASK, ...other })];
    const bothDropped = a.filter((value, i) => value === 0 && b[i] === 0).length / a.length;
    expect(bothDropped).toBeCloseTo(MASK.rate ** 2, 1.5);
  });
});

describeEachBackend('dropout on %s', () => {
  it('dropoutMask draws one mask per step, or one for the whole window', async () => {
    const ones = tf.ones([4, 3, 20]) as tf.Tensor3D;
    for (const lifetime of LIFETIMES) {
      const dropped = (await dropout(ones, { ...MASK, mask: lifetime }).array()) as number[][][];
      const steps = dropped.map(String);
      expect(new Set(steps).size).toBe(lifetime === 'step' ? 4 : 1);
    }
  });

  it('dropout changes nothing at rate 0, as an expectation, or without noise', () => {
    const x = tf.ones([1, 2, 3]) as tf.Tensor3D;
    expect(dropout(x, { ...MASK, rate: 0 })).toBe(x);
    expect(dropout(x, { ...MASK, mask: 'expected' })).toBe(x);
    expect(dropout(x, null)).toBe(x);
  });

  it.each(LIFETIMES)('dropout has the gradient of finite differences, mask a %s', async (lifetime) => {
    const random = randomNumbers(1);
    const mask = { ...MASK, mask: lifetime };
    const factors = maskByHand([4, 3, 5], mask);
    const weights = randomArray(random, [60]).data;
    await expectSameGradients(
      ({ x }) => weightedSum(dropout(x as tf.Tensor3D, mask), weights),
      ({ x }) =>
        weightedSumInDoubles(
          x.data.map((value, i) => value * factors[i]),
          weights,
        ),
      { x: randomArray(random, [4, 3, 5]) },
    );
  });

  it.each(LIFETIMES)(
    'dropout draws the same mask again in the backward pass, mask a %s',
    async (lifetime) => {
      const mask = { ...MASK, mask: lifetime };
      const ones = tensorOf<tf.Tensor3D>({ shape: [3, 7, 11], data: new Array(231).fill(1) });
      const forward = await readValues(dropout(ones, mask));
      const gradient = tf.grad((x) => tf.sum(dropout(x as tf.Tensor3D, mask)))(ones);
      expect(await readValues(gradient)).toEqual(forward);
      expect(forward).toContain(0);
    },
  );
});
