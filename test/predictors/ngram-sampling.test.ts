import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.js';
import type { NgramModel } from '../../src/ngram/ngram-model.js';
import { chooseWord } from '../../src/ops/draw.js';
import { ngramPredictor } from '../../src/predictors/ngram-predictor.js';
import { uniformsOf } from '../../src/sampling/draw.js';
import { type SamplingOptions, sampleTokens } from '../../src/sampling/sampler.js';
import { modelOf, randomLines, vocabularyOf } from '../ngram/random-text.js';

const lines = randomLines(200, 1);
const vocabulary = vocabularyOf(lines);
const { eos } = vocabulary;

const OPTIONS: SamplingOptions = {
  prompt: [eos],
  length: 30,
  temperature: 1,
  topK: null,
  banned: Int32Array.of(),
  seed: 1,
  samples: { first: 0, count: 1 },
};

async function drawn(model: NgramModel, options: Partial<SamplingOptions> = {}): Promise<number[]> {
  const tokens: number[] = [];
  for await (const ids of sampleTokens(ngramPredictor(model, eos), { ...OPTIONS, ...options }))
    tokens.push(...ids);
  return tokens;
}

describe('tokens of an n-gram model', () => {
  it.each([1, 2, 4])(
    'tokens of an n-gram model are each drawn from the distribution after those before, order %d',
    async (order) => {
      const model = await modelOf(lines, vocabulary, order);
      const options = { prompt: [eos, 3, 4], temperature: 0.7, topK: 5, seed: 9 };
      const samples = { first: 2, count: 1 };
      const tokens = [...options.prompt];
      for (let n = 0; n < OPTIONS.length; n++) {
        const logits = [...model.distribution(tokens)].map(Math.log);
        const [uniform] = uniformsOf(9, samples, n);
        tokens.push(chooseWord(logits, { ...OPTIONS, ...options }, uniform));
      }
      expect(await drawn(model, { ...options, samples })).toEqual(tokens.slice(3));
    },
  );

  it('tokens occur as often as they are probable', async () => {
    const model = await modelOf(lines, vocabulary, 3);
    const draws = 4000;
    const counts = new Array<number>(vocabulary.size).fill(0);
    const samples = { first: 0, count: draws };
    for (const word of await drawn(model, { length: 1, samples })) counts[word]++;
    for (const [word, probability] of model.distribution([eos]).entries()) {
      const deviation = Math.sqrt(draws * probability * (1 - probability));
      expect(Math.abs(counts[word] - draws * probability)).toBeLessThan(4.5 * deviation + 1);
    }
  });

  it('tokens at temperature 0 are the likeliest, and banned ones never occur', async () => {
    const model = await modelOf(lines, vocabulary, 3);
    const likeliest = [...model.distribution([eos]).entries()]
      .sort(([, a], [, b]) => b - a)
      .map(([word]) => word);
    expect(await drawn(model, { temperature: 0, length: 1 })).toEqual([likeliest[0]]);
    const banned = Int32Array.of(likeliest[0]);
    expect(await drawn(model, { temperature: 0, length: 1, banned })).toEqual([likeliest[1]]);
    expect((await drawn(model, { banned, length: 300 })).some((token) => banned.includes(token))).toBe(false);
  });

  it('samples drawn together equal samples drawn one by one', async () => {
    const model = await modelOf(lines, vocabulary, 3);
    const together = await drawn(model, { length: 5, samples: { first: 1, count: 3 } });
    for (const index of [0, 1, 2]) {
      const alone = await drawn(model, { length: 5, samples: { first: 1 + index, count: 1 } });
      expect(together.filter((_, at) => at % 3 === index)).toEqual(alone);
    }
  });

  it('drawing stops at a signal', async () => {
    const controller = new AbortController();
    const reason = new UserError('interrupted', 'Interrupted');
    controller.abort(reason);
    await expect(drawn(await modelOf(lines, vocabulary, 2), { signal: controller.signal })).rejects.toBe(
      reason,
    );
  });
});
