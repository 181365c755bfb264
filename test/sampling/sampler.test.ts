import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, it } from 'vitest';
import { encode, initialState, logits } from '../../src/model/language-model.js';
import type { Network } from '../../src/model/network.js';
import { networkPredictor } from '../../src/predictors/network-predictor.js';
import { type SamplingOptions, sampleTokens } from '../../src/sampling/sampler.js';
import { describeEachBackend } from '../backends/each-backend.js';
import { lstmLayers, plainArchitecture, uniformModel } from '../model/small-models.js';
import { readValues } from '../ops/arrays.js';

const LOGITS = [0.5, 2, -1, 1.2, 0];
const SAMPLE: SamplingOptions = {
  ...{ prompt: [3, 1, 4], length: 20, seed: 1, samples: { first: 0, count: 1 } },
  ...{ temperature: 1, topK: null, banned: Int32Array.of() },
};

function softmax(values: readonly number[], temperature: number): number[] {
  const weights = values.map((value) => Math.exp(value / temperature));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

/** Several samples, each as its tokens. */
async function samplesOf(model: Network, options: Partial<SamplingOptions>): Promise<number[][]> {
  const steps: number[][] = [];
  for await (const ids of sampleTokens(networkPredictor(model), { ...SAMPLE, ...options }))
    steps.push([...ids]);
  return steps[0].map((_, index) => steps.map((ids) => ids[index]));
}

async function sampleOf(model: Network, options: Partial<SamplingOptions> = {}): Promise<number[]> {
  const tokens: number[] = [];
  for await (const ids of sampleTokens(networkPredictor(model), { ...SAMPLE, ...options }))
    tokens.push(...ids);
  return tokens;
}

/** A model whose logits are the same whatever it has read: its softmax bias. */
function forgetfulModel(values: readonly number[]): Network {
  const model = uniformModel(
    plainArchitecture({ vocabularySize: values.length, embedding: 1, layers: lstmLayers(1) }),
    1e-9,
    1,
  );
  (model.parameters.get('softmax.bias') as tf.Variable).assign(tf.tensor1d([...values]));
  return model;
}

describeEachBackend('sampleTokens on %s', () => {
  let model: Network;
  beforeAll(async () => {
    model = uniformModel(
      plainArchitecture({ vocabularySize: 19, embedding: 4, layers: lstmLayers(5, 4) }),
      3,
      4, // a seed with which the likeliest word changes at each step
    );
  });

  it('at temperature 0 each word is the arg-max of the model run over prompt and sample', async () => {
    const sample = await sampleOf(model, { temperature: 0, length: 8 });
    expect(sample).toHaveLength(8);
    expect(new Set(sample).size).toBeGreaterThan(2); // otherwise the words that were read would have no effect
    for (const [n, token] of sample.entries()) {
      const seen = [...SAMPLE.prompt, ...sample.slice(0, n)];
      const ids = tf.tensor2d(seen, [seen.length, 1], 'int32');
      const { hidden } = encode(model, ids, initialState(model, 1), null);
      const last = tf.slice(logits(model, hidden), [seen.length - 1, 0], [1, -1]).flatten();
      expect(token).toBe((await readValues(tf.argMax(last)))[0]);
    }
  });

  it('a longer prompt continues as if its last tokens had been drawn', async () => {
    const sample = await sampleOf(model, { temperature: 0, length: 10 });
    for (const drawn of [1, 2, 3, 4]) {
      const prompt = [...SAMPLE.prompt, ...sample.slice(0, drawn)];
      const rest = await sampleOf(model, { temperature: 0, prompt, length: 10 - drawn });
      expect(rest).toEqual(sample.slice(drawn));
    }
  });

  it('a sample depends on the seed and the sample number alone', async () => {
    const sample = await sampleOf(model);
    expect(await sampleOf(model)).toEqual(sample);
    expect(await sampleOf(model, { length: 7 })).toEqual(sample.slice(0, 7));
    expect(await sampleOf(model, { seed: 2 })).not.toEqual(sample);
    expect(await sampleOf(model, { samples: { first: 1, count: 1 } })).not.toEqual(sample);
  });

  it.each([
    ['one word', [3], 1],
    ['several words', [3, 1, 4, 1, 5], 1],
    ['a temperature', [3, 1], 0.6],
    ['temperature 0', [3, 1], 0],
  ])('samples drawn side by side equal samples drawn one by one: %s', async (_, prompt, temperature) => {
    const options = { prompt, temperature, topK: 15, banned: Int32Array.of(2) };
    const together = await samplesOf(model, { ...options, samples: { first: 3, count: 9 } });
    expect(together).toHaveLength(9);
    for (const [index, sample] of together.entries()) {
      const samples = { first: 3 + index, count: 1 };
      expect(await sampleOf(model, { ...options, samples })).toEqual(sample);
    }
  });

  it.each([
    ['all words', {}],
    ['the likeliest', { topK: 4 }],
    ['a nucleus', { topP: 0.7 }],
    ['a nucleus of the likeliest, at a temperature', { topP: 0.8, topK: 9, temperature: 1.4 }],
  ])(
    'a network draws on the backend the tokens that the whole distribution gives: %s',
    async (_, narrowed) => {
      const options = { ...SAMPLE, ...narrowed, length: 40 };
      const { draw: _draw, ...reading } = networkPredictor(model);
      const tokens: number[] = [];
      for await (const ids of sampleTokens(reading, options)) tokens.push(...ids);
      expect(await sampleOf(model, options)).toEqual(tokens);
    },
  );

  it('tokens occur as often as they are likely', async () => {
    const counts = new Array<number>(LOGITS.length).fill(0);
    const temperature = 1.5;
    const length = 1000;
    for (const token of await sampleOf(forgetfulModel(LOGITS), { prompt: [0], length, temperature })) {
      counts[token]++;
    }
    const chiSquare = softmax(LOGITS, temperature).reduce(
      (sum, probability, id) => sum + (counts[id] - length * probability) ** 2 / (length * probability),
      0,
    );
    expect(chiSquare).toBeLessThan(18.5); // 4 degrees of freedom, one chance in a thousand
  });

  it('banned tokens are never drawn', async () => {
    const banned = Int32Array.of(1, 3);
    const sample = await sampleOf(forgetfulModel(LOGITS), { prompt: [0], length: 100, banned });
    expect(new Set(sample)).toEqual(new Set([0, 2, 4]));
  });

  it('a length of 0 draws nothing', async () => {
    expect(await sampleOf(model, { length: 0 })).toEqual([]);
  });

  it('the sampler leaves no tensor at its end, when left early, or when aborted', async () => {
    const before = tf.memory().numTensors;
    await sampleOf(model);
    expect(tf.memory().numTensors).toBe(before);
    await samplesOf(model, { samples: { first: 0, count: 3 } });
    expect(tf.memory().numTensors).toBe(before);

    for await (const ids of sampleTokens(networkPredictor(model), SAMPLE)) if (ids.length > 0) break;
    expect(tf.memory().numTensors).toBe(before);

    const abort = new AbortController();
    const drawn: number[] = [];
    const untilAborted = async () => {
      for await (const ids of sampleTokens(networkPredictor(model), { ...SAMPLE, signal: abort.signal })) {
        drawn.push(...ids);
        if (drawn.length === 3) abort.abort(new Error('enough'));
      }
    };
    await expect(untilAborted()).rejects.toThrow('enough');
    expect(drawn).toHaveLength(3);
    expect(tf.memory().numTensors).toBe(before);
  });
});
