/** The backend lends its arrays from window to window; nobody may see that but in the memory that it spares. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import type { NativeBackend } from '../../../src/backends/native/native-backend.js';
import { type DropoutMask, dropout } from '../../../src/ops/dropout.js';
import { lstm } from '../../../src/ops/lstm.js';
import { softmaxCrossEntropy } from '../../../src/ops/softmax-cross-entropy.js';
import { sgdUpdate } from '../../../src/ops/update.js';
import { valuesOf } from '../../ops/arrays.js';
import { describeEachBackend } from '../each-backend.js';

const MASK: DropoutMask = { rate: 0.5, lifetime: 'step', seed: 1, site: 1, step: 1 };
setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

const arrayOf = (tensor: tf.Tensor) => (tf.backend() as NativeBackend).floats(tensor);

/** A square matrix whose array is lent, with one value everywhere. */
const lent = (value: number) => tf.matMul(tf.fill([8, 8], value), tf.eye(8));

/** Takes every spare array of that size, and writes to it. */
const overwriteSpares = () => Array.from({ length: 20 }, () => lent(-1));

describeEachBackend('on %s', () => {
  it('lends an array again when its tensor is gone', () => {
    const first = lent(1);
    const array = arrayOf(first);
    first.dispose();
    expect(arrayOf(lent(2))).toBe(array);
  });

  it('does not lend it while another tensor has it', () => {
    const first = lent(1);
    const second = first.reshape([64]);
    const third = first.clone();
    first.dispose();
    second.dispose();
    overwriteSpares();
    expect(valuesOf(third)).toEqual(new Array(64).fill(1));
  });

  it.each([
    ['slices', (x: tf.Tensor) => tf.slice(x, [2, 0], [3, 8])],
    ['rows of an unstacked tensor', (x: tf.Tensor) => tf.unstack(x)[3]],
    ['parts of a split tensor', (x: tf.Tensor) => tf.split(x, 2)[1]],
  ])('does not change %s', (_, cut) => {
    const whole = lent(1);
    const part = cut(whole);
    whole.dispose();
    overwriteSpares();
    expect(new Set(valuesOf(part))).toEqual(new Set([1]));
  });

  it('does not change values that were read', async () => {
    const tensor = lent(1);
    const [sync, later, buffer] = [tensor.dataSync(), await tensor.data(), tensor.bufferSync().values];
    tensor.dispose();
    overwriteSpares();
    for (const values of [sync, later, buffer]) expect([...values]).toEqual(new Array(64).fill(1));
  });

  it('updates a parameter in place, once it has an array of its own', () => {
    const parameter = tf.variable(tf.ones([3]));
    const [slope, scale] = [tf.ones([3]), tf.scalar(1)];
    const arrays = Array.from({ length: 4 }, () => {
      tf.tidy(() => sgdUpdate(parameter, slope, scale, 0.25));
      return arrayOf(parameter);
    });
    expect(valuesOf(parameter)).toEqual([0, 0, 0]);
    expect(new Set(arrays).size).toBe(1);
  });

  it('changes neither what a parameter was made of, nor what was read or copied of it', () => {
    const given = Float32Array.of(1, 2);
    const tensor = tf.tensor1d(given);
    const parameter = tf.variable(tensor);
    const update = () => tf.tidy(() => sgdUpdate(parameter, tf.ones([2]), tf.scalar(1), 1));
    const read = [parameter.dataSync()];
    update();
    read.push(parameter.dataSync());
    const copy = parameter.clone();
    update();
    expect(valuesOf(parameter)).toEqual([-1, 0]);
    expect([...given]).toEqual([1, 2]);
    expect(valuesOf(tensor)).toEqual([1, 2]);
    expect(valuesOf(copy)).toEqual([0, 1]);
    expect(read.map((values) => [...values])).toEqual([
      [1, 2],
      [0, 1],
    ]);
  });

  it('keeps its size over a thousand windows', () => {
    const [steps, batch, units, classes] = [2, 64, 128, 256];
    const x: tf.Tensor3D = tf.randomNormal([steps, batch, units]);
    const state = { h: tf.zeros([batch, units]) as tf.Tensor2D, c: tf.zeros([batch, units]) as tf.Tensor2D };
    const [inputWeight, recurrentWeight, weight] = [4 * units, 4 * units, classes].map(
      (width) => tf.randomNormal([units, width], 0, 0.1) as tf.Tensor2D,
    );
    const [bias, offset] = [tf.zeros([4 * units]), tf.zeros([classes])] as tf.Tensor1D[];
    const targets = tf.zeros([steps * batch], 'int32') as tf.Tensor1D;
    const loss = (u: tf.Tensor, w: tf.Tensor) => {
      const parameters = { inputWeight, recurrentWeight: u as tf.Tensor2D, bias };
      const { output } = lstm(dropout(x, MASK), state, parameters, MASK);
      const hidden = output.reshape([steps * batch, units]) as tf.Tensor2D;
      return tf.sum(softmaxCrossEntropy(hidden, w as tf.Tensor2D, offset, targets, false));
    };
    const window = () => tf.tidy(() => void tf.grads(loss)([recurrentWeight, weight]));
    const size = () => {
      collectGarbage();
      const { rss, heapTotal } = process.memoryUsage();
      return rss - heapTotal;
    };
    for (let i = 0; i < 300; i++) window();
    const growthOfAThousand = () => {
      const before = size();
      for (let i = 0; i < 1000; i++) window();
      return size() - before;
    };
    // The smallest piece of memory that a window asks for is the mask's, of 32 KiB. What leaks, leaks in every stretch; where
    // garbage was collected late, on a busy machine, a stretch may reach a new height that the next ones stay below.
    const bound = 16 * 2 ** 20;
    let growth = growthOfAThousand();
    for (let stretch = 2; stretch <= 3 && growth >= bound; stretch++) growth = growthOfAThousand();
    expect(growth).toBeLessThan(bound);
  });
}, ['cpu', 'wasm']);
