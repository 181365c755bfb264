/** The output projection on the CUDA backend: chunks of rows, wide rows, and no copy to the machine. */
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { CudaBackend } from '../../../src/backends/cuda/cuda-backend.js';
import { logits, softmaxCrossEntropy } from '../../../src/ops/softmax-cross-entropy.js';
import { expectClose, randomArray, randomIds, randomNumbers, tensorOf, valuesOf } from '../../ops/arrays.js';
import { expectCloseResults, resultsOf, resultsOn, softmaxCase } from '../../ops/op-cases.js';
import { activate, whyNot } from '../each-backend.js';

const obstacle = whyNot('cuda');
const backend = () => tf.backend() as CudaBackend;

describe.skipIf(obstacle)(['softmaxCrossEntropy on cuda', obstacle].filter(Boolean).join(', '), () => {
  let usual = 0;
  beforeAll(async () => {
    await activate('cuda');
    usual = backend().device.logitsBytes;
  });
  afterEach(() => {
    backend().device.logitsBytes = usual;
  });

  it.each([1, 2, 5, 36, 37, 38])('gives the same for chunks of at most %d rows as for one', async (rows) => {
    const classes = 53;
    for (const tied of [false, true]) {
      const testCase = softmaxCase(37, 11, classes, tied);
      backend().device.logitsBytes = usual;
      const expected = await resultsOf(testCase);
      backend().device.logitsBytes = 4 * rows * classes + 3;
      const launches = backend().device.work.launches;
      const actual = await resultsOf(testCase);
      expectCloseResults(actual, expected, 1e-6);
      // Twice forward, of which one is with a backward pass.
      expect(backend().device.work.launches - launches).toBeGreaterThanOrEqual(Math.ceil(37 / rows) * 8);
    }
  });

  it('computes the logits again for the backward pass only where they come in chunks', () => {
    const [hidden, weight, bias] = [tf.ones([8, 11]), tf.ones([11, 53]), tf.ones([53])] as tf.Tensor[];
    const targets = tf.zeros([8], 'int32') as tf.Tensor1D;
    /** Products with a bias, which are those that give logits, of a forward and a backward pass. */
    const countOfLogits = () => {
      const launch = vi.spyOn(backend().device, 'launch');
      tf.grad((h) =>
        softmaxCrossEntropy(h as tf.Tensor2D, weight as tf.Tensor2D, bias as tf.Tensor1D, targets, false),
      )(hidden, tf.ones([8]));
      const calls = launch.mock.calls.filter(([, argument]) => 'bias' in argument && argument.bias !== null);
      launch.mockRestore();
      return calls.length;
    };
    expect(countOfLogits()).toBe(1);
    backend().device.logitsBytes = 4 * 4 * 53;
    expect(countOfLogits()).toBe(4);
  });

  it('computes each row by itself where the logits of one exceed the limit', async () => {
    const testCase = softmaxCase(3, 4, 29, false);
    const expected = await resultsOf(testCase);
    backend().device.logitsBytes = 4;
    expectCloseResults(await resultsOf(testCase), expected, 1e-6);
  });

  it.each([1, 3, 255, 256, 257, 1023, 1024, 1025, 10_007])(
    'agrees with cpu for %d classes',
    async (classes) => {
      const testCase = softmaxCase(5, 3, classes, classes % 2 === 0);
      const expected = await resultsOn('cpu', testCase);
      expectCloseResults(await resultsOn('cuda', testCase), expected);
    },
  );

  it('agrees with cpu where a later part of a row has all of the weight', async () => {
    const classes = 3000;
    const bias = Array.from({ length: classes }, (_, j) => (j === 2999 ? 90 : j === 5 ? -90 : j % 7));
    const testCase = softmaxCase(2, 3, classes, false);
    const shifted = { ...testCase, at: { ...testCase.at, bias: { shape: [classes], data: bias } } };
    const expected = await resultsOn('cpu', shifted);
    expectCloseResults(await resultsOn('cuda', shifted), expected);
  });

  it('gives words of logit −∞ no weight, and a loss of infinity as targets', async () => {
    await activate('cuda');
    const never = Number.NEGATIVE_INFINITY;
    const bias = tf.tensor1d([never, 0, 0, never]);
    const [hidden, weight] = [tf.zeros([2, 3]), tf.zeros([3, 4])] as tf.Tensor2D[];
    const nll = softmaxCrossEntropy(hidden, weight, bias, tf.tensor1d([1, 0], 'int32'), false);
    expectClose(valuesOf(nll).slice(0, 1), [Math.log(2)], 1e-6);
    expect(valuesOf(nll)[1]).toBe(Number.POSITIVE_INFINITY);
  });

  it('copies nothing to the machine, forward and backward, whatever the upstream gradient', () => {
    const random = randomNumbers(1);
    const [hidden, weight, bias] = [[7, 5], [5, 40], [40]].map((shape) =>
      tensorOf(randomArray(random, shape)),
    );
    const targets = tf.tensor1d(randomIds(random, 7, 40), 'int32');
    const shares = tensorOf(randomArray(random, [7]));
    const gradients = tf.grads((h, w, b) => {
      const nll = softmaxCrossEntropy(h as tf.Tensor2D, w as tf.Tensor2D, b as tf.Tensor1D, targets, false);
      return tf.customGrad((values) => ({
        value: tf.reshape((values as tf.Tensor).clone(), [7]),
        gradFunc: () => [shares.clone()],
      }))(nll);
    });
    // The targets and the rest are copied to the device at their first use.
    const call = vi.spyOn(backend().device.driver, 'call');
    gradients([hidden, weight, bias], tf.ones([7]));
    const calls = call.mock.calls.map(([name]) => name);
    call.mockRestore();
    expect(calls).toContain('launch');
    expect(calls.filter((name) => name === 'download' || name.startsWith('wait'))).toEqual([]);
  });

  it('has no gradient but zeros for no rows', () => {
    const [hidden, weight, bias] = [tf.zeros([0, 3]), tf.ones([3, 4]), tf.ones([4])];
    const gradients = tf.grads((h, w, b) => {
      const none = tf.tensor1d([], 'int32');
      return softmaxCrossEntropy(h as tf.Tensor2D, w as tf.Tensor2D, b as tf.Tensor1D, none, false);
    })([hidden, weight, bias], tf.zeros([0]));
    expect(gradients.map(({ shape }) => shape)).toEqual([[0, 3], [3, 4], [4]]);
    expect(valuesOf(gradients[1]).every((slope) => slope === 0)).toBe(true);
    expect(valuesOf(gradients[2])).toEqual([0, 0, 0, 0]);
  });

  it.each([false, true])('computes logits alone, tied: %s', (tied) => {
    const random = randomNumbers(3);
    const [hidden, bias] = [randomArray(random, [9, 21]), randomArray(random, [130])];
    const weight = randomArray(random, tied ? [130, 21] : [21, 130]);
    const actual = logits(
      tensorOf<tf.Tensor2D>(hidden),
      tensorOf<tf.Tensor2D>(weight),
      tensorOf<tf.Tensor1D>(bias),
      tied,
    );
    const expected = Array.from({ length: 9 * 130 }, (_, at) => {
      const [i, j] = [Math.floor(at / 130), at % 130];
      let sum = bias.data[j];
      for (let k = 0; k < 21; k++) {
        sum += hidden.data[i * 21 + k] * weight.data[tied ? j * 21 + k : k * 130 + j];
      }
      return sum;
    });
    expectClose(valuesOf(actual), expected, 1e-6);
  });
});
