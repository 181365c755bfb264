/** Checks attention against doubles and finite differences on every backend, and sources of several lengths side by side. */
import type * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { attention } from '../../src/ops/attention.js';
import { describeEachBackend } from '../backends/each-backend.js';
import { type Arrays, expectClose, randomArray, randomNumbers, readValues, tensorOf } from './arrays.js';
import { expectSameGradients, weightedSum, weightedSumInDoubles } from './finite-differences.js';

interface Shape {
  readonly steps: number;
  readonly sourceSteps: number;
  readonly batch: number;
  readonly units: number;
}

const SHAPES: readonly Shape[] = [
  { steps: 1, sourceSteps: 1, batch: 1, units: 1 },
  { steps: 3, sourceSteps: 4, batch: 2, units: 5 },
  { steps: 4, sourceSteps: 2, batch: 3, units: 3 },
];

function randomInputs({ steps, sourceSteps, batch, units }: Shape): Arrays {
  const random = randomNumbers(steps + units);
  return {
    queries: randomArray(random, [steps, batch, units]),
    source: randomArray(random, [sourceSteps, batch, units]),
  };
}

/** Σ_s softmax_s(q·s) s of every step and column, [T·B·H]. */
function inDoubles({ queries, source }: Arrays, lengths?: readonly number[]): number[] {
  const [, batch, units] = queries.shape;
  const vector = (data: readonly number[], row: number) => data.slice(row * units, (row + 1) * units);
  const result: number[] = [];
  for (let row = 0; row < queries.data.length / units; row++) {
    const column = row % batch;
    const query = vector(queries.data, row);
    const keys = Array.from({ length: lengths?.[column] ?? source.shape[0] }, (_, s) =>
      vector(source.data, s * batch + column),
    );
    const weights = keys.map((key) => Math.exp(key.reduce((sum, value, u) => sum + value * query[u], 0)));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    for (let u = 0; u < units; u++) {
      result.push(keys.reduce((sum, key, s) => sum + (weights[s] / total) * key[u], 0));
    }
  }
  return result;
}

const run = (at: Arrays, lengths: Int32Array | null = null) =>
  attention(tensorOf<tf.Tensor3D>(at.queries), tensorOf<tf.Tensor3D>(at.source), lengths);

describeEachBackend('attention on %s', () => {
  it.each(SHAPES)(
    'value and gradients equal finite differences: T=$steps S=$sourceSteps B=$batch H=$units',
    async (shape) => {
      const at = randomInputs(shape);
      const weights = randomArray(randomNumbers(9), [at.queries.data.length]).data;
      await expectSameGradients(
        ({ queries, source }) =>
          weightedSum(attention(queries as tf.Tensor3D, source as tf.Tensor3D), weights),
        (arrays) => weightedSumInDoubles(inDoubles(arrays), weights),
        at,
      );
    },
  );

  it('vectors behind the end of a source have no weight, whatever they are', async () => {
    const shape = { steps: 3, sourceSteps: 21, batch: 4, units: 17 };
    const at = randomInputs(shape);
    const lengths = [21, 1, 8, 17];
    expectClose(await readValues(run(at, Int32Array.from(lengths))), inDoubles(at, lengths));
    const { data } = at.source;
    const [, , units] = at.source.shape;
    const spoiled = data.map((value, i) => {
      const [step, column] = [Math.floor(i / (4 * units)), Math.floor(i / units) % 4];
      return step < lengths[column] ? value : 1000;
    });
    const other = { ...at, source: { ...at.source, data: spoiled } };
    const values = await readValues(run(other, Int32Array.from(lengths)));
    expect(values).toEqual(await readValues(run(at, Int32Array.from(lengths))));
  });

  it('the weights neither overflow nor vanish where scores are large', async () => {
    const at: Arrays = {
      queries: { shape: [1, 1, 1], data: [100] },
      source: { shape: [3, 1, 1], data: [-100, 100, 100] },
    };
    expect(await readValues(run(at))).toEqual([100]);
  });

  it('a NaN is passed on in its own column alone', async () => {
    const at = randomInputs({ steps: 2, sourceSteps: 3, batch: 2, units: 2 });
    const spoiled = { ...at, source: { ...at.source, data: at.source.data.with(0, Number.NaN) } };
    const values = await readValues(run(spoiled));
    expect(values.map(Number.isNaN)).toEqual([true, true, false, false, true, true, false, false]);
  });
});
