import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { WantedFile } from '../../src/corpus/acquire/wanted-file.js';
import { preparePtb } from '../../src/corpus/ptb.js';
import { fetchFromMirror, MIRRORS, type Mirror, parseMirror } from '../../src/corpus/ptb-mirrors.js';
import { sha256 } from '../../src/storage/file-identity.js';
import { NEEDS_PTB, PTB, PTB_IS_HERE } from '../ptb-files.js';
import { tempFolder } from '../temp-folder.js';
import { makeTar, makeTgz, makeZip } from './acquire/archives.js';
import { type Answer, breakOff, endEarly, send, serve, status } from './acquire/file-server.js';
import { faultOf } from './tiny-corpus.js';

const FAST = { backoffSeconds: 0.001, stallSeconds: 5 };

/** Small files with their contents. */
const TEXTS = {
  'ptb.train.txt': ' the cat sat \n',
  'ptb.valid.txt': ' the dog \n',
  'ptb.test.txt': ' a bird \n',
};
const WANTED: WantedFile[] = Object.entries(TEXTS).map(([name, text]) => ({
  name,
  bytes: text.length,
  sha256: sha256(text),
}));

const entriesOf = (texts: Readonly<Record<string, string | Buffer>>) => [
  { path: './simple-examples/', type: '5' },
  { path: './simple-examples/data/README', content: 'what this is' },
  ...Object.entries(texts).map(([name, content]) => ({ path: `./simple-examples/data/${name}`, content })),
  { path: './simple-examples/models/swb.ngram.model', content: 'x'.repeat(100_000) },
];

const ARCHIVE = makeTgz(entriesOf(TEXTS));

/** A server with an archive, and its address as a mirror. */
async function archiveMirror(...answers: Answer[]): Promise<Mirror & { requests: string[] }> {
  const { url, requests } = await serve(...answers);
  return { kind: 'archive', url: `${url}imikolov%2Fsimple-examples.tgz`, requests };
}

describe('an archive on the web', () => {
  it.each([
    ['a gzipped tar archive', ARCHIVE],
    ['a tar archive', makeTar(entriesOf(TEXTS))],
    ['a zip archive', makeZip(entriesOf(TEXTS).filter(({ path }) => !path.endsWith('/')))],
  ])('an archive on the web is downloaded, gives the files, and is not kept: %s', async (_, content) => {
    const folder = tempFolder();
    const seen: (number | undefined)[] = [];
    const onProgress = ({ done, total }: { done: number; total?: number }) => seen.push(done, total);
    const mirror = await archiveMirror(send(content));
    expect(await fetchFromMirror(mirror, folder, WANTED, { ...FAST, onProgress })).toBeUndefined();
    expect(readdirSync(folder).sort()).toEqual(Object.keys(TEXTS).sort());
    for (const [name, text] of Object.entries(TEXTS))
      expect(readFileSync(join(folder, name), 'utf8')).toBe(text);
    expect(seen.slice(-2)).toEqual([content.length, content.length]);
    expect(mirror.requests).toEqual(['/imikolov%2Fsimple-examples.tgz']);
  });

  it('the download of an archive continues where the connection broke', async () => {
    const folder = tempFolder();
    const mirror = await archiveMirror(breakOff(ARCHIVE, 100), breakOff(ARCHIVE, 50), send(ARCHIVE));
    expect(await fetchFromMirror(mirror, folder, WANTED, FAST)).toBeUndefined();
    expect(mirror.requests.map((request) => request.split(' ')[1])).toEqual([
      ...[undefined, 'bytes=100-', 'bytes=150-'],
    ]);
  });

  it.each<[string, Answer, string]>([
    ['is missing', status(404), 'answered 404 Not Found'],
    [
      'is an HTML page',
      send(Buffer.from('<!DOCTYPE html><p>moved')),
      'sent something else: it is an HTML page',
    ],
    ['is cut off', endEarly(ARCHIVE, 200), 'sent something else: it is damaged or cut off'],
    [
      'has another text',
      send(makeTgz(entriesOf({ ...TEXTS, 'ptb.valid.txt': ' the fox \n' }))),
      'sent something else: ./simple-examples/data/ptb.valid.txt has the right size but other contents',
    ],
    ['lacks a file', send(makeTgz(entriesOf({}))), 'sent something else: ptb.train.txt is missing'],
  ])('an archive that %s is named, and nothing of it is kept', async (_, answer, reason) => {
    const folder = tempFolder();
    const mirror = await archiveMirror(answer);
    const failure = await fetchFromMirror(mirror, folder, WANTED.slice(1).concat(WANTED[0]), FAST);
    expect(failure?.url).toBe(mirror.url);
    expect(failure?.reason).toContain(reason.replace('ptb.train.txt is missing', 'ptb.valid.txt is missing'));
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe.skipIf(!PTB_IS_HERE)(`the real files from mirrors${NEEDS_PTB}`, () => {
  const textOf = (name: string) => readFileSync(join(PTB, name));
  const giveFile: Answer = ({ url = '' }, response) => response.end(textOf(url.slice(1)));
  const real = () =>
    makeTgz(entriesOf(Object.fromEntries(Object.keys(TEXTS).map((name) => [name, textOf(name)]))));

  async function prepareFrom(mirrors: readonly Mirror[]) {
    const folder = tempFolder();
    const notes: string[] = [];
    const places = { dataFolder: join(folder, 'data'), cacheFolder: join(folder, 'cache') };
    const work = preparePtb({ ...places, ...FAST, mirrors, onNote: (line) => notes.push(line) });
    return { work, notes, cache: () => readdirSync(join(folder, 'cache/ptb')).sort() };
  }

  it('the real files come from the first mirror that has them, with a line for each that failed', async () => {
    const gone = { kind: 'folder', url: (await serve(status(404))).url } as const;
    const broken = await archiveMirror(breakOff(ARCHIVE, 20));
    const wrong = await archiveMirror(send(ARCHIVE));
    const right = await archiveMirror(send(real()));
    const { work, notes, cache } = await prepareFrom([gone, broken, wrong, right]);
    expect((await work).manifest.splits.train.tokens).toBe(929_589);
    expect(notes).toEqual([
      `${gone.url}ptb.train.txt answered 404 Not Found; trying ${broken.url}`,
      expect.stringMatching(`^${broken.url} broke off: .*; trying ${wrong.url}$`),
      expect.stringMatching(/ sent something else: \S+ptb\.train\.txt has only 14 of 5101618 bytes; trying /),
    ]);
    expect(cache()).toEqual(Object.keys(TEXTS).sort());
  });

  it('files that have arrived are not requested again from the next mirror', async () => {
    const partly = await serve(giveFile, giveFile, status(500));
    const whole = await serve(giveFile);
    const { work } = await prepareFrom([
      { kind: 'folder', url: partly.url },
      { kind: 'folder', url: whole.url },
    ]);
    await work;
    expect(whole.requests).toEqual(['/ptb.test.txt']);
  });

  it('files that no mirror has are reported as missing', async () => {
    const [one, two] = [await archiveMirror(status(404)), await archiveMirror(status(403))];
    const { work, notes } = await prepareFrom([one, two]);
    const fault = await faultOf(work);
    expect(fault.message).toContain(`${one.url} answered 404 Not Found`);
    expect(fault.message).toContain(`${two.url} answered 403 Forbidden`);
    expect(notes).toHaveLength(1);
  });
});

describe('the address of a mirror', () => {
  it.each([
    ['https://example.org/ptb', 'folder', 'https://example.org/ptb/'],
    ['https://example.org/ptb/', 'folder', 'https://example.org/ptb/'],
    ['https://example.org/a/b.tgz', 'archive', 'https://example.org/a/b.tgz'],
    ['http://example.org/b.TAR.GZ?download=1', 'archive', 'http://example.org/b.TAR.GZ?download=1'],
    ['http://example.org/b.zip', 'archive', 'http://example.org/b.zip'],
    ['http://example.org/%zz%2Fb.tar', 'archive', 'http://example.org/%zz%2Fb.tar'],
  ])('the address %s is that of a %s', (address, kind, url) => {
    expect(parseMirror(address)).toEqual({ kind, url });
  });

  it('the address of each known mirror is valid, and the mirrors are on several hosts', () => {
    expect(MIRRORS.map(({ url }) => parseMirror(url))).toEqual(MIRRORS);
    expect(new Set(MIRRORS.map(({ url }) => new URL(url).host)).size).toBe(3);
  });
});
