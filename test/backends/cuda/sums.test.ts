/** Sums over rows and the gradient of the embedding on the CUDA backend: sizes around blocks, and order. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { CudaBackend } from '../../../src/backends/cuda/cuda-backend.js';
import { launchColumnSums } from '../../../src/backends/cuda/sums.js';
import { embedding } from '../../../src/ops/embedding.js';
import { expectClose, randomArray, randomIds, randomNumbers, tensorOf, valuesOf } from '../../ops/arrays.js';
import { activate, whyNot } from '../each-backend.js';
import { randomMatrix } from './in-doubles.js';

const obstacle = whyNot('cuda');
const backend = () => tf.backend() as CudaBackend;

/** Sums the columns of a matrix of `row` numbers a row, of which the first are summed; adds to `before` if there is one. */
function sumColumns(values: Float32Array, rows: number, columns: number, row: number, before?: Float32Array) {
  const out = tf.tensor1d(before ?? new Float32Array(columns).fill(Number.NaN));
  const a = tf.tensor1d(values);
  const info = backend().runKernel(() => {
    const sums = backend().forUpdate(out);
    const accumulate = before !== undefined;
    launchColumnSums(backend(), {
      rows,
      columns,
      row,
      x: backend().address(a),
      out: sums.address,
      accumulate,
    });
    return sums.info;
  });
  const result = Array.from(backend().readSync(info.dataId) as Float32Array);
  tf.dispose([out, a]);
  backend().disposeData(info.dataId);
  return result;
}

describe.skipIf(obstacle)(['sums over rows on cuda', obstacle].filter(Boolean).join(', '), () => {
  beforeAll(() => activate('cuda'));

  it.each([
    [0, 5],
    [1, 1],
    [7, 31],
    [8, 32],
    [9, 33],
    [65, 100],
    [700, 3],
  ])('add %d rows of %d columns, and what was there before', (rows, columns) => {
    for (const row of [columns, columns + 5]) {
      const values =
        rows === 0 ? new Float32Array(1) : randomMatrix(rows, rows, columns, 'rows', row - columns).values;
      const before = randomMatrix(2, 1, columns).values;
      const sums = Array.from({ length: columns }, (_, j) => {
        let sum = 0;
        for (let i = 0; i < rows; i++) sum += values[i * row + j];
        return sum;
      });
      expectClose(sumColumns(values, rows, columns, row), sums, 1e-6);
      const added = sums.map((sum, j) => sum + before[j]);
      expectClose(sumColumns(values, rows, columns, row, before), added, 1e-6);
    }
  });

  it('keep a NaN in its column', () => {
    const values = new Float32Array(10 * 40).fill(1);
    values[9 * 40 + 33] = Number.NaN;
    const sums = sumColumns(values, 10, 40, 40);
    expect(sums.map(Number.isNaN).indexOf(true)).toBe(33);
    expect(sums.filter((sum) => sum === 10).length).toBe(39);
  });
});

describe.skipIf(obstacle)(['the embedding on cuda', obstacle].filter(Boolean).join(', '), () => {
  beforeAll(() => activate('cuda'));

  it.each([
    [31, 257],
    [255, 1],
    [256, 3],
    [257, 300],
    [700, 5],
  ])('adds the gradients of %d positions in order, rows of %d', (positions, width) => {
    const rows = 13;
    const random = randomNumbers(positions);
    const ids = randomIds(random, positions, rows - 1);
    const upstream = randomArray(random, [positions, 1, width]);
    const table = tf.zeros([rows, width]) as tf.Tensor2D;
    const gradient = tf.grad((t) => embedding(t as tf.Tensor2D, tf.tensor2d(ids, [positions, 1], 'int32')));
    const actual = valuesOf(gradient(table, tensorOf<tf.Tensor3D>(upstream)));
    // Added in float32 and in order, so the very same bits.
    const expected = new Float32Array(rows * width);
    ids.forEach((id, position) => {
      for (let j = 0; j < width; j++) expected[id * width + j] += upstream.data[position * width + j];
    });
    expect(actual).toEqual([...expected]);
  });

  it('looks up and adds nothing for no positions', () => {
    const none = tf.tensor2d([], [0, 4], 'int32');
    const table = tf.ones([3, 2]) as tf.Tensor2D;
    expect(embedding(table, none).shape).toEqual([0, 4, 2]);
    const gradient = tf.grad((t) => embedding(t as tf.Tensor2D, none));
    expect(valuesOf(gradient(table, tf.zeros([0, 4, 2])))).toEqual([0, 0, 0, 0, 0, 0]);
  });
});
