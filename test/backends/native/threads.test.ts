/** Checks that results have the same bits with any number of threads, so that a run can continue exactly on another machine. */
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { activateBackend } from '../../../src/backends/select.js';
import { globalNorm } from '../../../src/ops/clipping.js';
import { tensorOf, valuesOf } from '../../ops/arrays.js';
import {
  type Case,
  deepTransitionCase,
  embeddingCase,
  gruCase,
  lstmCase,
  MASK,
  productCase,
  resultsOf,
  softmaxCase,
  tanhRnnCase,
} from '../../ops/op-cases.js';
import { updateCases } from '../../ops/update-cases.js';
import { contentOf, trainSmall, useWorkplace } from '../../small-runs.js';
import { BACKEND_OPTIONS, whyNot } from '../each-backend.js';
import { ALL_REGULARIZERS, REGULARIZERS } from './regularizers.js';

const THREADS = [1, 2, 3, 4];
const obstacle = whyNot('native');

const DROPPED_AND_ZONED = REGULARIZERS[REGULARIZERS.length - 1];

const CASES: Case[] = [
  // By rows of the batch, and by columns: fewer rows than threads, or weights that are large.
  lstmCase(4, 7, 33, 65, { recurrent: MASK }),
  lstmCase(4, 2, 5, 50),
  lstmCase(3, 5, 19, 261, { recurrent: { ...MASK, mask: 'sequence' } }),
  softmaxCase(13, 35, 1009, false),
  softmaxCase(13, 35, 1009, true),
  softmaxCase(1, 90, 10_007, false), // few rows and a weight that is large enough to be dealt out
  softmaxCase(3, 90, 10_007, false),
  lstmCase(5, 1, 180, 190), // few rows: the gradients of the weights are kept as products
  lstmCase(1, 1, 33, 65),
  lstmCase(9, 1, 33, 65, { recurrent: MASK }),
  lstmCase(1, 3, 19, 261),
  softmaxCase(420, 3, 10_007, false), // more than one chunk
  embeddingCase(5, 70, 9, 7),
  lstmCase(4, 7, 33, 65, { recurrent: MASK }, 'mixed'),
  lstmCase(3, 5, 19, 261, {}, 'mixed'),
  softmaxCase(13, 35, 1009, false, 'mixed'),
  ...(['f32', 'mixed'] as const).flatMap((precision) => [
    lstmCase(4, 7, 33, 65, ALL_REGULARIZERS, precision),
    lstmCase(3, 2, 19, 131, ALL_REGULARIZERS, precision),
    gruCase(4, 7, 33, 65, DROPPED_AND_ZONED, precision),
    gruCase(2, 5, 19, 307, {}, precision),
    gruCase(3, 2, 19, 131, DROPPED_AND_ZONED, precision),
    tanhRnnCase(4, 7, 33, 65, DROPPED_AND_ZONED, precision),
    tanhRnnCase(2, 5, 19, 523, {}, precision),
    tanhRnnCase(3, 2, 19, 131, DROPPED_AND_ZONED, precision),
    deepTransitionCase(4, 7, 33, 65, 3, { recurrent: MASK }, precision),
    deepTransitionCase(2, 5, 19, 307, 2, {}, precision),
    deepTransitionCase(3, 2, 19, 307, 3, { recurrent: MASK }, precision),
    productCase(61, 193, 71, precision),
  ]),
  productCase(350, 290, 390), // several blocks of rows, and transposes that are packed
  ...updateCases([40_001]),
];

/** Returns the results of `compute` with each number of threads. */
async function withEach<T>(compute: (threads: number) => T | Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (const threads of THREADS) {
    await activateBackend('native', { ...BACKEND_OPTIONS, threads });
    results.push(await compute(threads));
  }
  return results;
}

function expectAllEqual(results: readonly unknown[]): void {
  for (const result of results.slice(1)) expect(result).toEqual(results[0]);
}

describe.skipIf(obstacle)(['on native', obstacle].filter(Boolean).join(', '), () => {
  it.skipIf(process.platform !== 'linux')('there are as many threads as were asked for', async () => {
    const counts = await withEach(() => {
      valuesOf(tf.matMul(tf.ones([50, 50]), tf.ones([50, 50])));
      return readdirSync('/proc/self/task').length;
    });
    expect(counts.map((count) => count - counts[0])).toEqual([0, 1, 2, 3]);
  });

  it('the reason of the backend names the number of threads', async () => {
    const reasons = [1, 2, undefined].map(async (threads) => {
      return (await activateBackend('native', { ...BACKEND_OPTIONS, threads })).reason;
    });
    const [one, two, all] = await Promise.all(reasons);
    expect(one).toContain(', 1 thread');
    expect(two).toContain(', 2 threads');
    expect(all).toContain(`, ${availableParallelism()} thread`);
  });

  it.each(CASES.map((testCase) => [testCase.name, testCase] as const))(
    '%s has the same bits for any number of threads',
    async (_, testCase) => {
      const results = await withEach(() => resultsOf(testCase));
      expectAllEqual(results);
    },
  );

  const LONG = { shape: [70_001], data: Array.from({ length: 70_001 }, (_, i) => Math.sin(i)) };
  const WIDE = { shape: [70, 1000], data: LONG.data.slice(1) };

  it.each([
    ['the norm', () => globalNorm({ values: tensorOf(LONG) })],
    ['a sum', () => tf.sum(tensorOf(LONG))],
    ['sums of columns', () => tf.sum(tensorOf(WIDE), 0)],
    ['means of rows', () => tf.mean(tensorOf(WIDE), 1)],
    ['quotients of a matrix and a column', () => tf.div(tensorOf(WIDE), tf.range(1, 71).reshape([70, 1]))],
    ['tanh', () => tf.tanh(tensorOf(LONG))],
  ])('%s has the same bits for any number of threads', async (_, compute) => {
    expectAllEqual(await withEach(() => valuesOf(compute())));
  });

  const place = useWorkplace();
  it('a training has the same checkpoint, byte for byte, for any number of threads', async () => {
    const overrides = ['training.epochs=1', 'training.schedule={constant: {}}'];
    const contents = await withEach(async (threads) => {
      const options = { backendOptions: { ...BACKEND_OPTIONS, threads }, backend: 'native' as const };
      await trainSmall(place, { name: `threads-${threads}`, overrides, ...options });
      return contentOf(place.run(`threads-${threads}`));
    });
    expectAllEqual(contents);
  });
});
