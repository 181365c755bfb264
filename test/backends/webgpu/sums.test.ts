/** The global norm and the gradient of the embedding on the WebGPU backend: sizes around workgroups, order, dispatches. */
import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { CONSTANTS } from '../../../src/backends/webgpu/kernels.generated.js';
import { clipScale, globalNorm } from '../../../src/ops/clipping.js';
import { embedding } from '../../../src/ops/embedding.js';
import { sgdUpdate } from '../../../src/ops/update.js';
import {
  expectClose,
  randomArray,
  randomIds,
  randomNumbers,
  readValues,
  tensorOf,
} from '../../ops/arrays.js';
import { countDispatches, describeOnWebgpu } from './own-gpu.js';

const { SUM_PIECE, SUM_TENSORS } = CONSTANTS;

describeOnWebgpu('the embedding', () => {
  it.each([
    [31, 257],
    [255, 1],
    [256, 3],
    [257, 300],
    [700, 5],
  ])('adds the gradients of %d positions in order, rows of %d', async (positions, width) => {
    const rows = 13;
    const random = randomNumbers(positions);
    const ids = randomIds(random, positions, rows - 1);
    const upstream = randomArray(random, [positions, 1, width]);
    const table = tf.zeros([rows, width]) as tf.Tensor2D;
    const gradient = tf.grad((t) => embedding(t as tf.Tensor2D, tf.tensor2d(ids, [positions, 1], 'int32')));
    const actual = await readValues(gradient(table, tensorOf<tf.Tensor3D>(upstream)));
    // Added in float32 and in order, so the very same bits.
    const expected = new Float32Array(rows * width);
    for (const [position, id] of ids.entries()) {
      for (let j = 0; j < width; j++) expected[id * width + j] += upstream.data[position * width + j];
    }
    expect(actual).toEqual([...expected]);
  });

  it('looks up and adds nothing for no positions', async () => {
    const none = tf.tensor2d([], [0, 4], 'int32');
    const table = tf.ones([3, 2]) as tf.Tensor2D;
    expect(embedding(table, none).shape).toEqual([0, 4, 2]);
    const gradient = tf.grad((t) => embedding(t as tf.Tensor2D, none));
    expect(await readValues(gradient(table, tf.zeros([0, 4, 2])))).toEqual([0, 0, 0, 0, 0, 0]);
  });
});

describeOnWebgpu('a step', () => {
  it('takes the norm of tensors around one piece, and around those of one dispatch', async () => {
    const random = randomNumbers(5);
    const sizes = [SUM_PIECE, 1, SUM_PIECE + 1, 3 * SUM_PIECE - 1, 5, SUM_PIECE - 1, 2 * SUM_PIECE, 7, 1];
    for (const count of [1, SUM_TENSORS - 1, SUM_TENSORS, SUM_TENSORS + 1, sizes.length]) {
      const arrays = sizes.slice(0, count).map((size) => randomArray(random, [size]));
      const expected = Math.sqrt(arrays.flatMap(({ data }) => data).reduce((sum, x) => sum + x * x, 0));
      const gradients = Object.fromEntries(arrays.map((array, i) => [`parameter${i}`, tensorOf(array)]));
      expectClose(await readValues(globalNorm(gradients)), [expected], 1e-6);
    }
  });

  it('takes one dispatch for seven gradients, two for norm and factor, and one for each parameter', () => {
    const parameters = Array.from({ length: 9 }, (_, i) => tf.variable(tf.ones([i + 1, 3])));
    const gradients = Object.fromEntries(parameters.map((x, i) => [`parameter${i}`, tf.onesLike(x)]));
    const step = () =>
      tf.tidy(() => {
        const scale = clipScale(globalNorm(gradients), 5);
        const settings = { learningRate: 1, weightDecay: 0, clipValue: null };
        for (const [i, gradient] of Object.values(gradients).entries())
          sgdUpdate(parameters[i], gradient, scale, settings);
      });
    expect(countDispatches(step)).toEqual({ sumOfSquares: 2, norm: 1, clipScale: 1, sgdUpdate: 9 });
  });
});
