/** Checks mixtures and MC dropout: means of probabilities that are computed outside, and how the noise averages out. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Network } from '../../src/model/network.js';
import type { NgramModel } from '../../src/ngram/ngram-model.js';
import { mcDropoutPredictor } from '../../src/predictors/mc-dropout.js';
import { equalWeights, mixedNlls, mixturePredictor } from '../../src/predictors/mixture.js';
import { networkPredictor } from '../../src/predictors/network-predictor.js';
import { ngramPredictor } from '../../src/predictors/ngram-predictor.js';
import type { Predictor } from '../../src/predictors/predictor.js';
import { activate, describeEachBackend } from '../backends/each-backend.js';
import { lstmLayers, NO_DROPOUT, plainArchitecture, uniformModel } from '../model/small-models.js';
import { modelOf, randomLines, vocabularyOf } from '../ngram/random-text.js';
import { randomIds, randomNumbers } from '../ops/arrays.js';

const lines = randomLines(60, 1);
const vocabulary = vocabularyOf(lines);
const V = vocabulary.size;
const random = randomNumbers(2);
const STEPS = 12;
const ids = Int32Array.from(randomIds(random, STEPS + 1, V));
const WINDOW = { inputs: ids.slice(0, STEPS), targets: ids.slice(1), steps: STEPS, batch: 1 };

function modelWith(units: number, seed: number): Network {
  const architecture = plainArchitecture({ vocabularySize: V, embedding: 4, layers: lstmLayers(units) });
  return uniformModel(architecture, 1, seed);
}

async function nllsOf<State>(predictor: Predictor<State>): Promise<number[]> {
  const state = predictor.start(1);
  const step = await predictor.nll(WINDOW, state);
  predictor.release(state);
  predictor.release(step.state);
  return [...step.nlls];
}

it('mixedNlls is the negative logarithm of the weighted mean of probabilities, also where none is possible', () => {
  const [a, b] = [
    [0.5, 0.25, 0],
    [0.1, 0.75, 0],
  ].map((row) => row.map((probability) => -Math.log(probability)));
  const [first, second, third] = mixedNlls([a, b], [0.25, 0.75]);
  expect(first).toBeCloseTo(-Math.log(0.25 * 0.5 + 0.75 * 0.1), 12);
  expect(second).toBeCloseTo(-Math.log(0.25 * 0.25 + 0.75 * 0.75), 12);
  expect(third).toBe(Number.POSITIVE_INFINITY);
  expect(mixedNlls([[800], [1000]], [0.5, 0.5])[0]).toBeCloseTo(800 + Math.LN2, 9);
});

describeEachBackend('mixtures on %s', () => {
  let trigrams: NgramModel;
  beforeAll(async () => {
    trigrams = await modelOf(lines, vocabulary, 3);
  });

  it('an ensemble of networks of two sizes and an n-gram model gives the mean of their probabilities', async () => {
    const makers = [
      () => networkPredictor(modelWith(5, 1)),
      () => networkPredictor(modelWith(9, 2)),
      () => ngramPredictor(trigrams, vocabulary.eos),
    ];
    const members = await Promise.all(makers.map((make) => nllsOf<never>(make() as Predictor<never>)));
    const mixture = mixturePredictor(
      makers.map((make) => make() as Predictor),
      equalWeights(3),
    );
    for (const [i, nll] of (await nllsOf(mixture)).entries()) {
      const mean = members.reduce((sum, nlls) => sum + Math.exp(-nlls[i]) / 3, 0);
      expect(nll).toBeCloseTo(-Math.log(mean), 10);
    }
  });

  it('a mixture gives every target the NLL of its distribution, which adds up to 1', async () => {
    const members = [networkPredictor(modelWith(5, 1)), ngramPredictor(trigrams, vocabulary.eos)];
    const mixture = mixturePredictor(members as Predictor[], [0.3, 0.7]);
    const state = mixture.start(1);
    const { nlls } = await mixture.nll(WINDOW, state);
    const { logProbs } = await mixture.logProbs(WINDOW, state, 'all');
    for (const [row, target] of WINDOW.targets.entries()) {
      const logs = logProbs.subarray(row * V, (row + 1) * V);
      expect(-logs[target]).toBeCloseTo(nlls[row], 5);
      expect(logs.reduce((sum, log) => sum + Math.exp(log), 0)).toBeCloseTo(1, 10);
    }
  });
});

describe('MC dropout', () => {
  beforeAll(() => activate('cpu'));

  const table = { ...NO_DROPOUT, output: { rate: 0.5, mask: 'step' } as const };
  const lasting = {
    ...NO_DROPOUT,
    recurrent: { rate: 0.4, mask: 'sequence', perGate: false } as const,
    embedding: { rate: 0.3 },
  };
  const passes = (dropout: typeof table | typeof lasting, count: number, seed: number, bptt = 4) => {
    const model = modelWith(6, 3);
    const noise = { table: dropout, bptt };
    return mcDropoutPredictor(networkPredictor(model), model, noise, { passes: count, seed });
  };

  it('one seed gives the same figures, and another seed others', async () => {
    const [first, again, other] = [7, 7, 8].map((seed) => passes(table, 3, seed));
    const nlls = await nllsOf(first);
    expect(await nllsOf(again)).toEqual(nlls);
    expect(await nllsOf(other)).not.toEqual(nlls);
  });

  it('each pass has noise of its own, and the mean of probabilities over them is that of the passes', async () => {
    const two = await nllsOf(passes(table, 2, 7));
    const one = await nllsOf(passes(table, 1, 7));
    // The first pass of two is the only pass of one, since its key depends on the seed and its number alone.
    const second = two.map((nll, i) => 2 * Math.exp(-nll) - Math.exp(-one[i]));
    expect(second.every((probability) => probability > 0 && probability < 1)).toBe(true);
    expect(second).not.toEqual(one.map((nll) => Math.exp(-nll)));
  });

  it('the variance of the mean probability falls as 1/N', async () => {
    // Columns of the same text, each with masks of its own: independent samples.
    const columns = 200;
    const wide = (ids: Int32Array) =>
      Int32Array.from({ length: STEPS * columns }, (_, i) => ids[Math.floor(i / columns)]);
    const window = {
      inputs: wide(WINDOW.inputs),
      targets: wide(WINDOW.targets),
      steps: STEPS,
      batch: columns,
    };
    const varianceOf = async (count: number) => {
      const predictor = passes(table, count, 1);
      const { nlls } = await predictor.nll(window, predictor.start(columns));
      let variance = 0;
      for (let t = 0; t < STEPS; t++) {
        const values = Array.from(nlls.subarray(t * columns, (t + 1) * columns), (nll) => Math.exp(-nll));
        const mean = values.reduce((sum, value) => sum + value, 0) / columns;
        variance += values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / columns / STEPS;
      }
      return variance;
    };
    const [one, four, sixteen] = [await varianceOf(1), await varianceOf(4), await varianceOf(16)];
    expect(one / four).toBeGreaterThan(3.2);
    expect(one / four).toBeLessThan(5);
    expect(one / sixteen).toBeGreaterThan(12.5);
    expect(one / sixteen).toBeLessThan(20);
  });

  it('a mask that lasts is drawn again after bptt steps, wherever the windows of an evaluation end at multiples of it', async () => {
    const whole = await nllsOf(passes(lasting, 3, 5));
    const predictor = passes(lasting, 3, 5);
    let state = predictor.start(1);
    const parts: number[] = [];
    for (let start = 0; start < STEPS; start += 4) {
      const [inputs, targets] = [
        WINDOW.inputs.slice(start, start + 4),
        WINDOW.targets.slice(start, start + 4),
      ];
      const step = await predictor.nll({ inputs, targets, steps: 4, batch: 1 }, state);
      predictor.release(state);
      state = step.state;
      parts.push(...step.nlls);
    }
    for (const [i, nll] of parts.entries()) expect(nll).toBeCloseTo(whole[i], 5);
    // Another bptt draws other masks.
    expect(await nllsOf(passes(lasting, 3, 5, STEPS))).not.toEqual(whole);
  });

  it('its distribution agrees with its NLLs', async () => {
    const predictor = passes(lasting, 3, 5);
    const state = predictor.start(1);
    const { nlls } = await predictor.nll(WINDOW, state);
    const { logProbs } = await predictor.logProbs(WINDOW, state, 'all');
    for (const [row, target] of WINDOW.targets.entries()) {
      expect(-logProbs[row * V + target]).toBeCloseTo(nlls[row], 5);
    }
    const last = await predictor.logProbs(WINDOW, state, 'last');
    for (const [i, log] of last.logProbs.entries())
      expect(log).toBeCloseTo(logProbs[(STEPS - 1) * V + i], 10);
  });
});
