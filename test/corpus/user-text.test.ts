import { appendFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { adviceOn } from '../../src/corpus/corpus-report.js';
import { PreparedCorpus } from '../../src/corpus/prepared.js';
import { type PrepareTextOptions, parseFractions, prepareText } from '../../src/corpus/user-text.js';
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

it('words are numbered, lines end with <eos>, and everything is counted', async () => {
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

it('rare words become <unk>, in train too', async () => {
  const folder = tempFolder();
  await prepareTiny(folder, { minCount: 2 });
  expect(await spell(folder, 'train')).toBe('the <unk> sat <eos> the <unk> sat <eos> the <unk> <unk> <eos>');
});

it('the vocabulary is limited to the most frequent words', async () => {
  const { manifest } = await prepareTiny(tempFolder(), { vocabularySize: 4 });
  expect(manifest.vocabulary.size).toBe(4);
});

it('the first unknown word is refused with its line when unknown words must fail', async () => {
  const folder = tempFolder();
  const texts = { test: 'the cat sat\nthe fish and the frog\n' };
  const fault = await faultOf(prepareTiny(folder, { unknown: 'fail' }, texts));
  expect(fault.kind).toBe('data');
  expect(fault.message).toContain(`${join(folder, 'text/test.txt')}:2: "fish" is not in the vocabulary`);
});

it('unknown words fail even when the text contains the word <unk>', async () => {
  const texts = { train: 'the <unk> sat\n', valid: 'the <unk>\n', test: 'the cat\n' };
  expect((await faultOf(prepareTiny(tempFolder(), { unknown: 'fail' }, texts))).message).toContain(
    ':1: "cat"',
  );
});

it('the vocabulary has no <unk> when unknown words fail', async () => {
  const { manifest } = await prepareTiny(tempFolder(), { unknown: 'fail' }, { test: 'the cat sat\n' });
  expect(manifest.vocabulary).toMatchObject({ size: 7, unk: false });
});

it('tokens can be characters', async () => {
  const folder = tempFolder();
  await prepareTiny(folder, { unit: 'character' }, { valid: 'a \u{1F600}\n', test: 'tea\n' });
  expect(await spell(folder, 'valid')).toBe('a   <unk> <eos>');
  expect(await spell(folder, 'test')).toBe('t e a <eos>');
});

it('one file is split into contiguous parts of its lines', async () => {
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

it('a fault in a later part is reported with its line in the whole file', async () => {
  const folder = tempFolder();
  const file = join(folder, 'all.txt');
  writeFileSync(file, `${'a\n'.repeat(18)}a\nstranger\n`);
  const input = { file, fractions: [0.8, 0.1, 0.1] as const };
  expect((await faultOf(prepareTiny(folder, { input, unknown: 'fail' }))).message).toContain(
    ':20: "stranger"',
  );
});

it('a text of too few lines is not split', async () => {
  const folder = tempFolder();
  const file = join(folder, 'all.txt');
  writeFileSync(file, 'a\nb\nc\n');
  const fault = await faultOf(prepareTiny(folder, { input: { file, fractions: [0.9, 0.05, 0.05] } }));
  expect(fault.message).toContain('too few lines');
});

it.each(['', '0.9,0.1', '0.9,0.05,0.04', '1,0,0', '1.1,-0.05,-0.05', 'a,b,c', '0.9,,0.1'])(
  'the fractions "%s" are refused',
  (text) => {
    expect(() => parseFractions(text)).toThrow(UserError);
  },
);

it('fractions are read', () => {
  expect(parseFractions('0.7, 0.2, 0.1')).toEqual([0.7, 0.2, 0.1]);
});

it.each(['', 'Novels', '../novels', 'a/b', '.hidden', '-x', 'x'.repeat(65), 'ptb', 'sotu', 'a b'])(
  'the name "%s" is refused',
  async (name) => {
    expect((await faultOf(prepareTiny(tempFolder(), { name }))).kind).toBe('usage');
  },
);

it('a text with <eos> in it is refused', async () => {
  const fault = await faultOf(prepareTiny(tempFolder(), {}, { train: 'fine\nthe end <eos>\n' }));
  expect(fault.message).toContain('train.txt:2: The text contains the word <eos>');
});

it('a text without words is refused', async () => {
  expect((await faultOf(prepareTiny(tempFolder(), {}, { train: '\n \n' }))).message).toContain(
    'has no words',
  );
});

it('progress is reported as one measure over all readings', async () => {
  const seen: number[] = [];
  await prepareTiny(tempFolder(), { onProgress: ({ done, total }) => seen.push(done / (total ?? 0)) });
  expect(seen.at(-1)).toBe(1);
  expect([...seen].sort((a, b) => a - b)).toEqual(seen);
});

describe('several files', () => {
  it('several files are joined into one text and listed in the manifest, each with its own line ends', async () => {
    const folder = tempFolder();
    const contents = [Buffer.from('a b\r\nc'), gzipSync('\uFEFFd\re\r'), Buffer.from('f\n\ng')];
    const file = contents.map((content, index) => writeText(folder, `${index}.txt`, content));
    const { manifest } = await prepareTiny(folder, { input: { file, fractions: [0.5, 0.25, 0.25] } });
    const splits = await Promise.all(
      (['train', 'valid', 'test'] as const).map((split) => spell(folder, split)),
    );
    expect(splits).toEqual(['a b <eos> c <eos> d <eos> e <eos>', '<unk> <eos>', '<eos> <unk> <eos>']);
    expect(manifest.sourceFiles.map(({ name, bytes }) => [name, bytes])).toEqual(
      contents.map((content, index) => [`${index}.txt`, content.length]),
    );
    expect(
      (await prepareTiny(folder, { input: { file, fractions: [0.5, 0.25, 0.25] } })).alreadyPrepared,
    ).toBe(true);
    const turned = prepareTiny(folder, { input: { file: file.toReversed(), fractions: [0.5, 0.25, 0.25] } });
    expect((await faultOf(turned)).message).toContain('source: 0.txt');
  });

  it('several files may be given for each split', async () => {
    const folder = tempFolder();
    const [a, b] = [writeText(folder, 'a.txt', 'a'), writeText(folder, 'b.txt', 'b\n')];
    await prepareTiny(folder, { input: { files: { train: [a, b], valid: a, test: b } } });
    expect(await spell(folder, 'train')).toBe('a <eos> b <eos>');
    const otherwise = prepareTiny(folder, { input: { files: { train: a, valid: [b, a], test: b } } });
    expect((await faultOf(otherwise)).message).toContain('filesPerSplit');
  });

  it('a fault in one of several files is reported with the line of that file', async () => {
    const folder = tempFolder();
    const file = [writeText(folder, 'a.txt', 'a\n'.repeat(18)), writeText(folder, 'b.txt', 'a\nstranger')];
    const input = { file, fractions: [0.8, 0.1, 0.1] as const };
    const fault = await faultOf(prepareTiny(folder, { input, unknown: 'fail' }));
    expect(fault.message).toContain('b.txt:2: "stranger"');
  });
});

function writeText(folder: string, name: string, content: string | Buffer): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

describe('standard input', () => {
  const input = { file: '-', fractions: [0.5, 0.25, 0.25] as const };

  it('standard input gives the same corpus as a file, and no copy of it remains', async () => {
    const folder = tempFolder();
    const standardInput = () => Readable.from([Buffer.from('a\nb\n'), Buffer.from('a\nb')]);
    const { manifest } = await prepareTiny(folder, { input, standardInput: standardInput() });
    expect(await spell(folder, 'train')).toBe('a <eos> b <eos>');
    expect(manifest.sourceFiles).toMatchObject([{ name: 'standard input', bytes: 7 }]);
    const again = await prepareTiny(folder, { input, standardInput: standardInput() });
    expect(again.alreadyPrepared).toBe(true);
    expect(readdirSync(join(folder, 'data'))).toEqual(['tiny']);
  });

  it('standard input is refused when it is empty, or named twice', async () => {
    const folder = tempFolder();
    const empty = prepareTiny(folder, { input, standardInput: Readable.from([]) });
    expect((await faultOf(empty)).message).toBe('Standard input is empty');
    const twice = { ...input, file: ['-', '-'] };
    const standardInput = Readable.from([Buffer.from('a\n')]);
    expect((await faultOf(prepareTiny(folder, { input: twice, standardInput }))).kind).toBe('usage');
    expect(readdirSync(join(folder, 'data'))).toEqual([]);
  });

  it('a preparation can be interrupted while it waits for standard input', async () => {
    const folder = tempFolder();
    const controller = new AbortController();
    const standardInput = new Readable({ read() {} });
    setTimeout(() => controller.abort(), 50);
    const work = prepareTiny(folder, { input, standardInput, signal: controller.signal });
    expect((await faultOf(work)).kind).toBe('interrupted');
    expect(readdirSync(join(folder, 'data'))).toEqual([]);
  });
});

describe('a text that is split by tokens', () => {
  it('a text that is split by tokens may have a single long line', async () => {
    const folder = tempFolder();
    const file = writeText(
      folder,
      'text8',
      Array.from({ length: 1000 }, (_, index) => `w${index % 7}`).join(' '),
    );
    const fractions = [0.8, 0.1, 0.1] as const;
    const fault = await faultOf(prepareTiny(folder, { input: { file, fractions } }));
    expect(fault.message).toContain('text8 has too few lines to be split into 0.8, 0.1, 0.1');
    expect(fault.cures[0]).toContain('--split-by tokens');
    const { manifest } = await prepareTiny(folder, { input: { file, fractions, splitBy: 'tokens' } });
    const { train, valid, test } = manifest.splits;
    expect([train.tokens, valid.tokens, test.tokens]).toEqual([801, 100, 100]);
    expect([train.lines, valid.lines, test.lines]).toEqual([0, 0, 1]);
    expect(await spell(folder, 'test')).toMatch(/ w5 <eos>$/);
  });

  it('a text that is split by tokens counts only the words of train', async () => {
    const folder = tempFolder();
    const file = writeText(folder, 'text', `${'a b '.repeat(45)}${'c '.repeat(20)}`);
    const input = { file, fractions: [0.8, 0.1, 0.1] as const, splitBy: 'tokens' as const };
    const { manifest } = await prepareTiny(folder, { input });
    expect(manifest.splits.valid.unknown).toBeGreaterThan(0);
    expect(manifest.splits.train.unknown).toBe(0);
  });
});

describe('a text that is shuffled', () => {
  const LINES = Array.from({ length: 200 }, (_, index) => `line ${index}`);

  async function shuffled(options: Partial<PrepareTextOptions['input']> = {}, text = LINES.join('\n')) {
    const folder = tempFolder();
    const file = writeText(folder, 'all.txt', text);
    const shuffle = { by: 'line', seed: 1 } as const;
    const input = { file, fractions: [0.8, 0.1, 0.1] as const, shuffle, ...options };
    await prepareTiny(folder, { input, minCount: 1 });
    const splits = await Promise.all(
      (['train', 'valid', 'test'] as const).map((split) => spell(folder, split)),
    );
    return { folder, input, splits };
  }

  it('a shuffled text has all its lines, in an order that the seed decides', async () => {
    const { splits } = await shuffled();
    const lines = splits.join(' ').split(' <eos>').filter(Boolean);
    expect(lines).toHaveLength(200);
    // Numbers of valid and test are unknown words: train alone can be compared.
    const train = splits[0]
      .split(' <eos>')
      .filter(Boolean)
      .map((line) => line.trim());
    expect(new Set(train).size).toBe(160);
    expect(train).not.toEqual(LINES.slice(0, 160));
    expect(train.every((line) => LINES.includes(line))).toBe(true);
    expect((await shuffled()).splits).toEqual(splits);
    expect((await shuffled({ shuffle: { by: 'line', seed: 2 } })).splits).not.toEqual(splits);
  });

  it('a shuffle by paragraphs keeps paragraphs together and splits none', async () => {
    const paragraphs = Array.from({ length: 50 }, (_, index) => `p${index} a\np${index} b\n\n`);
    const { splits } = await shuffled(
      { shuffle: { by: 'paragraph', seed: 1 } },
      `\n${paragraphs.join('')}p50 c`,
    );
    const [train] = splits;
    const found = [...train.matchAll(/p(\d+) a <eos> p(\d+) b <eos> <eos>/g)];
    expect(found.length).toBeGreaterThan(35);
    expect(found.every(([, first, second]) => first === second)).toBe(true);
    expect(found.map(([, first]) => Number(first))).not.toEqual(found.map((_, index) => index));
    expect(splits[1]).toMatch(/^<unk> /);
  });

  it('a shuffled text is another corpus than the original, and faults name lines of the original', async () => {
    const { folder, input } = await shuffled();
    const otherwise = prepareTiny(folder, { input: { ...input, shuffle: undefined } });
    expect((await faultOf(otherwise)).message).toContain('shuffle: "line", now not set');
    const fault = await faultOf(prepareTiny(folder, { name: 'other', input, unknown: 'fail' }));
    const [, line, number] = /:(\d+): "(\d+)"/.exec(fault.message) ?? [];
    expect(Number(line)).toBe(Number(number) + 1);
  });

  it('a shuffle in several parts gives the same result as in one', async () => {
    const file = writeText(tempFolder(), 'all.txt', `${'x'.repeat(1000)}\n`.repeat(50_000));
    appendFileSync(file, 'the end\n');
    const folder = tempFolder();
    const input = { file, fractions: [0.8, 0.1, 0.1] as const, shuffle: { by: 'line', seed: 3 } as const };
    const { manifest } = await prepareTiny(folder, { input });
    expect(manifest.splits.train.lines + manifest.splits.valid.lines + manifest.splits.test.lines).toBe(
      50_001,
    );
    expect(readdirSync(join(folder, 'data/tiny')).filter((name) => name.startsWith('.'))).toEqual([]);
  });
});

describe('the vocabulary of another corpus', () => {
  it('the vocabulary of another corpus gives the same words the same ids, in the same form', async () => {
    const folder = tempFolder();
    const normalization = { lowerCase: true, numbers: 'N', punctuation: 'treebank' } as const;
    await prepareTiny(folder, { normalization }, { train: 'The cat sat 5 times.\nthe dog\n' });
    const files = ['train', 'valid', 'test'].map((split) =>
      writeText(folder, `${split}.new`, 'The DOG sat; 7 birds.\n'),
    );
    const input = {
      files: { train: files[0], valid: files[1], test: files[2] },
    } as PrepareTextOptions['input'];
    const options = {
      name: 'new',
      input,
      vocabularyOf: 'tiny',
      unknown: 'unk',
      dataFolder: join(folder, 'data'),
    } as const;
    const { manifest } = await prepareText(options);
    expect(await spell(folder, 'train', 'new')).toBe('the dog sat N <unk> <eos>');
    const [own, other] = ['tiny', 'new'].map((name) =>
      readFileSync(join(folder, 'data', name, 'vocabulary.txt'), 'utf8'),
    );
    expect(own).toBe(other);
    expect(manifest.normalization).toMatchObject(normalization);
    expect((await prepareText(options)).alreadyPrepared).toBe(true);
    const failing = prepareText({ ...options, name: 'newer', unknown: 'fail' });
    expect((await faultOf(failing)).message).toContain('train.new:1: "birds"');
  });
});

describe('Unicode', () => {
  const TEXT = 'cafe\u0301 caf\u00e9 \ufb01n\n';
  it.each([
    ['nfc', 'caf\u00e9 caf\u00e9 \ufb01n <eos>'],
    ['nfkc', 'caf\u00e9 caf\u00e9 fin <eos>'],
    ['none', 'cafe\u0301 caf\u00e9 \ufb01n <eos>'],
  ] as const)('Unicode is normalized in form %s', async (normalize, words) => {
    const folder = tempFolder();
    const normalization = { normalize, lowerCase: false, numbers: 'keep', punctuation: 'keep' } as const;
    const { manifest } = await prepareTiny(folder, { normalization }, { train: TEXT });
    expect(await spell(folder, 'train')).toBe(words);
    expect(manifest.normalization.normalize).toBe(normalize);
    const corpus = await PreparedCorpus.open(join(folder, 'data'), 'tiny');
    expect(corpus.tokensOf('cafe\u0301')).toEqual([normalize === 'none' ? 'cafe\u0301' : 'caf\u00e9']);
    corpus.close();
  });

  it('Unicode is not normalized for corpora of older versions', async () => {
    const folder = tempFolder();
    await prepareTiny(folder);
    const path = join(folder, 'data/tiny/manifest.json');
    const manifest = JSON.parse(readFileSync(path, 'utf8'));
    delete manifest.normalization.normalize;
    delete manifest.options.normalize;
    delete manifest.sha256;
    writeFileSync(path, JSON.stringify(manifest));
    const corpus = await PreparedCorpus.open(join(folder, 'data'), 'tiny');
    expect(corpus.tokensOf('cafe\u0301')).toEqual(['cafe\u0301']);
    corpus.close();
    expect((await faultOf(prepareTiny(folder))).message).toContain('normalize: "none", now "nfc"');
    const normalization = {
      normalize: 'none',
      lowerCase: false,
      numbers: 'keep',
      punctuation: 'keep',
    } as const;
    expect((await prepareTiny(folder, { normalization })).alreadyPrepared).toBe(true);
  });
});

it('splits with far more unknown words than train are reported', async () => {
  const folder = tempFolder();
  const known = 'a b c d e f g h\n'.repeat(800);
  const file = writeText(folder, 'all.txt', `${known}${'new words of another kind here\n'.repeat(200)}`);
  const input = { file, fractions: [0.8, 0.1, 0.1] as const };
  const { manifest } = await prepareTiny(folder, { input, minCount: 2 }, {});
  expect(adviceOn(manifest).join()).toMatch(
    /of valid and 85.7 % of test is <unk>, but 0.0 % of train: .*--shuffle paragraph/,
  );
  const mixed = { ...input, shuffle: { by: 'line', seed: 1 } as const };
  const other = await prepareTiny(folder, { name: 'mixed', input: mixed, minCount: 2 });
  expect(adviceOn(other.manifest)).toEqual([]);
});
