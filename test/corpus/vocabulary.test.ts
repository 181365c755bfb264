import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Vocabulary } from '../../src/corpus/vocabulary.js';
import { tempFolder } from '../temp-folder.js';
import { faultOf } from './tiny-corpus.js';

it('words are numbered in their order, and the marks are known', () => {
  const vocabulary = Vocabulary.of(['the', '<eos>', '<unk>', 'cat']);
  expect(vocabulary).toMatchObject({ size: 4, eos: 1, unk: 2 });
  expect(vocabulary.id('cat')).toBe(3);
  expect(vocabulary.word(3)).toBe('cat');
  expect(vocabulary.id('dog')).toBeUndefined();
  expect(() => vocabulary.word(4)).toThrow(RangeError);
});

it('there is no <unk> when every word is known', () => {
  expect(Vocabulary.of(['<eos>', 'a']).unk).toBeUndefined();
});

it('a vocabulary is read back from its file, with its hash', async () => {
  const path = join(tempFolder(), 'vocabulary.txt');
  // Words that careless reading would damage: white space, a carriage return, a line separator, a byte order mark.
  const written = Vocabulary.of(['<eos>', ' ', '\r', '\u2028', '\uFEFF', '\u{1F600}', 'é']);
  writeFileSync(path, written.toText());
  const read = await Vocabulary.load(path);
  expect(read.words).toEqual(written.words);
  expect(read.sha256).toBe(createHash('sha256').update(written.toText()).digest('hex'));
});

it.each([
  ['a duplicate', 'a\n<eos>\na\n', /v\.txt:3: "a" is already on line 1/],
  ['an empty line', 'a\n\n<eos>\n', /v\.txt:2: The line is empty/],
  ['no <eos>', 'a\nb\n', /no <eos>/],
  ['a cut', '<eos>\nwor', /cut off/],
  ['nothing at all', '', /no <eos>/],
  ['invalid UTF-8', Buffer.from([0x61, 0xff, 0x0a]), /not valid UTF-8/],
])('a file with %s is refused', async (_, content, message) => {
  const path = join(tempFolder(), 'v.txt');
  writeFileSync(path, content);
  const fault = await faultOf(Vocabulary.load(path));
  expect(fault.kind).toBe('data');
  expect(fault.message).toMatch(message);
});

it('a missing file is named', async () => {
  expect((await faultOf(Vocabulary.load('/nowhere/v.txt'))).message).toContain('/nowhere/v.txt');
});
