import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { readManifest } from '../../src/corpus/manifest.js';
import { PreparedCorpus } from '../../src/corpus/prepared.js';
import { UserError } from '../../src/errors.js';
import { tempFolder } from '../temp-folder.js';
import { faultOf, prepareTiny } from './tiny-corpus.js';

async function openTiny(folder: string): Promise<PreparedCorpus> {
  const corpus = await PreparedCorpus.open(join(folder, 'data'), 'tiny');
  onTestFinished(() => corpus.close());
  return corpus;
}

it('a prepared corpus can be opened', async () => {
  const folder = tempFolder();
  await prepareTiny(folder);
  const corpus = await openTiny(folder);
  const test = corpus.split('test');
  const text = [...test.read(0, test.length)].map((id) => corpus.vocabulary.word(id)).join(' ');
  expect(text).toBe('the <unk> sat <eos>');
  expect(corpus.name).toBe('tiny');
  expect(corpus.split('test')).toBe(test);
});

it('a prompt is split into tokens as the corpus was', async () => {
  const folder = tempFolder();
  await prepareTiny(folder, { normalization: { lowerCase: true, numbers: 'N', punctuation: 'treebank' } });
  expect((await openTiny(folder)).tokensOf("The cat's 7 lives.")).toEqual(['the', 'cat', "'s", 'N', 'lives']);
});

it.each([
  ['ptb', '`zlm prepare ptb`'],
  ['sotu', '`zlm prepare sotu`'],
  ['recall', '`zlm prepare recall recall`'],
  ['novels', '`zlm prepare text novels …`'],
])('a missing corpus %s is reported with the command that prepares it', async (name, command) => {
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
    /it has no formatVersion/,
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
  [
    'a test split of other words',
    (folder) => flip(folder, 'test.bin', 0),
    /test\.bin is damaged: its SHA-256 is/,
  ],
  [
    'a train split of other words',
    (folder) => flip(folder, 'train.bin', 4),
    /train\.bin is damaged: its SHA/,
  ],
  [
    'a valid split of other words',
    (folder) => flip(folder, 'valid.bin', 8),
    /valid\.bin is damaged: its SHA/,
  ],
  [
    'a manifest that counts other words',
    (folder) =>
      edit(folder, { vocabulary: { ...manifestIn(folder).vocabulary, size: 3 }, sha256: undefined }),
    /vocabulary\.txt is damaged/,
  ],
  [
    'a manifest that says of another form',
    (folder) => edit(folder, { normalization: { lowerCase: true, numbers: 'N', punctuation: 'keep' } }),
    /manifest\.json is damaged: its checksum shows that it was changed after it was written/,
  ],
])('a corpus with %s is refused', async (_, damage, message) => {
  const folder = tempFolder();
  const { folder: corpus } = await prepareTiny(folder);
  damage(corpus);
  const fault = await faultOf(PreparedCorpus.open(join(folder, 'data'), 'tiny'));
  expect(fault.kind).toBe('data');
  expect(fault.message).toMatch(message);
});

it('a damaged corpus is reported with the command that made it', async () => {
  const folder = tempFolder();
  const { folder: corpus } = await prepareTiny(folder, { command: 'zlm prepare text tiny --text tiny.txt' });
  flip(corpus, 'test.bin', 0);
  const fault = await faultOf(PreparedCorpus.open(join(folder, 'data'), 'tiny'));
  expect(fault.cures).toEqual(['Prepare the corpus again: `zlm prepare text tiny --text tiny.txt`.']);
  await prepareTiny(folder);
  await openTiny(folder);
});

it('a manifest with any bit flipped that changes its meaning is refused', async () => {
  const folder = tempFolder();
  const { folder: corpus } = await prepareTiny(folder);
  const path = join(corpus, 'manifest.json');
  const whole = readFileSync(path);
  const manifest = await readManifest(corpus);
  const nameOfChecksum = whole.lastIndexOf('sha256');
  for (let at = 0; at < whole.length; at++) {
    // A checksum under another name is ignored, as in manifests of older versions.
    if (at >= nameOfChecksum && at < nameOfChecksum + 6) continue;
    const damaged = Buffer.from(whole);
    damaged[at] ^= 1 << (at & 7);
    writeFileSync(path, damaged);
    const read = await readManifest(corpus).catch((error: unknown) => error);
    if (!(read instanceof UserError)) expect(read, `byte ${at}`).toEqual(manifest);
  }
});

it('a manifest without a checksum, of an older version, and a reformatted one are read', async () => {
  const folder = tempFolder();
  const { folder: corpus, manifest } = await prepareTiny(folder);
  writeFileSync(join(corpus, 'manifest.json'), JSON.stringify(manifestIn(corpus)));
  expect((await openTiny(folder)).manifest).toEqual(manifest);
  edit(corpus, { sha256: undefined });
  expect((await openTiny(folder)).manifest).toEqual(manifest);
});

function manifestIn(folder: string) {
  return JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
}

function edit(folder: string, change: object): void {
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ ...manifestIn(folder), ...change }));
}

/** Changes one token into another one of the vocabulary. */
function flip(folder: string, name: string, at: number): void {
  const path = join(folder, name);
  const bytes = readFileSync(path);
  bytes[at] ^= 1;
  writeFileSync(path, bytes);
}
