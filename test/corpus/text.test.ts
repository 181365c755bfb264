import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { PreparedCorpus } from '../../src/corpus/prepared.js';
import { parseFractions } from '../../src/corpus/text.js';
import { UserError } from '../../src/errors.js';
import { tempFolder } from '../temp-folder.js';
import { faultOf, prepareTiny } from './tiny-corpus.js';

/** The words of a split, spelled out. */
async function spell(folder: string, split: 'train' | 'valid' | 'test', name = 'tiny'): Promise<string> {
  const corpus = await PreparedCorpus.open(join(folder, 'data'), name);
  const file = corpus.split(split);
  const words = [...file.read(0, file.length)].map((id) => corpus.vocabulary.word(id));
  corpus.close();
  return words.join(' ');
}

it('numbers words, ends lines with <eos>, and counts everything', async () => {
  const folder = tempFolder();
  const { manifest, alreadyPrepared } = await prepareTiny(folder);
  expect(alreadyPrepared).toBe(false);
  expect(manifest).toMatchObject({
    formatVersion: 1,
    name: 'tiny',
    unit: 'word',
    vocabulary: { size: 8, unk: true },
    splits: {
      train: { tokens: 12, lines: 3, types: 7, unknown: 0, bytes: 48 },
      valid: { tokens: 4, lines: 1, types: 4, unknown: 0 },
      test: { tokens: 4, lines: 1, types: 4, unknown: 1 },
    },
  });
  expect(await spell(folder, 'train')).toBe('the cat sat <eos> the dog sat <eos> the bird sang <eos>');
  expect(readFileSync(join(folder, 'data/tiny/vocabulary.txt'), 'utf8')).toBe(
    '<eos>\nthe\nsat\nbird\ncat\ndog\nsang\n<unk>\n',
  );
});

it('puts <unk> for rare words, in train as well', async () => {
  const folder = tempFolder();
  await prepareTiny(folder, { minCount: 2 });
  expect(await spell(folder, 'train')).toBe('the <unk> sat <eos> the <unk> sat <eos> the <unk> <unk> <eos>');
});

it('limits the vocabulary to the most frequent words', async () => {
  const { manifest } = await prepareTiny(tempFolder(), { vocabularySize: 4 });
  expect(manifest.vocabulary.size).toBe(4);
});

it('fails on the first unknown word, if so chosen, with its line', async () => {
  const folder = tempFolder();
  const texts = { test: 'the cat sat\nthe fish and the frog\n' };
  const fault = await faultOf(prepareTiny(folder, { unknown: 'fail' }, texts));
  expect(fault.kind).toBe('data');
  expect(fault.message).toContain(`${join(folder, 'text/test.txt')}:2: "fish" is not in the vocabulary`);
});

it('fails on unknown words even when the text has <unk> itself', async () => {
  const texts = { train: 'the <unk> sat\n', valid: 'the <unk>\n', test: 'the cat\n' };
  expect((await faultOf(prepareTiny(tempFolder(), { unknown: 'fail' }, texts))).message).toContain(
    ':1: "cat"',
  );
});

it('has no <unk> when unknown words fail', async () => {
  const { manifest } = await prepareTiny(tempFolder(), { unknown: 'fail' }, { test: 'the cat sat\n' });
  expect(manifest.vocabulary).toMatchObject({ size: 7, unk: false });
});

it('works with characters', async () => {
  const folder = tempFolder();
  await prepareTiny(folder, { unit: 'character' }, { valid: 'a \u{1F600}\n', test: 'tea\n' });
  expect(await spell(folder, 'valid')).toBe('a   <unk> <eos>');
  expect(await spell(folder, 'test')).toBe('t e a <eos>');
});

it('splits one file into contiguous parts of its lines', async () => {
  const folder = tempFolder();
  const file = join(folder, 'all.txt');
  writeFileSync(file, Array.from({ length: 20 }, (_, index) => `l${index}\n`).join(''));
  await prepareTiny(folder, { input: { file, fractions: [0.8, 0.1, 0.1] } });
  expect(await spell(folder, 'train')).toMatch(/^l0 <eos> l1 .* l15 <eos>$/);
  const { manifest } = await PreparedCorpus.open(join(folder, 'data'), 'tiny');
  expect([manifest.splits.train.lines, manifest.splits.valid.lines, manifest.splits.test.lines]).toEqual([
    16, 2, 2,
  ]);
});

it('names the line of the whole file for a fault in a later part', async () => {
  const folder = tempFolder();
  const file = join(folder, 'all.txt');
  writeFileSync(file, `${'a\n'.repeat(18)}a\nstranger\n`);
  const input = { file, fractions: [0.8, 0.1, 0.1] as const };
  expect((await faultOf(prepareTiny(folder, { input, unknown: 'fail' }))).message).toContain(
    ':20: "stranger"',
  );
});

it('refuses to split a few lines', async () => {
  const folder = tempFolder();
  const file = join(folder, 'all.txt');
  writeFileSync(file, 'a\nb\nc\n');
  const fault = await faultOf(prepareTiny(folder, { input: { file, fractions: [0.9, 0.05, 0.05] } }));
  expect(fault.message).toContain('too few lines');
});

it.each(['', '0.9,0.1', '0.9,0.05,0.04', '1,0,0', '1.1,-0.05,-0.05', 'a,b,c', '0.9,,0.1'])(
  'refuses the fractions "%s"',
  (text) => {
    expect(() => parseFractions(text)).toThrow(UserError);
  },
);

it('reads fractions', () => {
  expect(parseFractions('0.7, 0.2, 0.1')).toEqual([0.7, 0.2, 0.1]);
});

it.each(['', 'Novels', '../novels', 'a/b', '.hidden', '-x', 'x'.repeat(65), 'ptb', 'sotu', 'a b'])(
  'refuses the name "%s"',
  async (name) => {
    expect((await faultOf(prepareTiny(tempFolder(), { name }))).kind).toBe('usage');
  },
);

it('refuses text with <eos> in it', async () => {
  const fault = await faultOf(prepareTiny(tempFolder(), {}, { train: 'fine\nthe end <eos>\n' }));
  expect(fault.message).toContain('train.txt:2: the text contains the word <eos>');
});

it('refuses text without words', async () => {
  expect((await faultOf(prepareTiny(tempFolder(), {}, { train: '\n \n' }))).message).toContain(
    'has no words',
  );
});

it('tells progress as one measure of everything that is read', async () => {
  const seen: number[] = [];
  await prepareTiny(tempFolder(), { onProgress: ({ done, total }) => seen.push(done / (total ?? 0)) });
  expect(seen.at(-1)).toBe(1);
  expect([...seen].sort((a, b) => a - b)).toEqual(seen);
});
