/** Checks gradients that are kept as products of few rows: they look like whole tensors, although nothing has computed them. */
import * as tf from '@tensorflow/tfjs';
import { beforeEach, describe, expect, it } from 'vitest';
import type { NativeBackend } from '../../../src/backends/native/native-backend.js';
import { activateBackend } from '../../../src/backends/select.js';
import { softmaxCrossEntropy } from '../../../src/ops/softmax-cross-entropy.js';
import { dynamicUpdate } from '../../../src/ops/update.js';
import { expectClose, randomArray, randomNumbers, tensorOf, valuesOf } from '../../ops/arrays.js';
import { EXPECTED, expectAgreement, lstmCase } from '../../ops/op-cases.js';
import { activate, BACKEND_OPTIONS, whyNot } from '../each-backend.js';

const obstacle = whyNot('native');
/** Large enough to be worth it, and no multiple of a vector. */
const [UNITS, WORDS] = [131, 2003];

const backend = () => tf.backend() as NativeBackend;

/** The gradients of Σ weights ⊙ nll of a softmax of some rows: of hidden, weight and bias. */
function gradientsOf(rows: number, weights: readonly number[] = new Array(rows).fill(1)): tf.Tensor[] {
  const random = randomNumbers(rows);
  const [hidden, weight, bias] = [[rows, UNITS], [UNITS, WORDS], [WORDS]].map((shape) =>
    tensorOf(randomArray(random, shape)),
  );
  const targets = tf.tensor1d(
    Array.from({ length: rows }, (_, i) => (i * 997) % WORDS),
    'int32',
  );
  const loss = (h: tf.Tensor, w: tf.Tensor, b: tf.Tensor) => {
    const nll = softmaxCrossEntropy(h as tf.Tensor2D, w as tf.Tensor2D, b as tf.Tensor1D, targets, false);
    return tf.sum(tf.mul(nll, tf.tensor1d([...weights])));
  };
  return tf.grads(loss)([hidden, weight, bias]);
}

/** The parameter after a step of dynamic evaluation, whose gradient is `gradient`. */
function steppedBy(gradient: tf.Tensor): number[] {
  const random = randomNumbers(9);
  const [start, anchor, root] = [0, 1, 2].map(() => tensorOf(randomArray(random, gradient.shape)));
  const parameter = tf.variable(start);
  const settings = { learningRate: 0.1, epsilon: 0.01, decay: 1.5, rows: null };
  dynamicUpdate(parameter, gradient, anchor, tf.square(root), settings);
  const values = valuesOf(parameter);
  parameter.dispose();
  return values;
}

describe.skipIf(obstacle)(['the factored gradient', obstacle].filter(Boolean).join(', '), () => {
  beforeEach(() => activate('native'));

  it.each([1, 2, 5, 8, 9, 32])('of %d rows has the values that cpu computes', async (rows) => {
    const found = tf.tidy(() => {
      const gradients = gradientsOf(rows);
      expect(backend().factorsOf(gradients[1])?.rows).toBe(rows);
      return gradients.map(valuesOf);
    });
    await activate('cpu');
    const expected = tf.tidy(() => gradientsOf(rows).map(valuesOf));
    for (const i of found.keys()) expectClose(found[i], expected[i], 1e-5);
  });

  it.each([lstmCase(5, 1, 180, 190), lstmCase(3, 2, 171, 193, EXPECTED)])(
    'of an LSTM has the values that cpu computes: $name',
    (layer) => expectAgreement('native', 'cpu', layer, 1e-5),
  );

  it('of many rows, or of rows that weigh differently, is an ordinary tensor', () => {
    tf.tidy(() => {
      expect(backend().factorsOf(gradientsOf(33)[1])).toBeUndefined();
      expect(backend().factorsOf(gradientsOf(3, [1, 2, 3])[1])).toBeUndefined();
    });
  });

  it('is a step of dynamic evaluation as its values are', () => {
    tf.tidy(() => {
      const [, gradient] = gradientsOf(5);
      const byFactors = steppedBy(gradient);
      expect(backend().factorsOf(gradient)).toBeDefined();
      expectClose(byFactors, steppedBy(tf.tensor(valuesOf(gradient), gradient.shape)), 1e-6);
      expect(backend().factorsOf(gradient)).toBeUndefined();
    });
  });

  it.each([5, 20, 32])(
    'of %d rows and its step have the same bits for any number of threads',
    async (rows) => {
      const results: number[][][] = [];
      for (const threads of [1, 2, 3]) {
        await activateBackend('native', { ...BACKEND_OPTIONS, threads });
        tf.tidy(() => {
          const [hidden, weight, bias] = gradientsOf(rows);
          results.push([steppedBy(weight), ...[hidden, weight, bias].map(valuesOf)]);
        });
      }
      for (const result of results) expect(result).toEqual(results[0]);
    },
  );

  it('gives its memory back, whether its values were read or not', () => {
    const run = (read: boolean) =>
      tf.tidy(() => {
        const [, gradient] = gradientsOf(5);
        const copy = gradient.clone();
        if (read) expect(valuesOf(copy)).toEqual(valuesOf(gradient));
      });
    for (const read of [false, true]) {
      run(read);
      const [tensors, peak] = [backend().numDataIds(), backend().memoryPeak.heldBytes];
      run(read);
      expect([backend().numDataIds(), backend().memoryPeak.heldBytes]).toEqual([tensors, peak]);
    }
  });
});
