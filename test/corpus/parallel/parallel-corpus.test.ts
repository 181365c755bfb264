import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { ParallelCorpus } from '../../../src/corpus/parallel/parallel-corpus.js';
import type { PrepareParallelOptions } from '../../../src/corpus/parallel/prepare.js';
import { PreparedCorpus } from '../../../src/corpus/prepared.js';
import type { Vocabulary } from '../../../src/corpus/vocabulary.js';
import { tempFolder } from '../../temp-folder.js';
import { faultOf, prepareTiny } from '../tiny-corpus.js';
import { prepareTinyParallel } from './tiny-parallel.js';

async function openTiny(folder: string): Promise<ParallelCorpus> {
  const corpus = await ParallelCorpus.open(join(folder, 'data'), 'tiny');
  onTestFinished(() => corpus.close());
  return corpus;
}

async function tinyCorpus(options: Partial<PrepareParallelOptions> = {}): Promise<ParallelCorpus> {
  const folder = tempFolder();
  await prepareTinyParallel(folder, options);
  return await openTiny(folder);
}

const wordsOf = (ids: Int32Array, vocabulary: Vocabulary) =>
  [...ids].map((id) => vocabulary.word(id)).join(' ');

it('the pairs of a parallel corpus are read by index, without <eos>', async () => {
  const corpus = await tinyCorpus();
  const train = corpus.split('train');
  expect(train.length).toBe(4);
  expect(train.sourceLengths).toEqual(Int32Array.of(4, 4, 4, 7));
  expect(train.targetLengths).toEqual(Int32Array.of(4, 4, 4, 6));
  const { source, target } = train.read(3);
  expect(wordsOf(source, corpus.source)).toBe("Don ￭'￭ t close the menu ￭.");
  expect(wordsOf(target, corpus.target)).toBe('Ne fermez pas le menu ￭.');
  expect(corpus.split('train')).toBe(train);
});

it('words that train does not have are <unk> in valid and test', async () => {
  const corpus = await tinyCorpus();
  const { source, target } = corpus.split('test').read(0);
  expect(wordsOf(source, corpus.source)).toBe('Close the window <unk> <unk> ￭.');
  expect(wordsOf(target, corpus.target)).toBe('Fermez la fenêtre <unk> <unk> <unk> <unk> <unk> <unk> ￭.');
});

it('a sentence is encoded as those of the corpus were, and ids are decoded to text without joiners', async () => {
  const corpus = await tinyCorpus();
  const { source, target } = corpus.split('train').read(3);
  expect(corpus.encode("Don't close the menu.")).toEqual(source);
  expect(corpus.decode([...target, corpus.target.eos])).toBe('Ne fermez pas le menu.');
});

it('a corpus of subwords is encoded and decoded by the merges of its sides', async () => {
  const corpus = await tinyCorpus({ bpe: 12 });
  const { source, target } = corpus.split('train').read(3);
  expect(corpus.manifest.merges).toEqual({ source: 12, target: 12 });
  expect(wordsOf(source, corpus.source)).toContain('@@ ');
  expect(corpus.encode("Don't close the menu.")).toEqual(source);
  expect(corpus.decode(target)).toBe('Ne fermez pas le menu.');
  expect(corpus.split('test').read(0).source.length).toBeGreaterThan(6);
});

it('subwords of a shared vocabulary are learned from both sides', async () => {
  const corpus = await tinyCorpus({ bpe: 40, sharedVocabulary: true });
  expect(corpus.target).toBe(corpus.source);
  const [source, target] = ['source', 'target'].map((side) =>
    readFileSync(join(corpus.folder, `${side}.bpe.txt`), 'utf8'),
  );
  expect(source).toBe(target);
});

it('a word that ends in <eos> does not end its sentence', async () => {
  const pairs = {
    train: [
      ['go x<eos> home', 'va'],
      ['go y<eos>', 'rentre'],
    ],
  } as const;
  const folder = tempFolder();
  await prepareTinyParallel(folder, { bpe: 50, form: { tokenization: 'space' } }, pairs);
  const corpus = await openTiny(folder);
  expect(corpus.split('train').length).toBe(2);
  expect(corpus.encode('go x<eos> home')).toEqual(corpus.split('train').read(0).source);
});

it('the text of valid and test is kept as it was given', async () => {
  const corpus = await tinyCorpus({ form: { lowerCase: true } });
  expect(await corpus.text('test', 'target')).toEqual(["Fermez la fenêtre, s'il vous plaît."]);
  expect(await corpus.text('valid', 'source')).toEqual(['Open the menu.']);
});

it('a shared vocabulary is one object, and gives a word the same id on both sides', async () => {
  const corpus = await tinyCorpus({ sharedVocabulary: true });
  expect(corpus.target).toBe(corpus.source);
  const period = corpus.source.id('￭.');
  const { source, target } = corpus.split('train').read(0);
  expect([source.at(-1), target.at(-1)]).toEqual([period, period]);
});

it('vocabularies of their own are two objects', async () => {
  const corpus = await tinyCorpus();
  expect(corpus.source.id('fichier')).toBeUndefined();
  expect(corpus.target.id('file')).toBeUndefined();
  expect(corpus.target.id('fichier')).toBeDefined();
});

it('the manifest counts the pairs and tokens of each split', async () => {
  const folder = tempFolder();
  const { manifest } = await prepareTinyParallel(folder);
  expect(manifest.kind).toBe('parallel');
  expect(manifest.splits.train).toMatchObject({
    pairs: 4,
    source: { tokens: 23, lines: 4, unknown: 0 },
    target: { tokens: 22, lines: 4, unknown: 0 },
  });
  expect(manifest.splits.test.target.unknown).toBe(6);
  expect((await openTiny(folder)).manifest).toEqual(manifest);
});

it('a language model cannot be trained on a parallel corpus, nor the other way round', async () => {
  const folder = tempFolder();
  await prepareTinyParallel(folder);
  await prepareTiny(folder, { name: 'text' });
  const data = join(folder, 'data');
  const parallel = await faultOf(PreparedCorpus.open(data, 'tiny'));
  expect(parallel.message).toBe(
    'The corpus "tiny" is a parallel corpus for translation, but a text for language models is needed',
  );
  const text = await faultOf(ParallelCorpus.open(data, 'text'));
  expect(text.message).toBe(
    'The corpus "text" is a text for language models, but a parallel corpus for translation is needed',
  );
  expect([parallel.kind, text.kind]).toEqual(['data', 'data']);
});

it('a missing parallel corpus is reported with the command that prepares it', async () => {
  const fault = await faultOf(ParallelCorpus.open('/nowhere', 'europarl'));
  expect(fault.cures[0]).toContain('`zlm prepare parallel europarl …`');
  const known = await faultOf(ParallelCorpus.open('/nowhere', 'libreoffice'));
  expect(known.cures[0]).toContain('`zlm prepare libreoffice`');
});

it.each<[string, (folder: string) => void, RegExp]>([
  ['no token file', (folder) => rmSync(join(folder, 'valid.target.bin')), /valid\.target\.bin is missing/],
  [
    'a cut token file',
    (folder) => truncateSync(join(folder, 'train.source.bin'), 8),
    /train\.source\.bin is damaged: it has 8 bytes/,
  ],
  [
    'another token',
    (folder) => flip(folder, 'test.target.bin', 0),
    /test\.target\.bin is damaged: its SHA-256/,
  ],
  [
    'another word',
    (folder) => flip(folder, 'source.vocabulary.txt', 0),
    /source\.vocabulary\.txt is damaged/,
  ],
  ['another reference', (folder) => flip(folder, 'test.target.txt', 0), /test\.target\.txt is damaged/],
  [
    'a changed count',
    (folder) => {
      const path = join(folder, 'manifest.json');
      writeFileSync(path, readFileSync(path, 'utf8').replace('"pairs": 4', '"pairs": 5'));
    },
    /manifest\.json is damaged: its checksum/,
  ],
])('a parallel corpus with %s is refused', async (_, damage, message) => {
  const folder = tempFolder();
  const { folder: corpus } = await prepareTinyParallel(folder);
  damage(corpus);
  const fault = await faultOf(ParallelCorpus.open(join(folder, 'data'), 'tiny'));
  expect(fault.kind).toBe('data');
  expect(fault.message).toMatch(message);
  expect(fault.cures).toEqual(['Prepare the corpus again: `zlm prepare parallel tiny …`.']);
  // The damaged corpus is made again without --force.
  await prepareTinyParallel(folder);
  await openTiny(folder);
});

it('a parallel corpus that is prepared again from the same text is kept, and another one only replaced by force', async () => {
  const folder = tempFolder();
  await prepareTinyParallel(folder);
  expect((await prepareTinyParallel(folder)).alreadyPrepared).toBe(true);
  const fault = await faultOf(prepareTinyParallel(folder, { minCount: 2 }));
  expect(fault.message).toContain('minCount: 1, now 2');
  expect((await prepareTinyParallel(folder, { minCount: 2, force: true })).alreadyPrepared).toBe(false);
});

it('a text does not replace a parallel corpus of its name without force', async () => {
  const folder = tempFolder();
  await prepareTinyParallel(folder);
  const fault = await faultOf(prepareTiny(folder));
  expect(fault.message).toMatch(/There is a corpus of another kind in .*: a parallel corpus for translation/);
  await prepareTiny(folder, { force: true });
  const corpus = await PreparedCorpus.open(join(folder, 'data'), 'tiny');
  corpus.close();
});

/** Changes a bit of one byte. */
function flip(folder: string, name: string, at: number): void {
  const path = join(folder, name);
  const bytes = readFileSync(path);
  bytes[at] ^= 1;
  writeFileSync(path, bytes);
}
