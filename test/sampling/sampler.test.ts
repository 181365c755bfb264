import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { encode, initialState, type LanguageModel, logits } from '../../src/model/language-model.js';
import { parameter } from '../../src/model/parameters.js';
import { drawToken, type SamplingOptions, sampleTokens } from '../../src/sampling/sampler.js';
import { describeEachBackend } from '../backends/each-backend.js';
import { lstmLayers, plainArchitecture, uniformModel } from '../model/small-models.js';
import { valuesOf } from '../ops/arrays.js';

const LOGITS = [0.5, 2, -1, 1.2, 0];
const DRAW = { temperature: 1, topK: null, banned: new Set<number>() };
const SAMPLE: SamplingOptions = { ...DRAW, prompt: [3, 1, 4], length: 20, seed: 1, sample: 0 };

function softmax(values: readonly number[], temperature: number): number[] {
  const weights = values.map((value) => Math.exp(value / temperature));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

/** How often each token is drawn when the uniform number runs evenly from 0 to 1. */
function frequencies(values: readonly number[], options: Parameters<typeof drawToken>[1]): number[] {
  const draws = 10_000;
  const counts = new Array<number>(values.length).fill(0);
  for (let i = 0; i < draws; i++) counts[drawToken(values, options, (i + 0.5) / draws)]++;
  return counts.map((count) => count / draws);
}

function expectFrequencies(actual: readonly number[], expected: readonly number[]): void {
  expected.forEach((probability, id) => {
    expect(Math.abs(actual[id] - probability), `token ${id}`).toBeLessThan(2e-4);
  });
}

describe('drawToken', () => {
  it.each([0.3, 1, 2.5])('draws by softmax(logits / T), T = %d', (temperature) => {
    expectFrequencies(frequencies(LOGITS, { ...DRAW, temperature }), softmax(LOGITS, temperature));
  });

  it('draws from the k likeliest only', () => {
    const [a, b] = softmax([2, 1.2], 1);
    expectFrequencies(frequencies(LOGITS, { ...DRAW, topK: 2 }), [0, a, 0, b, 0]);
    expectFrequencies(frequencies(LOGITS, { ...DRAW, topK: 1 }), [0, 1, 0, 0, 0]);
    expectFrequencies(frequencies(LOGITS, { ...DRAW, topK: 99 }), softmax(LOGITS, 1));
  });

  it('never draws what is banned, which leaves room among the k likeliest', () => {
    const [a, b, c, d] = softmax([0.5, -1, 1.2, 0], 1);
    expectFrequencies(frequencies(LOGITS, { ...DRAW, banned: new Set([1]) }), [a, 0, b, c, d]);
    const [e, f] = softmax([0.5, 1.2], 1);
    expectFrequencies(frequencies(LOGITS, { ...DRAW, banned: new Set([1]), topK: 2 }), [e, 0, 0, f, 0]);
  });

  it('takes the likeliest at temperature 0, the first of equals', () => {
    for (const uniform of [1e-9, 0.5, 1 - 1e-9]) {
      expect(drawToken(LOGITS, { ...DRAW, temperature: 0 }, uniform)).toBe(1);
      expect(drawToken(LOGITS, { ...DRAW, temperature: 0, banned: new Set([1]) }, uniform)).toBe(3);
      expect(drawToken([1, 2, 2, 0], { ...DRAW, temperature: 0 }, uniform)).toBe(1);
    }
  });

  it('stands logits of any size', () => {
    expect(drawToken([1e30, -1e30, 0], DRAW, 0.999)).toBe(0);
    expect(drawToken([1000, 999], { ...DRAW, temperature: 1e-3 }, 1 - 1e-12)).toBe(0);
    expect([0, 1]).toContain(drawToken([5, 5], DRAW, 1 - 2 ** -33));
  });
});

async function sampleOf(model: LanguageModel, options: Partial<SamplingOptions> = {}): Promise<number[]> {
  const tokens: number[] = [];
  for await (const token of sampleTokens(model, { ...SAMPLE, ...options })) tokens.push(token);
  return tokens;
}

/** A model whose logits are the same whatever it has read: its softmax bias. */
function forgetfulModel(values: readonly number[]): LanguageModel {
  const model = uniformModel(
    plainArchitecture({ vocabularySize: values.length, embedding: 1, layers: lstmLayers(1) }),
    1e-9,
    1,
  );
  parameter(model.parameters, 'softmax.bias').assign(tf.tensor1d([...values]));
  return model;
}

describeEachBackend('sampleTokens on %s', () => {
  let model: LanguageModel;
  beforeAll(async () => {
    model = uniformModel(
      plainArchitecture({ vocabularySize: 19, embedding: 4, layers: lstmLayers(5, 4) }),
      3,
      4, // a seed at which the likeliest word keeps changing
    );
  });

  it('at temperature 0 is the arg-max of the model run over prompt and sample', async () => {
    const sample = await sampleOf(model, { temperature: 0, length: 8 });
    expect(sample).toHaveLength(8);
    expect(new Set(sample).size).toBeGreaterThan(2); // or it would not matter what the model has read
    sample.forEach((token, n) => {
      const seen = [...SAMPLE.prompt, ...sample.slice(0, n)];
      const ids = tf.tensor2d(seen, [seen.length, 1], 'int32');
      const { hidden } = encode(model, ids, initialState(model, 1), null);
      const last = tf.slice(logits(model, hidden), [seen.length - 1, 0], [1, -1]).flatten();
      expect(token).toBe(valuesOf(tf.argMax(last))[0]);
    });
  });

  it('goes on from a longer prompt as if it had drawn the last tokens itself', async () => {
    const sample = await sampleOf(model, { temperature: 0, length: 10 });
    for (const drawn of [1, 2, 3, 4]) {
      const prompt = [...SAMPLE.prompt, ...sample.slice(0, drawn)];
      const rest = await sampleOf(model, { temperature: 0, prompt, length: 10 - drawn });
      expect(rest).toEqual(sample.slice(drawn));
    }
  });

  it('depends on seed and sample number alone', async () => {
    const sample = await sampleOf(model);
    expect(await sampleOf(model)).toEqual(sample);
    expect(await sampleOf(model, { length: 7 })).toEqual(sample.slice(0, 7));
    expect(await sampleOf(model, { seed: 2 })).not.toEqual(sample);
    expect(await sampleOf(model, { sample: 1 })).not.toEqual(sample);
  });

  it('draws tokens as often as they are likely', async () => {
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

  it('never draws what is banned', async () => {
    const banned = new Set([1, 3]);
    const sample = await sampleOf(forgetfulModel(LOGITS), { prompt: [0], length: 100, banned });
    expect(new Set(sample)).toEqual(new Set([0, 2, 4]));
  });

  it('draws nothing for length 0', async () => {
    expect(await sampleOf(model, { length: 0 })).toEqual([]);
  });

  it('leaves no tensor behind: at its end, left early, aborted', async () => {
    const before = tf.memory().numTensors;
    await sampleOf(model);
    expect(tf.memory().numTensors).toBe(before);

    for await (const token of sampleTokens(model, SAMPLE)) if (token >= 0) break;
    expect(tf.memory().numTensors).toBe(before);

    const abort = new AbortController();
    const drawn: number[] = [];
    const untilAborted = async () => {
      for await (const token of sampleTokens(model, { ...SAMPLE, signal: abort.signal })) {
        drawn.push(token);
        if (drawn.length === 3) abort.abort(new Error('enough'));
      }
    };
    await expect(untilAborted()).rejects.toThrow('enough');
    expect(drawn).toHaveLength(3);
    expect(tf.memory().numTensors).toBe(before);
  });
});
