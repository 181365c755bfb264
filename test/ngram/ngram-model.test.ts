import { describe, expect, it } from 'vitest';
import { literalModel } from './literal-kneser-ney.js';
import { type Lines, linesOf, modelOf, randomLines, vocabularyOf } from './random-text.js';

/** Lines, what is new to them, and the lines that contexts are taken from. */
const TEXTS: Readonly<Record<string, Lines>> = {
  'a few hundred lines': randomLines(300, 1),
  'a line that occurs many times': linesOf('to be or not to be\n'.repeat(20)),
  'one word': linesOf('word'),
  'empty lines among others': linesOf('a b a\n\n\nb a b\n\na a a a'),
  letters: linesOf('to be or not to be\nthat is the question'.replaceAll(/\S/g, '$& ')),
};

/** Returns every word of some lines with the words before it in its line. */
function placesOf(lines: Lines): { context: string[]; word: string }[] {
  return lines.flatMap((line) => line.map((word, at) => ({ context: ['<s>', ...line.slice(0, at)], word })));
}

const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0);

describe.each(Object.entries(TEXTS))('the model of %s', (_, lines) => {
  const vocabulary = vocabularyOf(lines, ['!', 'zebra']);
  const heldOut = [...lines.slice(0, 5), ...randomLines(5, 2), ['zebra', 'zebra', '<eos>']].map((line) =>
    line.filter((word) => vocabulary.id(word) !== undefined),
  );
  const ids = (context: readonly string[]) =>
    context.map((word) => vocabulary.id(word === '<s>' ? '<eos>' : word) as number);

  it.each([1, 2, 3, 4, 5, 9])('the model has the probabilities of the formulas, order %d', async (order) => {
    const model = await modelOf(lines, vocabulary, order);
    const literal = literalModel(lines, order, vocabulary.words);
    for (const { context, word } of placesOf(heldOut)) {
      const probability = model.probability(ids(context), vocabulary.id(word) as number);
      expect(probability / literal.probability(word, context)).toBeCloseTo(1, 12);
    }
  });

  it.each([1, 2, 5])('the probabilities sum to 1, order %d', async (order) => {
    const model = await modelOf(lines, vocabulary, order);
    for (const { context } of placesOf(heldOut)) {
      const distribution = model.distribution(ids(context));
      expect(distribution).toHaveLength(vocabulary.size);
      expect(sum(distribution)).toBeCloseTo(1, 12);
      expect(Math.min(...distribution)).toBeGreaterThan(0);
      for (const [word, probability] of distribution.entries()) {
        expect(model.probability(ids(context), word)).toBe(probability);
      }
    }
  });
});

describe('a context', () => {
  const lines = randomLines(100, 3);
  const vocabulary = vocabularyOf(lines, ['zebra']);
  const eos = vocabulary.eos;

  it('a context ends at the beginning of its line', async () => {
    const model = await modelOf(lines, vocabulary, 4);
    const [a, b] = lines[0].map((word) => vocabulary.id(word) as number);
    expect(model.distribution([b, a, eos])).toEqual(model.distribution([eos]));
    expect(model.distribution([b, eos, a])).toEqual(model.distribution([eos, a]));
  });

  it('a context uses at most order − 1 tokens', async () => {
    const near = linesOf('a b c d\nx b c e\nx y c f');
    const words = vocabularyOf(near);
    const model = await modelOf(near, words, 3);
    const context = ['a', 'b', 'c'].map((word) => words.id(word) as number);
    expect(model.distribution(context)).toEqual(model.distribution(context.slice(-2)));
    expect(model.distribution(context)).not.toEqual(model.distribution(context.slice(-1)));
  });

  it('a context that was never seen gives the probabilities of its longest known suffix', async () => {
    const model = await modelOf(lines, vocabulary, 3);
    const [a] = lines[0].map((word) => vocabulary.id(word) as number);
    const stranger = vocabulary.id('zebra') as number;
    expect(model.distribution([stranger, a])).toEqual(model.distribution([a]));
    expect(model.distribution([stranger])).toEqual(model.distribution([]));
  });
});

it('a text without tokens gives all words the same probability', async () => {
  const vocabulary = vocabularyOf([['a', 'b', '<eos>']]);
  const model = await modelOf([], vocabulary, 3);
  expect([...model.distribution([vocabulary.eos])]).toEqual([1 / 3, 1 / 3, 1 / 3]);
});
