/** Kernels of tensors on the CUDA backend that no op tests by itself: the softmax of rows, and runs of copies. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { CudaBackend } from '../../../src/backends/cuda/cuda-backend.js';
import { CONSTANTS, type CudaRun } from '../../../src/backends/cuda/kernels.generated.js';
import { expectClose, randomArray, randomNumbers, tensorOf, valuesOf } from '../../ops/arrays.js';
import { activate, whyNot } from '../each-backend.js';

const { COPY_PIECE, COPY_RUNS, THREADS } = CONSTANTS;

const obstacle = whyNot('cuda');
const backend = () => tf.backend() as CudaBackend;

/** Copies runs of words by one launch. Returns what is at the targets, which were NaN. */
function copyRuns(sources: readonly (readonly number[])[]): number[][] {
  const from = sources.map((source) => tf.tensor1d([...source]));
  const to = sources.map((source) => tf.tensor1d(source.map(() => Number.NaN)));
  const updated = to.map((tensor) => backend().runKernel(() => backend().forUpdate(tensor)));
  let blocks = 0;
  const run = sources.map(({ length }, i): CudaRun => {
    const firstBlock = blocks;
    blocks += Math.ceil(length / COPY_PIECE);
    return { from: backend().address(from[i]), to: updated[i].address, count: length, firstBlock };
  });
  backend().device.launch('copyRuns', { runs: run.length, run }, [blocks]);
  const found = updated.map(({ info }) => [...(backend().readSync(info.dataId) as Float32Array)]);
  tf.dispose([from, to]);
  for (const { info } of updated) backend().disposeData(info.dataId);
  return found;
}

const numbered = (length: number, first: number) => Array.from({ length }, (_, i) => first + i);

describe.skipIf(obstacle)(['kernels of tensors on cuda', obstacle].filter(Boolean).join(', '), () => {
  beforeAll(() => activate('cuda'));

  it.each([1, 2, THREADS - 1, THREADS, THREADS + 1, 3 * THREADS + 7])(
    'softmax normalizes rows of %d, however large their logits are',
    (columns) => {
      const random = randomNumbers(columns);
      for (const shift of [0, 300, -300]) {
        const logits = randomArray(random, [3, columns], 4);
        const rows = [0, 1, 2].map((row) => logits.data.slice(row * columns, (row + 1) * columns));
        const expected = rows.flatMap((row) => {
          const exponentials = row.map((value) => Math.exp(value));
          const sum = exponentials.reduce((total, value) => total + value, 0);
          return exponentials.map((value) => value / sum);
        });
        const shifted = { ...logits, data: logits.data.map((value) => value + shift) };
        const found = tf.tidy(() => valuesOf(tf.softmax(tensorOf(shifted))));
        // What is added to the logits rounds them.
        expectClose(found, expected, shift === 0 ? 1e-6 : 1e-4);
      }
    },
  );

  it('softmax of a row with NaN is NaN, and of the other rows is not', () => {
    const logits = tf.tensor2d([1, Number.NaN, 2, 3, 4, 5], [2, 3]);
    const [first, second] = tf.tidy(() => tf.softmax(logits).arraySync() as number[][]);
    logits.dispose();
    expect(first).toEqual([Number.NaN, Number.NaN, Number.NaN]);
    expect(second.every((value) => value > 0 && value < 1)).toBe(true);
  });

  it('runs of copies have any lengths, around those of blocks', () => {
    const lengths = [1, COPY_PIECE - 1, COPY_PIECE, COPY_PIECE + 1, 3, 2 * COPY_PIECE + 5];
    const sources = lengths.map((length, i) => numbered(length, 1000 * i));
    expect(copyRuns(sources)).toEqual(sources);
  });

  it.each([1, 2, COPY_RUNS])('%d runs of copies are what is copied, whatever was launched before', (runs) => {
    // Leaves runs of the first block behind in the memory of arguments.
    const nothing: CudaRun = { from: 0, to: 0, count: 0, firstBlock: 0 };
    const run = Array.from({ length: COPY_RUNS }, () => nothing);
    backend().device.launch('copyRuns', { runs: COPY_RUNS, run }, [1]);
    const sources = Array.from({ length: runs }, (_, i) => numbered(5 + i, 100 * i));
    expect(copyRuns(sources)).toEqual(sources);
  });
});
