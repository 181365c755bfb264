import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { embedding } from '../../src/ops/embedding.js';
import { describeEachBackend } from '../backends/each-backend.js';
import { type Arrays, randomArray, randomNumbers, readValues, tensorOf } from './arrays.js';
import {
  expectSameGradients,
  tensorGradients,
  weightedSum,
  weightedSumInDoubles,
} from './finite-differences.js';

describeEachBackend('embedding on %s', () => {
  it('the embedding takes the rows of the ids, in order', async () => {
    const table = tf.tensor2d([0, 1, 10, 11, 20, 21], [3, 2]);
    const rows = embedding(table, tf.tensor2d([2, 0, 0, 1, 2, 2], [3, 2], 'int32'));
    expect(rows.shape).toEqual([3, 2, 2]);
    expect(await readValues(rows)).toEqual([20, 21, 0, 1, 0, 1, 10, 11, 20, 21, 20, 21]);
  });

  it.each([
    ['ids that occur many times, and some that do not', { ids: [1, 0, 1, 3, 1, 0], rows: 5, width: 3 }],
    ['one id', { ids: [0], rows: 1, width: 1 }],
    ['the last row', { ids: [6, 6, 6], rows: 7, width: 2 }],
  ])('the embedding has the gradient of finite differences: %s', async (_, { ids, rows, width }) => {
    const random = randomNumbers(rows);
    const at: Arrays = { table: randomArray(random, [rows, width]) };
    const weights = randomArray(random, [ids.length * width]).data;
    const lookUp = (table: tf.Tensor) =>
      embedding(table as tf.Tensor2D, tf.tensor2d(ids, [ids.length, 1], 'int32'));
    await expectSameGradients(
      ({ table }) => weightedSum(lookUp(table), weights),
      ({ table }) =>
        weightedSumInDoubles(
          ids.flatMap((id) => table.data.slice(id * width, (id + 1) * width)),
          weights,
        ),
      at,
    );
  });

  it('rows that were not read have a gradient of exactly zero', async () => {
    const at: Arrays = { table: randomArray(randomNumbers(1), [4, 2]) };
    const ids = tf.tensor2d([3, 1], [1, 2], 'int32');
    const { gradients } = await tensorGradients(
      ({ table }) => tf.sum(embedding(table as tf.Tensor2D, ids)),
      at,
    );
    expect(gradients.table).toEqual([0, 0, 1, 1, 0, 0, 1, 1]);
  });

  it('the embedding adds to the gradient that a tied table gets elsewhere', async () => {
    const table = tensorOf<tf.Tensor2D>({ shape: [2, 1], data: [3, 5] });
    const ids = tf.tensor2d([1], [1, 1], 'int32');
    const gradient = tf.grad((t) => tf.add(tf.sum(embedding(t as tf.Tensor2D, ids)), tf.sum(tf.square(t))))(
      table,
    );
    expect(await readValues(gradient)).toEqual([6, 11]);
  });
});
