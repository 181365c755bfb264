/** Checks gradients of tables, which look like whole tensors although only the rows that were read are computed. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { globalNorm } from '../../../src/ops/clipping.js';
import { embedding } from '../../../src/ops/embedding.js';
import { sgdUpdate } from '../../../src/ops/update.js';
import { expectClose, randomArray, randomNumbers, tensorOf, valuesOf } from '../../ops/arrays.js';
import { activate } from '../each-backend.js';

const [ROWS, WIDTH] = [50, 7];
const RULE = { learningRate: 0.5, weightDecay: 0, clipValue: null };

beforeAll(() => activate('native'));

/** The gradient of Σ c ⊙ table[ids], and what it is by definition. */
function gradientOf(ids: number[], seed: number): { gradient: tf.Tensor; expected: number[] } {
  const factors = randomArray(randomNumbers(seed), [ids.length, 1, WIDTH]);
  const at = tf.tensor2d(ids, [ids.length, 1], 'int32');
  const gradient = tf.tidy(() =>
    tf.grad((table) => tf.sum(tf.mul(embedding(table as tf.Tensor2D, at), tensorOf(factors))))(
      tf.zeros([ROWS, WIDTH]),
    ),
  );
  const expected = new Array<number>(ROWS * WIDTH).fill(0);
  ids.forEach((id, i) => {
    for (let j = 0; j < WIDTH; j++) expected[id * WIDTH + j] += factors.data[i * WIDTH + j];
  });
  return { gradient, expected };
}

const WINDOWS = [[3, 1, 3], [49, 0], [1, 2, 2, 2, 48], [7]];

describe('the row-sparse gradient of a table', () => {
  it('the gradient is zero in rows that were not read, also in memory that another window has used', () => {
    WINDOWS.forEach((ids, seed) => {
      const { gradient, expected } = gradientOf(ids, seed);
      expectClose(valuesOf(gradient), expected, 1e-6);
      gradient.dispose();
    });
  });

  it('gradients of several windows do not disturb each other', () => {
    const held = WINDOWS.map((ids, seed) => gradientOf(ids, seed));
    for (const { gradient, expected } of held) expectClose(valuesOf(gradient), expected, 1e-6);
    tf.dispose(held.map(({ gradient }) => gradient));
  });

  it.each([RULE, { ...RULE, weightDecay: 0.1 }, { ...RULE, clipValue: 0.2 }])(
    'the gradient has the norm and the update of a dense gradient with its values: %o',
    (rule) => {
      const { gradient, expected } = gradientOf([4, 4, 9], 5);
      const whole = tf.tensor2d(expected, [ROWS, WIDTH]);
      expectClose(valuesOf(globalNorm({ gradient })), valuesOf(globalNorm({ gradient: whole })), 1e-6);
      const start = tensorOf(randomArray(randomNumbers(6), [ROWS, WIDTH]));
      const [a, b] = [tf.variable(start), tf.variable(start)];
      for (let step = 0; step < 3; step++) {
        sgdUpdate(a, gradient, tf.scalar(0.7), rule);
        sgdUpdate(b, whole, tf.scalar(0.7), rule);
      }
      expectClose(valuesOf(a), valuesOf(b), 1e-6);
      const untouched = valuesOf(a).slice(0, 4 * WIDTH);
      if (rule.weightDecay === 0) expect(untouched).toEqual(valuesOf(start).slice(0, 4 * WIDTH));
    },
  );

  it('the gradient stays right when a parameter is made of it and trained', () => {
    const { gradient } = gradientOf([2, 5], 8);
    const parameter = tf.variable(tf.zeros([ROWS, WIDTH]));
    parameter.assign(gradient);
    gradient.dispose();
    sgdUpdate(parameter, tf.ones([ROWS, WIDTH]), tf.scalar(1), RULE);
    const { gradient: next, expected } = gradientOf([30], 9);
    sgdUpdate(parameter, tf.ones([ROWS, WIDTH]), tf.scalar(1), RULE);
    parameter.dispose();
    expectClose(valuesOf(next), expected, 1e-6);
    const { gradient: last, expected: wanted } = gradientOf([31], 10);
    expectClose(valuesOf(last), wanted, 1e-6);
    expectClose(valuesOf(globalNorm({ last })), [Math.hypot(...wanted)], 1e-6);
  });
});
