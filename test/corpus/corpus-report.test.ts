import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { unigramPerplexity } from '../../src/corpus/corpus-report.js';
import { TokenFile } from '../../src/corpus/token-file.js';
import { tempFolder } from '../temp-folder.js';

function tokens(ids: readonly number[], vocabularySize: number): TokenFile {
  const path = join(tempFolder(), 'tokens.bin');
  writeFileSync(path, Buffer.from(Int32Array.from(ids).buffer));
  const file = new TokenFile(path, vocabularySize);
  onTestFinished(() => file.close());
  return file;
}

it('the unigram perplexity is the exponential of the mean surprise at every token except the first', () => {
  const train = tokens([0, 0, 1, 2], 3);
  // Asked: 0 (1/2), 1 (1/4), 2 (1/4); the first 2 is given.
  const expected = (2 * 4 * 4) ** (1 / 3);
  expect(unigramPerplexity(train, tokens([2, 0, 1, 2], 3), 3)).toBeCloseTo(expected, 12);
});

it('one is added to every count when a word never occurs in train', () => {
  const train = tokens([0, 0, 1], 3);
  // Counts 3, 2, 1 of 6; asked: 2, 0.
  expect(unigramPerplexity(train, tokens([1, 2, 0], 3), 3)).toBeCloseTo((6 * 2) ** (1 / 2), 12);
});

it('the unigram perplexity is the number of words when all are equally frequent', () => {
  expect(unigramPerplexity(tokens([0, 1, 2, 3], 4), tokens([3, 1, 1, 0], 4), 4)).toBeCloseTo(4, 12);
});
