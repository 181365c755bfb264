import { expect, it } from 'vitest';
import { chooseVocabulary, compareCodePoints } from '../../../src/corpus/build/choose-vocabulary.js';

const COUNTS: [string, number][] = [
  ['b', 5],
  ['rare', 1],
  ['a', 5],
  ['the', 9],
  ['odd', 1],
  ['c', 3],
];

const all = { size: null, minCount: 1, unknown: false };

it('words are ordered by count, then by code point, with <eos> where its count puts it', () => {
  expect(chooseVocabulary(COUNTS, 4, all).words).toEqual(['the', 'a', 'b', '<eos>', 'c', 'odd', 'rare']);
});

it('<unk> is ordered by the count of all words left out', () => {
  // Left out: c, odd, rare = 5 occurrences, as many as of a and b.
  const { words } = chooseVocabulary(COUNTS, 2, { size: 5, minCount: 1, unknown: true });
  expect(words).toEqual(['the', '<unk>', 'a', 'b', '<eos>']);
});

it('words of the same count are cut by code point', () => {
  const { words } = chooseVocabulary(COUNTS, 2, { size: 4, minCount: 1, unknown: true });
  expect(words).toEqual(['<unk>', 'the', 'a', '<eos>']);
});

it('words below the minimum count are left out', () => {
  const { words } = chooseVocabulary(COUNTS, 2, { size: null, minCount: 3, unknown: true });
  expect(words).toEqual(['the', 'a', 'b', 'c', '<eos>', '<unk>']);
});

it('a limit above the number of words has no effect', () => {
  expect(chooseVocabulary(COUNTS, 4, { ...all, size: 1000 }).words).toEqual(
    chooseVocabulary(COUNTS, 4, all).words,
  );
});

it('the word <unk> of a text is kept, with a place in the vocabulary', () => {
  const counts: [string, number][] = [...COUNTS, ['<unk>', 2]];
  expect(chooseVocabulary(counts, 1, all).words).toContain('<unk>');
  const { words } = chooseVocabulary(counts, 1, { size: 3, minCount: 1, unknown: false });
  expect(words).toEqual(expect.arrayContaining(['the', '<unk>', '<eos>']));
});

it('an <unk> that never occurs comes last', () => {
  expect(chooseVocabulary(COUNTS, 4, { ...all, unknown: true }).words.at(-1)).toBe('<unk>');
});

it.each([
  ['a', 'b', -1],
  ['a', 'ab', -1],
  ['b', 'ab', 1],
  ['é', 'z', 1],
  ['same', 'same', 0],
  // U+FF5E comes before U+1F600, though its UTF-16 unit comes after the surrogates.
  ['\uFF5E', '\u{1F600}', -1],
  ['\u{1F600}', '\u{1F601}', -1],
])('compareCodePoints orders %s and %s', (a, b, sign) => {
  expect(Math.sign(compareCodePoints(a, b))).toBe(sign);
  expect(Math.sign(compareCodePoints(b, a))).toBe(-sign + 0);
});
