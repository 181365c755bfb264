import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type Normalization, normalizeLine } from '../../src/corpus/normalize.js';
import { NEEDS_PTB, PTB, PTB_IS_HERE } from '../ptb-files.js';

const AS_IS: Normalization = { normalize: 'nfc', lowerCase: false, numbers: 'keep', punctuation: 'keep' };
const TREEBANK: Normalization = { normalize: 'nfc', lowerCase: true, numbers: 'N', punctuation: 'treebank' };

const words = (line: string, form: Normalization) => normalizeLine(line, { unit: 'word', ...form });
const characters = (line: string, form: Normalization) => normalizeLine(line, { unit: 'character', ...form });

it('words are cut at white space of every kind', () => {
  expect(words('  The cat,\tsat\u00a0down. ', AS_IS)).toEqual(['The', 'cat,', 'sat', 'down.']);
  expect(words('   ', AS_IS)).toEqual([]);
});

it('numbers are written as N, but words that have digits are not', () => {
  const numbers = ['12', '-3.5', '+7', '1,000,000', '.5', '50%', '1/2', '10:30', '1861-62', '49°'];
  const others = ['10-year', '1980s', '19th', 'b-52', 'ms-13', '-', 'n'];
  const form: Normalization = { ...AS_IS, numbers: 'N' };
  expect(words(numbers.join(' '), form)).toEqual(numbers.map(() => 'N'));
  expect(words(others.join(' '), form)).toEqual(others);
});

it('text is lower-cased, except N and <unk>', () => {
  expect(words('The N <unk> N', { ...AS_IS, lowerCase: true, numbers: 'N' })).toEqual([
    'the',
    'N',
    '<unk>',
    'N',
  ]);
  expect(words('The N', { ...AS_IS, lowerCase: true })).toEqual(['the', 'n']);
});

it('characters are cut at code points, and white space is kept', () => {
  expect(characters('a \u{1F600}b ', AS_IS)).toEqual(['a', ' ', '\u{1F600}', 'b', ' ']);
  expect(characters('', AS_IS)).toEqual([]);
});

it('text is normalized before it is cut into characters', () => {
  expect(characters('In 1,790', { ...AS_IS, lowerCase: true, numbers: 'N' }).join('')).toBe('in N');
  expect(characters("It's  $5, he said.", TREEBANK).join('')).toBe("it 's $ N he said");
});

it.skipIf(!PTB_IS_HERE)(`the Penn Treebank is left unchanged${NEEDS_PTB}`, () => {
  const lines = readFileSync(join(PTB, 'ptb.train.txt'), 'utf8').trimEnd().split('\n').slice(0, 20_000);
  const changed = lines.filter((line) => words(line, TREEBANK).join(' ') !== line.trim());
  // What is left are abbreviations that are words as well: "mass.", "ill.", "wash.".
  expect(changed.length / lines.length).toBeLessThan(0.01);
});
