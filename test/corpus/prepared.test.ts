import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { PreparedCorpus } from '../../src/corpus/prepared.js';
import { tempFolder } from '../temp-folder.js';
import { faultOf, prepareTiny } from './tiny-corpus.js';

async function openTiny(folder: string): Promise<PreparedCorpus> {
  const corpus = await PreparedCorpus.open(join(folder, 'data'), 'tiny');
  onTestFinished(() => corpus.close());
  return corpus;
}

it('opens what was prepared', async () => {
  const folder = tempFolder();
  await prepareTiny(folder);
  const corpus = await openTiny(folder);
  const test = corpus.split('test');
  const text = [...test.read(0, test.length)].map((id) => corpus.vocabulary.word(id)).join(' ');
  expect(text).toBe('the <unk> sat <eos>');
  expect(corpus.name).toBe('tiny');
  expect(corpus.split('test')).toBe(test);
});

it('cuts a prompt as the corpus was cut', async () => {
  const folder = tempFolder();
  await prepareTiny(folder, { normalization: { lowerCase: true, numbers: 'N', punctuation: 'treebank' } });
  expect((await openTiny(folder)).tokensOf("The cat's 7 lives.")).toEqual(['the', 'cat', "'s", 'N', 'lives']);
});

it.each([
  ['ptb', '`zlm prepare ptb`'],
  ['sotu', '`zlm prepare sotu`'],
  ['novels', '`zlm prepare text novels …`'],
])('says how to prepare %s when it is missing', async (name, command) => {
  const fault = await faultOf(PreparedCorpus.open('/nowhere', name));
  expect(fault.kind).toBe('data');
  expect(fault.message).toContain(`"${name}" in /nowhere`);
  expect(fault.cures[0]).toContain(command);
});

it.each<[string, (folder: string) => void, RegExp]>([
  ['no manifest', (folder) => rmSync(join(folder, 'manifest.json')), /no prepared corpus/],
  [
    'a cut manifest',
    (folder) => truncateSync(join(folder, 'manifest.json'), 50),
    /manifest\.json is damaged/,
  ],
  [
    'a manifest that is none',
    (folder) => writeFileSync(join(folder, 'manifest.json'), '[]'),
    /no formatVersion/,
  ],
  ['a manifest without splits', (folder) => edit(folder, { splits: {} }), /no valid splits\.train/],
  [
    'a foreign format',
    (folder) => edit(folder, { formatVersion: 2 }),
    /format version 2; this zlm reads version 1/,
  ],
  ['no token file', (folder) => rmSync(join(folder, 'valid.bin')), /valid\.bin/],
  [
    'a cut token file',
    (folder) => truncateSync(join(folder, 'train.bin'), 8),
    /train\.bin is damaged: it has 8 bytes/,
  ],
  [
    'another vocabulary',
    (folder) => writeFileSync(join(folder, 'vocabulary.txt'), 'a\n<eos>\n'),
    /vocabulary\.txt is damaged/,
  ],
])('refuses a corpus with %s', async (_, damage, message) => {
  const folder = tempFolder();
  const { folder: corpus } = await prepareTiny(folder);
  damage(corpus);
  const fault = await faultOf(PreparedCorpus.open(join(folder, 'data'), 'tiny'));
  expect(fault.kind).toBe('data');
  expect(fault.message).toMatch(message);
});

function edit(folder: string, change: object): void {
  const path = join(folder, 'manifest.json');
  writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), ...change }));
}
