import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { PreparedCorpus } from '../../../src/corpus/prepared.js';
import { startZlm } from '../../cli/capture.js';
import { mountTmpfs } from '../../storage/tmpfs.js';
import { tempFolder } from '../../temp-folder.js';
import { faultOf, prepareTiny, writeTexts } from '../tiny-corpus.js';

const FILES = ['manifest.json', 'test.bin', 'train.bin', 'valid.bin', 'vocabulary.txt'];

it('a corpus that was already prepared is left unchanged', async () => {
  const folder = tempFolder();
  const first = await prepareTiny(folder);
  const before = statSync(join(first.folder, 'train.bin')).ino;
  const second = await prepareTiny(folder);
  expect(second.alreadyPrepared).toBe(true);
  expect(second.manifest).toEqual(first.manifest);
  expect(statSync(join(first.folder, 'train.bin')).ino).toBe(before);
});

it('the same text and options give the same bytes each time', async () => {
  const [first, second] = [await prepareTiny(tempFolder()), await prepareTiny(tempFolder())];
  for (const file of ['train.bin', 'valid.bin', 'test.bin', 'vocabulary.txt']) {
    expect(readFileSync(join(first.folder, file))).toEqual(readFileSync(join(second.folder, file)));
  }
});

it('every difference to an existing corpus is named', async () => {
  const folder = tempFolder();
  await prepareTiny(folder);
  const fault = await faultOf(prepareTiny(folder, { minCount: 2, unknown: 'unk' }, { valid: 'the cat\n' }));
  expect(fault.kind).toBe('data');
  expect(fault.message).toContain('minCount: 1, now 2');
  expect(fault.message).toMatch(/source: valid\.txt \(13 bytes, SHA-256 \w+…\), now valid\.txt \(8 bytes/);
  expect(fault.message).not.toContain('train.txt');
  expect(fault.cures[0]).toContain('--force');
});

it('an existing corpus is replaced when forced', async () => {
  const folder = tempFolder();
  await prepareTiny(folder);
  const { alreadyPrepared, manifest } = await prepareTiny(folder, { minCount: 2, force: true });
  expect(alreadyPrepared).toBe(false);
  expect((await PreparedCorpus.open(join(folder, 'data'), 'tiny')).manifest).toEqual(manifest);
  expect(readdirSync(join(folder, 'data'))).toEqual(['tiny']);
});

it.each<[string, (corpus: string) => void]>([
  ['a missing manifest', (corpus) => rmSync(join(corpus, 'manifest.json'))],
  ['a cut manifest', (corpus) => truncateSync(join(corpus, 'manifest.json'), 20)],
  ['a cut token file', (corpus) => truncateSync(join(corpus, 'test.bin'), 4)],
  ['a flipped bit', (corpus) => writeFileSync(join(corpus, 'valid.bin'), Buffer.alloc(16))],
  ['a missing file', (corpus) => rmSync(join(corpus, 'vocabulary.txt'))],
])('a corpus is prepared again after %s', async (_, damage) => {
  const folder = tempFolder();
  const { folder: corpus } = await prepareTiny(folder);
  damage(corpus);
  expect((await prepareTiny(folder)).alreadyPrepared).toBe(false);
  expect((await prepareTiny(folder)).alreadyPrepared).toBe(true);
});

it('a link in the place of the corpus is not replaced, but a corpus behind it is read', async () => {
  const folder = tempFolder();
  const { folder: target } = await prepareTiny(folder);
  renameSync(target, join(folder, 'elsewhere'));
  symlinkSync('../elsewhere', target);
  expect((await prepareTiny(folder)).alreadyPrepared).toBe(true);
  const fault = await faultOf(prepareTiny(folder, { minCount: 2, force: true }));
  expect(fault.message).toBe(`${target} is a symbolic link, which a prepared corpus cannot replace`);
  expect(fault.cures).toHaveLength(2);
  expect(readdirSync(join(folder, 'data'))).toEqual(['tiny']);
  expect(readdirSync(join(folder, 'elsewhere')).sort()).toEqual(FILES);
});

it('a corpus of a newer format is not replaced without force', async () => {
  const folder = tempFolder();
  const { folder: corpus } = await prepareTiny(folder);
  writeFileSync(join(corpus, 'manifest.json'), '{"formatVersion": 99}');
  expect((await faultOf(prepareTiny(folder))).message).toContain('format version 99');
  expect((await prepareTiny(folder, { force: true })).alreadyPrepared).toBe(false);
});

it('a folder that is not a corpus is never replaced, even when forced', async () => {
  const folder = tempFolder();
  const precious = join(folder, 'data/tiny/thesis.doc');
  mkdirSync(join(folder, 'data/tiny'), { recursive: true });
  writeFileSync(precious, 'years of work');
  const fault = await faultOf(prepareTiny(folder, { force: true }));
  expect(fault.message).toContain('contains "thesis.doc"');
  expect(readFileSync(precious, 'utf8')).toBe('years of work');
});

it.each([
  ['a vocabulary', { 'vocabulary.txt': 'my words\n' }],
  ["another program's manifest", { 'manifest.json': '{"name": "my extension"}' }],
  ['tokens', { 'train.bin': 'tokens', 'test.bin': 'tokens' }],
  ['all but one file', { 'vocabulary.txt': '', 'train.bin': '', 'valid.bin': '', 'manifest.json': '{}' }],
])('%s of the user under the names of a corpus is never replaced, even when forced', async (_, files) => {
  const folder = tempFolder();
  const corpus = join(folder, 'data/tiny');
  mkdirSync(corpus, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(corpus, name), text);
  const fault = await faultOf(prepareTiny(folder, { force: true }));
  expect(fault.message).toContain(`${corpus} exists and is not a prepared corpus`);
  for (const [name, text] of Object.entries(files))
    expect(readFileSync(join(corpus, name), 'utf8')).toBe(text);
  expect(readdirSync(join(folder, 'data'))).toEqual(['tiny']);
});

it('a file in the place of the corpus or of the data folder is refused', async () => {
  const folder = tempFolder();
  mkdirSync(join(folder, 'data'));
  writeFileSync(join(folder, 'data/tiny'), '');
  expect((await faultOf(prepareTiny(folder))).message).toContain('data/tiny');
  writeFileSync(join(folder, 'file'), '');
  expect((await faultOf(prepareTiny(folder, { dataFolder: join(folder, 'file') }))).message).toContain(
    'file',
  );
});

it('a preparation that fails or is stopped leaves nothing', async () => {
  const folder = tempFolder();
  await faultOf(prepareTiny(folder, { unknown: 'fail' }));
  expect(readdirSync(join(folder, 'data'))).toEqual([]);
  const controller = new AbortController();
  const fault = await faultOf(
    prepareTiny(folder, { signal: controller.signal, onProgress: () => controller.abort() }),
  );
  expect(fault.kind).toBe('interrupted');
  expect(readdirSync(join(folder, 'data'))).toEqual([]);
});

describe('what killed preparations left', () => {
  const { pid: deadPid } = spawnSync(process.execPath, ['--version']);
  const leftover = (name: string, pid = deadPid, host = hostname()) => `.${name}.${host}.${pid}.0123abcd.tmp`;

  /** Makes folders in a data folder, each with some files in it, prepares a corpus, and returns the folders that are left. */
  async function preparedAmong(folders: Readonly<Record<string, readonly string[]>>): Promise<string[]> {
    const folder = tempFolder();
    const data = join(folder, 'data');
    for (const [name, files] of Object.entries(folders)) {
      mkdirSync(join(data, name), { recursive: true });
      for (const file of files) writeFileSync(join(data, name, file), '');
    }
    await prepareTiny(folder);
    return readdirSync(data).filter((name) => name !== 'tiny');
  }

  it('the files of killed preparations are removed, whichever corpus they prepared and however far they came', async () => {
    const unfinished = leftover('vocabulary.txt');
    const left = await preparedAmong({
      [leftover('tiny')]: [],
      [leftover('other.text-2')]: ['vocabulary.txt', 'train.bin', unfinished],
      [leftover('speech')]: [
        'phones.txt',
        'train.features.bin',
        'valid.labels.bin',
        '.train-draft.tmp',
        '.spoken.tmp',
      ],
      [leftover('replaced')]: ['manifest.json', 'vocabulary.txt', 'train.bin', 'topics-40.safetensors'],
    });
    expect(left).toEqual([]);
  });

  it('the files of killed preparations are removed by a preparation that finds its corpus prepared', async () => {
    const folder = tempFolder();
    await prepareTiny(folder);
    mkdirSync(join(folder, 'data', leftover('other')));
    expect((await prepareTiny(folder)).alreadyPrepared).toBe(true);
    expect(readdirSync(join(folder, 'data'))).toEqual(['tiny']);
  });

  it('files of living processes and other hosts are kept, and so are files whose names only look like leftovers', async () => {
    const others = {
      [leftover('tiny', process.pid)]: ['vocabulary.txt'],
      [leftover('other', process.pid)]: ['vocabulary.txt'],
      [leftover('other', deadPid, 'elsewhere')]: ['vocabulary.txt'],
      [leftover('Photos')]: [],
      [leftover('photos')]: ['holiday.jpg'],
      '.hidden': [],
    };
    expect((await preparedAmong(others)).sort()).toEqual(Object.keys(others).sort());
  });
});

it('many preparations of the same corpus at once all succeed', async () => {
  const folder = tempFolder();
  const input = { files: writeTexts(join(folder, 'text')) };
  await prepareTiny(folder, { input });
  // Damaged, so that each replaces it.
  rmSync(join(folder, 'data/tiny/manifest.json'));
  const summaries = await Promise.all(Array.from({ length: 8 }, () => prepareTiny(folder, { input })));
  expect(new Set(summaries.map(({ manifest }) => manifest.splits.train.sha256)).size).toBe(1);
  expect(readdirSync(join(folder, 'data/tiny')).sort()).toEqual(FILES);
  expect((await prepareTiny(folder)).alreadyPrepared).toBe(true);
});

it('a text that changes while it is read is noticed', async () => {
  const folder = tempFolder();
  const train = join(folder, 'text/train.txt');
  const work = prepareTiny(folder, { onProgress: () => appendFileSync(train, 'one more line\n') });
  expect((await faultOf(work)).message).toContain(`${train} was changed while it was being read`);
});

it('a preparation that is killed with kill -9 can be run again', async () => {
  const folder = tempFolder();
  const data = join(folder, 'data');
  const text = join(folder, 'large.txt');
  writeFileSync(text, 'the quick brown fox jumps over the lazy dog again\n'.repeat(800_000));
  const zlm = startZlm(['prepare', 'text', 'large', '--text', text, '--data', data]);
  const staged = () => existsSync(data) && readdirSync(data).some((name) => name.startsWith('.large.'));
  while (!staged() && zlm.process.exitCode === null) await sleep(5);
  zlm.process.kill('SIGKILL');
  expect((await zlm.ended).signal).toBe('SIGKILL');
  expect(existsSync(join(data, 'large'))).toBe(false);
  await prepareTiny(folder);
  expect(readdirSync(data)).toEqual(['tiny']);
  writeFileSync(text, 'a b\nc d\ne f\ng h\n'.repeat(5));
  const input = { file: text, fractions: [0.8, 0.1, 0.1] as const };
  expect((await prepareTiny(folder, { name: 'large', input })).alreadyPrepared).toBe(false);
  expect(readdirSync(data).sort()).toEqual(['large', 'tiny']);
});

const smallDisk = process.platform === 'linux' && process.getuid?.() === 0;

it.skipIf(!smallDisk)('a full disk is reported (needs root on Linux)', async ({ skip }) => {
  const disk = mountTmpfs('size=64k');
  if (disk === undefined) return skip('cannot mount a small disk here');
  const train = 'a b c d e f g h i j k l m n o p\n'.repeat(20_000);
  const fault = await faultOf(prepareTiny(tempFolder(), { dataFolder: disk }, { train }));
  expect(fault.message).toContain('no space left');
  expect(readdirSync(disk)).toEqual([]);
});
