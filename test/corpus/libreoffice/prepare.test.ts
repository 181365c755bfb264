import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import {
  HELP_PACKAGES,
  type HelpPackage,
  type HelpPackageOptions,
  newestRelease,
} from '../../../src/corpus/libreoffice/help-packages.js';
import { pairsOfPages } from '../../../src/corpus/libreoffice/help-pairs.js';
import { prepareLibreOffice } from '../../../src/corpus/libreoffice/prepare.js';
import { ParallelCorpus } from '../../../src/corpus/parallel/parallel-corpus.js';
import { tempFolder } from '../../temp-folder.js';
import { serveFolder } from '../acquire/file-server.js';
import { faultOf } from '../tiny-corpus.js';
import { page, pagePath, writeHelpPackages } from './small-packages.js';

/** Returns the packages of a folder as pinned ones. */
function pinned(paths: { source: string; target: string }): Record<'source' | 'target', HelpPackage> {
  const pin = (side: 'source' | 'target'): HelpPackage => {
    const content = readFileSync(paths[side]);
    const hash = (kind: string) => createHash(kind).update(content).digest('hex');
    const name = basename(paths[side]);
    return {
      ...HELP_PACKAGES[side],
      name,
      bytes: content.length,
      sha1: hash('sha1'),
      sha256: hash('sha256'),
    };
  };
  return { source: pin('source'), target: pin('target') };
}

it('a download is prepared: pages of their own for each split, subwords, and the text of test', async () => {
  const folder = tempFolder();
  const paths = await writeHelpPackages(folder, 40);
  const pool = await serveFolder(
    folder,
    Object.values(paths).map((path) => basename(path)),
  );
  const options = {
    ...{
      dataFolder: join(folder, 'data'),
      cacheFolder: join(folder, 'cache'),
      packages: pinned(paths),
      bpe: 20,
    },
    mirrors: { pool, archive: 'http://127.0.0.1:1/' },
  };
  const { manifest } = await prepareLibreOffice(options);
  const { train, valid, test } = manifest.splits;
  expect([train.pairs, valid.pairs, test.pairs]).toEqual([108, 6, 6]);
  expect(manifest.merges).toEqual({ source: 20, target: 20 });
  const corpus = await ParallelCorpus.open(join(folder, 'data'), 'libreoffice');
  onTestFinished(() => corpus.close());
  expect((await corpus.text('valid', 'source'))[0]).toBe('Sentence 1 of the page 9.');
  expect((await corpus.text('test', 'target'))[5]).toBe('Phrase 3 de la page 39.');
  // A second time nothing is downloaded.
  const offline = { ...options, mirrors: { pool: 'http://127.0.0.1:1/', archive: 'http://127.0.0.1:1/' } };
  expect((await prepareLibreOffice(offline)).alreadyPrepared).toBe(true);
});

it('a package that the pool no longer has comes from the archive of all releases', async () => {
  const folder = tempFolder();
  const paths = await writeHelpPackages(folder, 40);
  const packages = pinned(paths);
  const stored = join(folder, 'stored');
  mkdirSync(stored);
  for (const side of ['source', 'target'] as const)
    renameSync(paths[side], join(stored, packages[side].sha1));
  const pool = await serveFolder(folder, []);
  const archive = await serveFolder(stored, [packages.source.sha1, packages.target.sha1]);
  const places = { dataFolder: join(folder, 'data'), cacheFolder: join(folder, 'cache') };
  const prepared = await prepareLibreOffice({ ...places, packages, mirrors: { pool, archive } });
  expect(prepared.manifest.splits.train.pairs).toBe(108);
  expect(prepared.manifest.sourceFiles.map(({ sha256 }) => sha256)).toEqual([
    packages.source.sha256,
    packages.target.sha256,
  ]);
});

it('the newest release of the pool is taken on demand', async () => {
  const folder = tempFolder();
  const paths = await writeHelpPackages(folder, 20, '7.4.7-1+deb12u15');
  const pool = await serveFolder(
    folder,
    Object.values(paths).map((path) => basename(path)),
  );
  const places = { dataFolder: join(folder, 'data'), cacheFolder: join(folder, 'cache') };
  const mirrors = { pool, archive: 'http://127.0.0.1:1/' };
  const fault = await faultOf(prepareLibreOffice({ ...places, mirrors }));
  expect(fault.message).toContain('libreoffice-help-en-us could not be downloaded');
  expect(fault.message).toContain('answered 404');
  expect(fault.cures.join('\n')).toContain('--any-release');
  const { manifest } = await prepareLibreOffice({ ...places, mirrors, anyRelease: true });
  expect(manifest.splits.test.pairs).toBe(3);
  expect(manifest.sourceFiles[1].name).toBe('libreoffice-help-fr_7.4.7-1+deb12u15_all.deb');
});

it('the newest release is that which both packages have, by the number of its update', () => {
  const listing = ['en-us_7.4.7-1+deb12u9', 'fr_7.4.7-1+deb12u9', 'en-us_7.4.7-1%2Bdeb12u10']
    .concat(['fr_7.4.7-1%2Bdeb12u10', 'fr_7.4.7-1+deb12u11', 'fr_25.2.3-2+deb13u5', 'en-us_25.2.3-2+deb13u5'])
    .map((name) => `<a href="libreoffice-help-${name}_all.deb">`)
    .join('\n');
  expect(newestRelease(listing)).toBe('7.4.7-1+deb12u10');
  expect(newestRelease('')).toBeUndefined();
});

it.each<[string, (paths: { source: string; target: string }) => Partial<HelpPackageOptions>, RegExp, string]>(
  [
    [
      'another release',
      ({ source, target }) => ({ from: [target, source] }),
      /is not libreoffice-help-fr_.*: it /,
      '--any-release',
    ],
    [
      'one package',
      ({ source }) => ({ from: [source], anyRelease: true }),
      /Two packages are needed/,
      '--from',
    ],
    [
      'the same package twice',
      ({ source }) => ({ from: [source, source], anyRelease: true }),
      /Two packages are needed/,
      '--from',
    ],
    [
      'a missing file',
      ({ source }) => ({ from: [source.replace('en-us', 'en-us-x'), source] }),
      /Cannot read .*en-us-x.*: no such file/,
      'Check the path',
    ],
  ],
)('--from with %s is explained', async (_, options, message, cure) => {
  const folder = tempFolder();
  const paths = await writeHelpPackages(folder, 2);
  const fault = await faultOf(prepareLibreOffice({ dataFolder: join(folder, 'data'), ...options(paths) }));
  expect(fault.message).toMatch(message);
  expect(fault.cures.join('\n')).toContain(cure);
});

it('a package without pages of help is explained', async () => {
  const folder = tempFolder();
  const { source, target } = await writeHelpPackages(folder, 0);
  const options = { dataFolder: join(folder, 'data'), from: [source, target], anyRelease: true };
  expect((await faultOf(prepareLibreOffice(options))).message).toContain(
    "has no pages of LibreOffice's help",
  );
});

it('paragraphs are paired by page and identifier, and those that are not translated are left out', async () => {
  const file = (language: string, name: string, paragraphs: Record<string, string>) => ({
    path: pagePath(language, name),
    content: Buffer.from(page(paragraphs)),
  });
  const { train } = await pairsOfPages(
    [
      file('en-US', 'b', { par_id1: 'Second', par_id2: 'OK', par_id3: 'Only English' }),
      file('en-US', 'a', { par_id1: 'First' }),
      file('en-US', 'c', { par_id1: 'No page in French' }),
    ],
    [file('fr', 'a', { par_id1: 'Premier' }), file('fr', 'b', { par_id2: 'OK', par_id1: 'Deuxième' })],
  );
  expect(train).toEqual([
    { source: 'First', target: 'Premier' },
    { source: 'Second', target: 'Deuxième' },
  ]);
});
