/** Checks that the kernel draws exactly the masks of `ops/noise.ts`, so that a run can continue on another backend. */
import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { dropout, dropoutMask, type Noise } from '../../../src/ops/noise.js';
import { readValues } from '../../ops/arrays.js';
import { describeEachBackend } from '../each-backend.js';

const MASK: Noise = { rate: 0.4, mask: 'step', perGate: false, seed: 7, site: 3, step: 11 };
const LARGEST = 2 ** 32 - 1;

const MASKS: Noise[] = [
  MASK,
  { ...MASK, mask: 'sequence' },
  { ...MASK, rate: 1e-9 },
  { ...MASK, rate: 1 / 3 },
  { ...MASK, rate: 0.999999 },
  { ...MASK, rate: 1 - 2 ** -32 },
  { ...MASK, rate: 1 - 2 ** -40 },
  { ...MASK, seed: LARGEST, site: LARGEST, step: LARGEST - 2 },
  { ...MASK, seed: 0, site: 0, step: 0 },
];

const SHAPES = [
  [1, 1, 1],
  [3, 1, 63],
  [3, 1, 64],
  [3, 5, 13],
  [2, 7, 129],
] as const;

describeEachBackend(
  'on %s',
  () => {
    it.each(MASKS)(
      "the kernel's mask equals the reference: rate $rate, a mask a $mask, seed $seed, site $site, step $step",
      async (mask) => {
        for (const shape of SHAPES) {
          const drawn = dropout(tf.ones([...shape]), mask);
          const expected = tf.broadcastTo(dropoutMask(shape, mask), [...shape]);
          expect(await readValues(drawn)).toEqual(await readValues(expected));
        }
      },
    );
  },
  { except: ['cpu', 'wasm'] },
);
