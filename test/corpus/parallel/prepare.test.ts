import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it, onTestFinished } from 'vitest';
import { ParallelCorpus } from '../../../src/corpus/parallel/parallel-corpus.js';
import { type PrepareParallelOptions, prepareParallel } from '../../../src/corpus/parallel/prepare.js';
import { tempFolder } from '../../temp-folder.js';
import { faultOf } from '../tiny-corpus.js';
import { prepareTinyParallel, writePairs } from './tiny-parallel.js';

type Pairs = readonly (readonly [source: string, target: string])[];

/** "s0" and "t0", "s1" and "t1", … */
function numbered(count: number): Pairs {
  return Array.from({ length: count }, (_, n) => [`s${n} in`, `t${n} dans`] as const);
}

/** Prepares pairs of which two are held out for valid and three for test, and opens the corpus. */
async function prepareAndOpen(
  pairs: Pairs,
  options: Partial<PrepareParallelOptions> = {},
): Promise<ParallelCorpus> {
  const folder = tempFolder();
  const train = writePairs(folder, 'all', pairs);
  await prepareParallel({ name: 'cut', dataFolder: folder, train, valid: 2, test: 3, ...options });
  const corpus = await ParallelCorpus.open(folder, 'cut');
  onTestFinished(() => corpus.close());
  return corpus;
}

/** Returns the first source words of a split. */
function sourcesOf(corpus: ParallelCorpus, split: 'train' | 'valid' | 'test'): string[] {
  const pairs = corpus.split(split);
  return Array.from({ length: pairs.length }, (_, index) => corpus.source.word(pairs.read(index).source[0]));
}

it('the last pairs are cut off: those of valid, then those of test', async () => {
  const corpus = await prepareAndOpen(numbered(12));
  expect(sourcesOf(corpus, 'train')).toEqual(['s0', 's1', 's2', 's3', 's4', 's5', 's6']);
  expect(await corpus.text('valid', 'source')).toEqual(['s7 in', 's8 in']);
  expect(await corpus.text('test', 'target')).toEqual(['t9 dans', 't10 dans', 't11 dans']);
});

it('random pairs are cut off by the seed, each pair into one split, and the text belongs to the ids', async () => {
  const options = { cut: { pick: 'random', seed: 5 }, minCount: 1 } as const;
  const corpus = await prepareAndOpen(numbered(40), options);
  const [valid, test] = [await corpus.text('valid', 'source'), await corpus.text('test', 'source')];
  const all = [...sourcesOf(corpus, 'train').map((word) => `${word} in`), ...valid, ...test];
  expect(all.sort()).toEqual(
    numbered(40)
      .map(([source]) => source)
      .sort(),
  );
  expect([valid.length, test.length]).toEqual([2, 3]);
  const again = await prepareAndOpen(numbered(40), options);
  expect(await again.text('test', 'source')).toEqual(test);
  const other = await prepareAndOpen(numbered(40), { cut: { pick: 'random', seed: 6 } });
  expect(await other.text('test', 'source')).not.toEqual(test);
});

it('pairs that are empty, too short, too long or repeated are left out and counted', async () => {
  const pairs: Pairs = [
    ['', 'rien'],
    ['nothing', '  '],
    ['one', 'un'],
    ['a b c d e f', 'a b'],
    ['a b', 'a b c d e f'],
    ['twice here', 'deux fois'],
    ['twice here', 'deux fois'],
    ['twice here', 'encore autrement'],
    ...numbered(6),
  ];
  const corpus = await prepareAndOpen(pairs, { minLength: 2, maxLength: 5 });
  expect(corpus.manifest.dropped).toEqual({ empty: 2, length: 3, repeated: 1 });
  expect(sourcesOf(corpus, 'train')).toEqual(['twice', 'twice', 's0']);
  const kept = await prepareAndOpen(pairs, { deduplicate: false });
  expect(kept.manifest.dropped).toEqual({ empty: 2, length: 0, repeated: 0 });
});

it('files of valid and test stay whole, and train loses the pairs that repeat theirs', async () => {
  const folder = tempFolder();
  const { manifest } = await prepareTinyParallel(
    folder,
    { maxLength: 4 },
    {
      train: [...numbered(3), ['one two three four five', 'un']],
      valid: [
        ['s0 in', 't0 dans'],
        ['s0 in', 't0 dans'],
      ],
      test: [['six five four three two one', 'six']],
    },
  );
  expect([manifest.splits.train.pairs, manifest.splits.valid.pairs, manifest.splits.test.pairs]).toEqual([
    2, 2, 1,
  ]);
  expect(manifest.dropped).toEqual({ empty: 0, length: 1, repeated: 1 });
});

it('gzip files and several files of a side are read as one text', async () => {
  const folder = tempFolder();
  const [first, second] = [
    writePairs(folder, 'a', numbered(8).slice(0, 5)),
    writePairs(folder, 'b', numbered(8).slice(5)),
  ];
  writeFileSync(join(folder, 'b.gz'), gzipSync(readFileSync(second.target)));
  const corpus = await prepareAndOpen([], {
    train: { source: [first.source, second.source], target: [first.target, join(folder, 'b.gz')] },
  });
  expect(sourcesOf(corpus, 'train')).toEqual(['s0', 's1', 's2']);
  expect(corpus.manifest.sourceFiles.map(({ name }) => name)).toEqual([
    'a.source.txt',
    'a.target.txt',
    'b.source.txt',
    'b.gz',
  ]);
});

it('the vocabulary is limited by size or by count, and comes from train alone', async () => {
  const small = await prepareAndOpen(numbered(9), { vocabularySize: 3 });
  expect(small.source.words).toEqual(['<eos>', '<unk>', 'in']);
  const counted = await prepareAndOpen(numbered(9), { minCount: 2 });
  expect([...counted.target.words].sort()).toEqual(['<eos>', '<unk>', 'dans']);
  const whole = await prepareAndOpen(numbered(9));
  expect(whole.source.id('s3')).toBeDefined();
  expect(whole.source.id('s4')).toBeUndefined();
});

it.each<[string, Pairs, Pairs, RegExp]>([
  [
    'source',
    [
      ['a', 'b'],
      ['c', 'd'],
    ],
    [['a', 'b']],
    /x\.source\.txt:2: The sentence has no partner: .*y\.target\.txt has only 1 lines/,
  ],
  [
    'target',
    [['a', 'b']],
    [
      ['a', 'b'],
      ['c', 'd'],
      ['e', 'f'],
    ],
    /y\.target\.txt:2: The sentence has no partner: .*x\.source\.txt has only 1/,
  ],
])('a %s without its partner is named with file and line', async (_, left, right, message) => {
  const folder = tempFolder();
  const { source } = writePairs(folder, 'x', left);
  const { target } = writePairs(folder, 'y', right);
  const options = { name: 'cut', dataFolder: folder, train: { source, target }, valid: 1, test: 1 };
  const fault = await faultOf(prepareParallel(options));
  expect(fault.kind).toBe('data');
  expect(fault.message).toMatch(message);
});

it('a text that is not UTF-8 is reported with its line and encoding', async () => {
  const folder = tempFolder();
  const train = writePairs(folder, 'all', numbered(10));
  writeFileSync(train.target, Buffer.from('t0\nfen\xeatre\n', 'latin1'));
  const fault = await faultOf(prepareParallel({ name: 'cut', dataFolder: folder, train, valid: 1, test: 1 }));
  expect(fault.message).toMatch(/all\.target\.txt:2: The byte EA is not UTF-8 .* Latin-1 text/);
});

it('the mark of the end of a sentence is refused in the text, with its line', async () => {
  const fault = await faultOf(
    prepareAndOpen(
      [
        ['a', 'b'],
        ['the <eos> mark', 'la marque'],
      ],
      { form: { tokenization: 'space' } },
    ),
  );
  expect(fault.message).toMatch(/all\.source\.txt:2: The text contains the word <eos>/);
});

it.each<[string, Partial<PrepareParallelOptions>, RegExp]>([
  ['too few pairs', { test: 4 }, /6 pairs are left, too few for training with 6 held out: 0 were empty/],
  ['a known name', { name: 'libreoffice' }, /The name "libreoffice" belongs to the corpus/],
  ['a name that is a path', { name: '../x' }, /cannot be the name of a corpus/],
  [
    'more files of one side',
    { train: { source: ['a', 'b'], target: 'c' } },
    /There are 2 source files and 1 target files/,
  ],
])('%s are refused', async (_, options, message) => {
  expect((await faultOf(prepareAndOpen(numbered(6), options))).message).toMatch(message);
});
