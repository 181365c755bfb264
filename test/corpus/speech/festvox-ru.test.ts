import { createHash } from 'node:crypto';
import { readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import {
  FESTVOX_RU_PACKAGE,
  newestFestvoxRu,
  prepareFestvoxRu,
} from '../../../src/corpus/speech/festvox-ru/prepare.js';
import { SpeechCorpus } from '../../../src/corpus/speech/speech-corpus.js';
import { tempFolder } from '../../temp-folder.js';
import { serveFolder } from '../acquire/file-server.js';
import { writePackage } from '../libreoffice/small-packages.js';
import { faultOf } from '../tiny-corpus.js';
import { festvoxText, wavOf } from './folders.js';

const VOICE = 'usr/share/festival/voices/russian/msu_ru_nsh_clunits';

/** Writes a package of so many recordings, in the order of a real one: labels first. */
async function writeVoice(path: string, recordings: number): Promise<string> {
  const phones = (index: number) => ['pau', index % 2 === 0 ? 'a' : 'ii', 's', 'pau'];
  const name = (index: number) => `ru_${`${index + 1}`.padStart(4, '0')}`;
  const indices = Array.from({ length: recordings }, (_, index) => index);
  const files = {
    [`${VOICE}/etc/voice.defs`]: 'x',
    ...Object.fromEntries(indices.map((i) => [`${VOICE}/lab/${name(i)}.lab`, festvoxText(phones(i))])),
    ...Object.fromEntries(indices.map((i) => [`${VOICE}/wav/${name(i)}.wav`, wavOf(phones(i))])),
  };
  await writePackage(path, files);
  return path;
}

/** Returns a file as the pinned package. */
function pinnedAs(path: string): typeof FESTVOX_RU_PACKAGE {
  const content = readFileSync(path);
  const hash = (kind: string) => createHash(kind).update(content).digest('hex');
  return { ...FESTVOX_RU_PACKAGE, bytes: content.length, sha1: hash('sha1'), sha256: hash('sha256') };
}

it('a package is prepared: of every twenty recordings, one is for valid and one for test', async () => {
  const folder = tempFolder();
  const from = await writeVoice(join(folder, FESTVOX_RU_PACKAGE.name), 40);
  const pinned = pinnedAs(from);
  const dataFolder = join(folder, 'data');
  const { manifest } = await prepareFestvoxRu({ from, dataFolder, package: pinned, features: { deltas: 0 } });
  expect(manifest.splits).toMatchObject({
    train: { utterances: 36, speakers: 1 },
    valid: { utterances: 2 },
    test: { utterances: 2 },
  });
  expect(manifest.scoring).toEqual({ folding: 'none', classes: ['a', 'ii', 'pau', 's'] });
  const corpus = await SpeechCorpus.open(dataFolder, 'festvox-ru');
  expect([0, 1].map((index) => corpus.split('valid').name(index))).toEqual(['ru_0010', 'ru_0030']);
  expect([0, 1].map((index) => corpus.split('test').name(index))).toEqual(['ru_0020', 'ru_0040']);
  corpus.close();
});

it('a package of another release is refused unless it is asked for', async () => {
  const folder = tempFolder();
  const from = await writeVoice(join(folder, 'festvox-ru_0.6-1_all.deb'), 20);
  const fault = await faultOf(prepareFestvoxRu({ from, dataFolder: join(folder, 'data') }));
  expect(fault.message).toMatch(
    /0\.6-1_all\.deb is not festvox-ru_0\.5\+dfsg-6_all\.deb: it has only \d+ of 178728512/,
  );
  expect(fault.cures[0]).toContain('--any-release');
  const prepared = await prepareFestvoxRu({ from, anyRelease: true, dataFolder: join(folder, 'data') });
  expect(prepared.manifest.splits.train.utterances).toBe(18);
});

it('a package without recordings is refused', async () => {
  const folder = tempFolder();
  const from = join(folder, 'other.deb');
  await writePackage(from, { 'usr/share/doc/x': 'x' });
  const fault = await faultOf(prepareFestvoxRu({ from, anyRelease: true, dataFolder: join(folder, 'data') }));
  expect(fault.message).toMatch(/other\.deb has no recordings of a Russian voice with labels$/);
});

it('the newest release of a listing is that with the largest number', () => {
  const listing = ['0.5+dfsg-6', '0.5%2Bdfsg-10', '0.5+dfsg-9']
    .map((release) => `<a href="festvox-ru_${release}_all.deb">x</a>`)
    .join('');
  expect(newestFestvoxRu(listing)).toBe('0.5+dfsg-10');
  expect(newestFestvoxRu('<a href="festvox-de_1.0-1_all.deb">')).toBeUndefined();
});

it('the pinned release is downloaded from the pool or the archive, and the newest one where it is asked for', async () => {
  const folder = tempFolder();
  const [old, next] = [FESTVOX_RU_PACKAGE.name, 'festvox-ru_0.5+dfsg-7_all.deb'];
  const pinned = pinnedAs(await writeVoice(join(folder, old), 20));
  await writeVoice(join(folder, next), 40);
  renameSync(join(folder, old), join(folder, pinned.sha1));
  const pool = await serveFolder(folder, [next]);
  const archive = await serveFolder(folder, [pinned.sha1]);
  const places = { dataFolder: join(folder, 'data'), cacheFolder: join(folder, 'cache') };
  const quick = { stallSeconds: 5, backoffSeconds: 0.001, features: { deltas: 0 } } as const;
  const options = { ...places, ...quick, package: pinned, mirrors: { pool, archive } };
  expect((await prepareFestvoxRu(options)).manifest.splits.train.utterances).toBe(18);
  const newest = await prepareFestvoxRu({ ...options, anyRelease: true, force: true });
  expect(newest.manifest.splits.train.utterances).toBe(36);
  expect(newest.manifest.sourceFiles[0].name).toBe(next);
  const nowhere = { ...options, cacheFolder: join(folder, 'other'), mirrors: { pool, archive: pool } };
  const fault = await faultOf(prepareFestvoxRu(nowhere));
  expect(fault.message).toMatch(/^The package festvox-ru could not be downloaded:\n {2}http/);
  expect(fault.cures).toHaveLength(3);
});
