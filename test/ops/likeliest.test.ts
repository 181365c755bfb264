/** Compares the likeliest words of rows of logits with those that a sort finds, on every backend. */
import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { NO_WORD } from '../../src/ops/draw.js';
import { likeliest, likeliestOp } from '../../src/ops/likeliest.js';
import { runOp } from '../../src/ops/op.js';
import { describeEachBackend } from '../backends/each-backend.js';
import { expectClose, randomNumbers } from './arrays.js';

const random = randomNumbers(6);

/** The k first words by sorting, with their log-probabilities in doubles. */
function bySorting(row: readonly number[], count: number) {
  const words = [...row.keys()].filter((id) => row[id] > Number.NEGATIVE_INFINITY);
  const ids = words.sort((a, b) => row[b] - row[a] || a - b).slice(0, count);
  const largest = row[ids[0]];
  const logSum = Math.log(words.reduce((sum, id) => sum + Math.exp(row[id] - largest), 0));
  return { ids, logProbs: ids.map((id) => row[id] - largest - logSum) };
}

/** Rows of float32 logits of many kinds. */
function rowsOf(words: number): number[][] {
  const row = (value: (id: number) => number) =>
    Array.from({ length: words }, (_, id) => Math.fround(value(id)));
  return [
    row(() => 9 * random()),
    row((id) => id), // each is among the largest so far
    row((id) => -id),
    row(() => Math.round(2 * random())), // many equal ones
    row(() => 0),
    row(() => 100 * random() - 1000),
    row((id) => (id % 3 === 0 ? Number.NaN : random())),
    row((id) => (id % 2 === 0 ? Number.NEGATIVE_INFINITY : random())),
  ];
}

describeEachBackend('the likeliest words on %s', () => {
  it.each([
    [1, 1],
    [7, 1],
    [7, 7],
    [65, 3],
    [1009, 10],
    [1009, 700],
  ])('of %d words, the %d likeliest are those that a sort puts first', async (words, count) => {
    const rows = rowsOf(words);
    const { ids, logProbs } = await likeliest(tf.tensor2d(rows), count);
    for (const [n, row] of rows.entries()) {
      const expected = bySorting(row, count);
      const found = [...ids.subarray(n * count, (n + 1) * count)];
      const missing = new Array<number>(count - expected.ids.length).fill(NO_WORD);
      expect(found).toEqual([...expected.ids, ...missing]);
      const values = [...logProbs.subarray(n * count, n * count + expected.ids.length)];
      expectClose(values, expected.logProbs, 1e-6, 1e-6);
    }
  });

  it('a row without a number has no words', async () => {
    const { ids } = await likeliest(tf.tensor2d([[Number.NaN, Number.NaN, Number.NEGATIVE_INFINITY]]), 2);
    expect([...ids]).toEqual([NO_WORD, NO_WORD]);
  });
});

// Only webgpu cannot read values in the middle of an op; it gives the logits instead.
describeEachBackend(
  'the op on %s',
  () => {
    it('the op gives the largest logits as they are and the sum relative to the largest', async () => {
      const logits = tf.tensor2d([[1, 3, 2, 3]]);
      const [values, ids, logSums] = runOp(likeliestOp, { logits }, { count: 3 });
      expect([...values.dataSync()]).toEqual([3, 3, 2]);
      expect([...ids.dataSync()]).toEqual([1, 3, 2]);
      expect([values.shape, ids.shape, logSums.shape]).toEqual([[1, 3], [1, 3], [1]]);
      expectClose([...logSums.dataSync()], [Math.log(2 + Math.exp(-1) + Math.exp(-2))], 1e-6);
      expect([...logits.dataSync()]).toEqual([1, 3, 2, 3]);
    });
  },
  { except: ['webgpu'] },
);
