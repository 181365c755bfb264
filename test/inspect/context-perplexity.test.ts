/** Compares perplexities after limited contexts with the evaluation of `zlm eval`. */
import { beforeAll, expect, it } from 'vitest';
import { activateBackend } from '../../src/backends/select.js';
import { evaluateStream } from '../../src/evaluation/perplexity.js';
import { lossesAfter, lossesInSequence } from '../../src/inspect/context-perplexity.js';
import type { Network } from '../../src/model/network.js';
import { networkPredictor } from '../../src/predictors/network-predictor.js';
import { lstmLayers, plainArchitecture, uniformModel } from '../model/small-models.js';

const ids = Int32Array.from({ length: 1300 }, (_, n) => (n * n + 3 * n) % 11);
const text = {
  length: ids.length,
  read: (position: number, count: number) => ids.slice(position, position + count),
};

let model: Network;

beforeAll(async () => {
  await activateBackend('cpu');
  const architecture = plainArchitecture({ vocabularySize: 11, embedding: 4, layers: lstmLayers(5) });
  model = uniformModel(architecture, 0.8, 1);
});

it('after the whole text the losses add up to the perplexity of eval', async () => {
  const losses = await lossesInSequence(model, text);
  const { nll, predictions } = await evaluateStream(networkPredictor(model), text, { batch: 1 });
  expect(losses[0]).toBeNaN();
  expect(losses.subarray(1).reduce((sum, loss) => sum + loss, 0)).toBeCloseTo(nll, 2);
  expect(losses.length - 1).toBe(predictions);
});

it('a context that reaches back to the beginning gives the loss of the whole text', async () => {
  const losses = await lossesInSequence(model, text);
  for (const position of [1, 7, 40]) {
    const [after] = await lossesAfter(model, text, [position], position);
    expect(after).toBeCloseTo(losses[position], 5);
  }
});

it('each loss is that of its own position, however many are read side by side', async () => {
  const positions = Array.from({ length: 1200 }, (_, n) => 5 + n);
  const together = await lossesAfter(model, text, positions, 5);
  for (const n of [0, 1, 700, 1199]) {
    const [alone] = await lossesAfter(model, text, [positions[n]], 5);
    expect(together[n]).toBeCloseTo(alone, 5);
  }
  expect(new Set(together).size).toBeGreaterThan(5);
});
