import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import {
  learnMerges,
  mergesText,
  parseMerges,
  Segmenter,
  wordsOfPieces,
} from '../../../src/corpus/parallel/bpe.js';

const GOLDEN: {
  readonly words: readonly (readonly [word: string, count: number])[];
  readonly cases: readonly {
    readonly merges: number;
    readonly codes: string | null;
    readonly pieces: readonly (readonly [word: string, pieces: string])[];
  }[];
} = JSON.parse(readFileSync(new URL('../../golden/bpe/subword_nmt.json', import.meta.url), 'utf8'));

it.each(GOLDEN.cases)('$merges merges, and the pieces they make, are those of subword-nmt', (golden) => {
  const merges = learnMerges(GOLDEN.words, golden.merges);
  if (golden.codes !== null) expect(mergesText(merges)).toBe(golden.codes);
  const segmenter = new Segmenter(merges);
  for (const [word, pieces] of golden.pieces) expect(segmenter.pieces(word).join(' ')).toBe(pieces);
});

it('learning stops when no pair is left that occurs twice', () => {
  const merges = learnMerges(GOLDEN.words, 4000);
  expect(merges.length).toBeLessThan(4000);
  expect(learnMerges([['ab', 1]], 10)).toEqual([]);
  expect(learnMerges([['ab', 2]], 10)).toEqual([['a', 'b</w>']]);
});

it('pieces are joined to the words they come from', () => {
  const segmenter = new Segmenter(learnMerges(GOLDEN.words, 100));
  const words = GOLDEN.words.map(([word]) => word);
  expect(wordsOfPieces(words.flatMap((word) => segmenter.pieces(word)))).toEqual(words);
});

it('a translation that ends inside a word is joined as far as it goes', () => {
  expect(wordsOfPieces(['la', 'fen@@'])).toEqual(['la', 'fen']);
});

it('<unk> and <eos> are not cut', () => {
  const segmenter = new Segmenter(learnMerges([['<unk>', 9]], 5));
  expect(segmenter.pieces('<unk>')).toEqual(['<unk>']);
  expect(segmenter.pieces('<eos>')).toEqual(['<eos>']);
  expect(learnMerges([['<unk>', 9]], 5)).toEqual([]);
});

it('merges are read back from their file', () => {
  const merges = learnMerges(GOLDEN.words, 50);
  expect(parseMerges(mergesText(merges))).toEqual(merges);
  expect(() => parseMerges('a b\n')).toThrow(RangeError);
  expect(() => parseMerges('#version: 0.2\na b c\n')).toThrow(RangeError);
});
