/** Compares the recurrent ops with PyTorch's layers, whose numbers `golden/pytorch/make_recurrent_layers.py` made. */
import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { describeEachBackend } from '../backends/each-backend.js';
import { type Arrays, expectClose, type NdArray, readValues, tensorOf } from './arrays.js';
import { tensorGradients, weightedSum } from './finite-differences.js';
import { GRU, LSTM, TANH_RNN } from './recurrent-cells.js';

interface GoldenCase {
  readonly inputs: Arrays;
  readonly weights: readonly NdArray[];
  /** The output, then the parts of the last state. */
  readonly results: readonly NdArray[];
  readonly gradients: Arrays;
}

const file = new URL('../golden/pytorch/recurrent_layers.json', import.meta.url);
const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: Record<string, GoldenCase> };

describeEachBackend('as in PyTorch, on %s', () => {
  it.each([LSTM, GRU, TANH_RNN])("$name equals PyTorch's layer", async (cell) => {
    const { inputs, weights, results, gradients } = cases[cell.name];
    const tensors = Object.fromEntries(
      Object.entries(inputs).map(([name, array]) => [name, tensorOf(array)]),
    );
    for (const [i, result] of cell.run(tensors).entries()) {
      expect(result.shape).toEqual(results[i].shape);
      expectClose(await readValues(result), results[i].data);
    }
    const actual = await tensorGradients(
      (given) => tf.addN(cell.run(given).map((result, i) => weightedSum(result, weights[i].data))),
      inputs,
    );
    for (const [name, { data }] of Object.entries(gradients)) expectClose(actual.gradients[name], data);
  });
});
