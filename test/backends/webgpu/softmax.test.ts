/** The output projection on the WebGPU backend: chunks of rows, wide rows, and how many dispatches they take. */
import * as tf from '@tensorflow/tfjs';
import { afterEach, expect, it } from 'vitest';
import { logits, softmaxCrossEntropy } from '../../../src/ops/softmax-cross-entropy.js';
import {
  expectClose,
  randomArray,
  randomNumbers,
  readAndFree,
  readValues,
  tensorOf,
} from '../../ops/arrays.js';
import { expectCloseResults, resultsOf, resultsOn, softmaxCase } from '../../ops/op-cases.js';
import { countDispatches, describeOnWebgpu, webgpu } from './own-gpu.js';

const USUAL = 2 ** 25;

describeOnWebgpu('softmaxCrossEntropy', () => {
  afterEach(() => {
    webgpu().logitsBytes = USUAL;
  });

  it.each([1, 5, 36, 37])('gives the same for chunks of at most %d rows as for one', async (rows) => {
    const classes = 53;
    for (const tied of [false, true]) {
      const testCase = softmaxCase(37, 11, classes, tied);
      const expected = await resultsOf(testCase);
      webgpu().logitsBytes = 4 * rows * classes + 3;
      expectCloseResults(await resultsOf(testCase), expected, 1e-6);
      webgpu().logitsBytes = USUAL;
    }
  });

  it('computes the logits again for the backward pass only where they come in chunks', () => {
    const [hidden, weight, bias] = [tf.ones([8, 11]), tf.ones([11, 53]), tf.ones([53])];
    const targets = tf.zeros([8], 'int32') as tf.Tensor1D;
    const dispatchesOf = () =>
      countDispatches(() => {
        tf.dispose(
          tf.grads((h, w, b) =>
            softmaxCrossEntropy(h as tf.Tensor2D, w as tf.Tensor2D, b as tf.Tensor1D, targets, false),
          )([hidden, weight, bias], tf.ones([8])),
        );
      });
    expect(dispatchesOf()).toEqual({ product64x64: 3, softmaxRows: 1, softmaxGradient: 1, columnSums: 1 });
    webgpu().logitsBytes = 4 * 4 * 53;
    expect(dispatchesOf()).toEqual({ product64x64: 8, softmaxRows: 2, softmaxGradient: 2, columnSums: 2 });
  });

  it('computes each row by itself where the logits of one exceed the limit', async () => {
    const testCase = softmaxCase(3, 4, 29, false);
    const expected = await resultsOf(testCase);
    webgpu().logitsBytes = 4;
    expectCloseResults(await resultsOf(testCase), expected, 1e-6);
  });

  it.each([1, 255, 256, 257, 10_007])('agrees with cpu for %d classes', async (classes) => {
    const testCase = softmaxCase(5, 3, classes, classes % 2 === 0);
    const expected = await resultsOn('cpu', testCase);
    expectCloseResults(await resultsOn('webgpu', testCase), expected);
  });

  it('agrees with cpu where a later part of a row has all of the weight', async () => {
    const classes = 3000;
    const bias = Array.from({ length: classes }, (_, j) => (j === 2999 ? 90 : j === 5 ? -90 : j % 7));
    const testCase = softmaxCase(2, 3, classes, false);
    const shifted = { ...testCase, at: { ...testCase.at, bias: { shape: [classes], data: bias } } };
    const expected = await resultsOn('cpu', shifted);
    expectCloseResults(await resultsOn('webgpu', shifted), expected);
  });

  it('gives words of logit −∞ no weight, and a loss of infinity as targets', async () => {
    const never = Number.NEGATIVE_INFINITY;
    const bias = tf.tensor1d([never, 0, 0, never]);
    const [hidden, weight] = [tf.zeros([2, 3]), tf.zeros([3, 4])] as tf.Tensor2D[];
    const nll = softmaxCrossEntropy(hidden, weight, bias, tf.tensor1d([1, 0], 'int32'), false);
    const [likely, impossible] = await readValues(nll);
    expectClose([likely], [Math.log(2)], 1e-6);
    expect(impossible).toBe(Number.POSITIVE_INFINITY);
  });

  it('has no gradient but zeros for no rows', async () => {
    const [hidden, weight, bias] = [tf.zeros([0, 3]), tf.ones([3, 4]), tf.ones([4])];
    const gradients = tf.grads((h, w, b) => {
      const none = tf.tensor1d([], 'int32');
      return softmaxCrossEntropy(h as tf.Tensor2D, w as tf.Tensor2D, b as tf.Tensor1D, none, false);
    })([hidden, weight, bias], tf.zeros([0]));
    expect(gradients.map(({ shape }) => shape)).toEqual([[0, 3], [3, 4], [4]]);
    const [, ofWeight, ofBias] = await readAndFree(gradients);
    expect([...ofWeight, ...ofBias]).toEqual(new Array(16).fill(0));
  });

  it.each([false, true])('computes logits alone, tied: %s', async (tied) => {
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
    expectClose(await readValues(actual), expected, 1e-6);
  });
});
