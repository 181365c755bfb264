import { expect, it } from 'vitest';
import { UserError } from '../../src/errors.js';
import { evaluateStream } from '../../src/evaluation/perplexity.js';
import { ngramPredictor } from '../../src/predictors/ngram-predictor.js';
import { literalModel } from './literal-kneser-ney.js';
import { modelOf, randomLines, streamOf, vocabularyOf } from './random-text.js';

const train = randomLines(200, 1);
const vocabulary = vocabularyOf(train);

it.each([1, 2, 5])(
  'the model predicts every token, with the first one and each line end, order %d',
  async (order) => {
    const valid = randomLines(30, 2);
    const literal = literalModel(train, order, vocabulary.words);
    let nll = 0;
    for (const line of valid) {
      for (const [at, word] of line.entries())
        nll -= Math.log(literal.probability(word, ['<s>', ...line.slice(0, at)]));
    }
    const model = await modelOf(train, vocabulary, order);
    const result = await evaluateStream(ngramPredictor(model, vocabulary.eos), streamOf(valid, vocabulary), {
      batch: 1,
    });
    expect(result.predictions).toBe(valid.flat().length);
    expect(result.nll).toBeCloseTo(nll, 8);
    expect(result.perplexity).toBeCloseTo(Math.exp(nll / result.predictions), 10);
  },
);

it('the perplexity is the same for a text twice as long, and for any pieces that it is read in', async () => {
  const model = await modelOf(train, vocabulary, 4);
  const lines = randomLines(8000, 3);
  const once = await evaluateStream(ngramPredictor(model, vocabulary.eos), streamOf(lines, vocabulary), {
    batch: 1,
  });
  const twice = await evaluateStream(
    ngramPredictor(model, vocabulary.eos),
    streamOf([...lines, ...lines], vocabulary),
    { batch: 1 },
  );
  expect(twice.predictions).toBeGreaterThan(1 << 16);
  expect(twice.perplexity).toBeCloseTo(once.perplexity, 8);
});

it('the evaluation reports progress and stops at a signal', async () => {
  const model = await modelOf(train, vocabulary, 2);
  const stream = streamOf(randomLines(20, 4), vocabulary);
  const controller = new AbortController();
  const seen: unknown[] = [];
  const onProgress = (progress: unknown) => seen.push(progress);
  await evaluateStream(ngramPredictor(model, vocabulary.eos), stream, {
    batch: 1,
    onProgress,
    label: 'valid',
  });
  expect(seen).toEqual([{ label: 'valid', done: stream.length, total: stream.length, unit: 'tokens' }]);
  const reason = new UserError('interrupted', 'Interrupted');
  controller.abort(reason);
  const { signal } = controller;
  await expect(
    evaluateStream(ngramPredictor(model, vocabulary.eos), stream, { batch: 1, signal }),
  ).rejects.toBe(reason);
});
