/** Checks that lending arrays from window to window changes no result and saves memory. */
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as tf from '@tensorflow/tfjs';
import { afterEach, expect, it, vi } from 'vitest';
import type { NativeBackend } from '../../../src/backends/native/native-backend.js';
import { lstm } from '../../../src/ops/lstm.js';
import { dropout, NO_NOISE, type Noise } from '../../../src/ops/noise.js';
import { softmaxCrossEntropy } from '../../../src/ops/softmax-cross-entropy.js';
import {
  adamUpdate,
  averageUpdate,
  dynamicUpdate,
  rmspropUpdate,
  sgdUpdate,
} from '../../../src/ops/update.js';
import { tensorOf, valuesOf } from '../../ops/arrays.js';
import { GRU, LSTM, TANH_RNN } from '../../ops/recurrent-cells.js';
import { describeEachBackend } from '../each-backend.js';
import { LSTM_REGULARIZERS, REGULARIZERS } from './regularizers.js';

const MASK: Noise = { rate: 0.5, mask: 'step', perGate: false, seed: 1, site: 1, step: 1 };
const PLAIN = { weightDecay: 0, clipValue: null };
setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

/** Bytes of all array buffers, once their number is stable: unused ones are freed in the background. */
async function bytesInUse(): Promise<number> {
  let [bytes, before] = [Number.POSITIVE_INFINITY, 0];
  for (let round = 0; round < 100 && bytes !== before; round++) {
    before = bytes;
    collectGarbage();
    await sleep(10);
    bytes = process.memoryUsage().arrayBuffers;
  }
  return bytes;
}

const arrayOf = (tensor: tf.Tensor) => (tf.backend() as NativeBackend).floats(tensor);

/** A square matrix whose array is lent, with one value everywhere. */
const lent = (value: number) => tf.matMul(tf.fill([8, 8], value), tf.eye(8));

/** Takes every spare array of this size, and writes to it. */
const overwriteSpares = () => Array.from({ length: 20 }, () => lent(-1));

afterEach(() => {
  vi.unstubAllGlobals();
});

describeEachBackend(
  'on %s',
  () => {
    it('an array is lent again after its tensor is disposed', () => {
      const first = lent(1);
      const array = arrayOf(first);
      first.dispose();
      expect(arrayOf(lent(2)).buffer).toBe(array.buffer);
    });

    it('an array is not lent while another tensor uses it', () => {
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
    ])('memory that is lent again does not change %s of a disposed tensor', (_, cut) => {
      const whole = lent(1);
      const part = cut(whole);
      whole.dispose();
      overwriteSpares();
      expect(new Set(valuesOf(part))).toEqual(new Set([1]));
    });

    it('memory that is lent again does not change values that were read', async () => {
      const tensor = lent(1);
      const [sync, later, buffer] = [tensor.dataSync(), await tensor.data(), tensor.bufferSync().values];
      tensor.dispose();
      overwriteSpares();
      for (const values of [sync, later, buffer]) expect([...values]).toEqual(new Array(64).fill(1));
    });

    it.each([
      [
        'sgdUpdate',
        ([parameter]: tf.Variable[], slope: tf.Tensor, scale: tf.Scalar) =>
          sgdUpdate(parameter, slope, scale, { ...PLAIN, learningRate: 0.25 }),
      ],
      [
        'adamUpdate',
        ([parameter, first, second]: tf.Variable[], slope: tf.Tensor, scale: tf.Scalar) => {
          const settings = { ...PLAIN, learningRate: 0.25, beta1: 0.5, beta2: 0.5, epsilon: 1e-8, step: 1 };
          adamUpdate(parameter, slope, scale, { first, second }, settings);
        },
      ],
      [
        'rmspropUpdate',
        ([parameter, , meanSquare]: tf.Variable[], slope: tf.Tensor, scale: tf.Scalar) => {
          const settings = { ...PLAIN, learningRate: 0.25, decay: 0.5, epsilon: 1e-8 };
          rmspropUpdate(parameter, slope, scale, meanSquare, settings);
        },
      ],
      ['averageUpdate', ([average, parameter]: tf.Variable[]) => averageUpdate(average, parameter, 0.5)],
      [
        'dynamicUpdate',
        ([parameter, anchor, rms]: tf.Variable[], slope: tf.Tensor) =>
          dynamicUpdate(parameter, slope, anchor, rms, {
            learningRate: 0.25,
            epsilon: 1,
            decay: 0,
            rows: null,
          }),
      ],
    ])('%s works in place, once its variables have arrays of their own', (_, update) => {
      const variables = [1, 0, 0].map((value) => tf.variable(tf.fill([3], value)));
      const [slope, scale] = [tf.ones([3]), tf.scalar(1) as tf.Scalar];
      const before = variables.map(valuesOf);
      const arrays = Array.from({ length: 4 }, () => {
        tf.tidy(() => update(variables, slope, scale));
        return variables.map(arrayOf);
      });
      for (const i of variables.keys()) expect(new Set(arrays.map((each) => each[i])).size).toBe(1);
      expect(variables.map(valuesOf)).not.toEqual(before);
    });

    it('an update changes neither what a parameter was made of, nor what was read or copied of it', () => {
      const given = Float32Array.of(1, 2);
      const tensor = tf.tensor1d(given);
      const parameter = tf.variable(tensor);
      const settings = { ...PLAIN, learningRate: 1 };
      const update = () => tf.tidy(() => sgdUpdate(parameter, tf.ones([2]), tf.scalar(1), settings));
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

    it.each([LSTM, GRU, TANH_RNN])('$name frees all memory of its masks', (cell) => {
      const count = () => (tf.backend() as NativeBackend).numDataIds();
      for (const options of cell === LSTM ? [...REGULARIZERS, ...LSTM_REGULARIZERS] : REGULARIZERS) {
        const inputs = cell.inputsOf({ steps: 3, batch: 2, inputs: 5, units: 7 }, 1);
        const before = count();
        tf.tidy(() => {
          const { x, ...others } = Object.fromEntries(
            Object.entries(inputs).map(([name, array]) => [name, tensorOf(array)]),
          );
          const loss = (x: tf.Tensor) => tf.sum(cell.run({ x, ...others }, options)[0]);
          loss(x);
          tf.grad(loss)(x);
        });
        expect(count()).toBe(before);
      }
    });

    /** A window of an LSTM and a softmax, forward and backward. */
    function windowOf(batch: number, units: number, classes: number): (steps: number) => void {
      const state = {
        h: tf.zeros([batch, units]) as tf.Tensor2D,
        c: tf.zeros([batch, units]) as tf.Tensor2D,
      };
      const [inputWeight, recurrentWeight, weight] = [4 * units, 4 * units, classes].map(
        (width) => tf.randomNormal([units, width], 0, 0.1) as tf.Tensor2D,
      );
      const [bias, offset] = [tf.zeros([4 * units]), tf.zeros([classes])] as tf.Tensor1D[];
      const noise = { ...NO_NOISE, recurrent: MASK };
      return (steps) =>
        tf.tidy(() => {
          const x: tf.Tensor3D = tf.ones([steps, batch, units]);
          const targets = tf.zeros([steps * batch], 'int32') as tf.Tensor1D;
          const loss = (u: tf.Tensor, w: tf.Tensor) => {
            const parameters = { inputWeight, recurrentWeight: u as tf.Tensor2D, bias };
            const { output } = lstm(dropout(x, MASK), state, parameters, { noise });
            const hidden = output.reshape([steps * batch, units]) as tf.Tensor2D;
            return tf.sum(softmaxCrossEntropy(hidden, w as tf.Tensor2D, offset, targets, false));
          };
          void tf.grads(loss)([recurrentWeight, weight]);
        });
    }

    it('memory does not grow over a thousand windows', () => {
      const window = windowOf(64, 128, 256);
      const size = () => {
        collectGarbage();
        const { rss, heapTotal } = process.memoryUsage();
        return rss - heapTotal;
      };
      for (let i = 0; i < 300; i++) window(2);
      const growthOfAThousand = () => {
        const before = size();
        for (let i = 0; i < 1000; i++) window(2);
        return size() - before;
      };
      // The smallest piece of memory that a window asks for is the mask's, of 32 KiB. What leaks, leaks in every stretch; where
      // garbage was collected late, on a busy machine, a stretch may reach a new height that the next ones stay below.
      const bound = 16 * 2 ** 20;
      let growth = growthOfAThousand();
      for (let stretch = 2; stretch <= 3 && growth >= bound; stretch++) growth = growthOfAThousand();
      expect(growth).toBeLessThan(bound);
    });

    it('a window takes no fresh memory when the one before had the same shape', () => {
      const window = windowOf(3, 5, 11);
      window(4);
      const sizes: number[] = [];
      vi.stubGlobal(
        'ArrayBuffer',
        class extends ArrayBuffer {
          constructor(size: number) {
            super(size);
            sizes.push(size);
          }
        },
      );
      window(4);
      expect(sizes).toEqual([]);
      window(5);
      expect(sizes).not.toEqual([]);
    });

    it('memory stays near what the longest window needs, whatever the lengths of the others', async () => {
      const window = windowOf(32, 64, 16);
      const before = await bytesInUse();
      const longest = 55;
      window(longest);
      const needed = (await bytesInUse()) - before;
      for (let steps = 5; steps < longest; steps++) window(steps);
      expect((await bytesInUse()) - before).toBeLessThan(3 * needed);
    });
  },
  { only: ['native'] },
);
