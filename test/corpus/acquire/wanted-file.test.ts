import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { faultOfContent, findFiles, type WantedFile } from '../../../src/corpus/acquire/wanted-file.js';
import { sha256 } from '../../../src/storage/file-identity.js';
import { tempFolder } from '../../temp-folder.js';
import { faultOf } from '../tiny-corpus.js';
import { makeTgz, makeZip } from './archives.js';

const CONTENT = Buffer.from('a b c\nd e f\n');
const WANTED: WantedFile = { name: 'x.txt', bytes: CONTENT.length, sha256: sha256(CONTENT) };

it('the right content is accepted', () => {
  expect(faultOfContent(CONTENT, WANTED)).toBeUndefined();
});

it.each<[string, Buffer, string]>([
  ['nothing', Buffer.alloc(0), 'is empty'],
  ['a page', Buffer.from('\n  <HTML><body>'), 'is an HTML page, as saved from a web site'],
  [
    'a pointer',
    Buffer.from('version https://git-lfs.github.com/spec/v1\n'),
    'is a Git LFS pointer, not the file itself',
  ],
  ['an answer of an interface', Buffer.from('{"message": "Not Found"}'), 'is a JSON document'],
  ['a zip archive', makeZip([{ path: 'a', content: 'b' }]), 'is a zip archive'],
  ['a tgz archive', makeTgz([{ path: 'a', content: 'b' }]), 'is a gzip archive'],
  ['a cut file', CONTENT.subarray(0, 5), 'has only 5 of 12 bytes'],
  ['Windows line ends', Buffer.from('a b c\r\nd e f\r\n'), 'has CR LF line ends, so it was converted'],
  ['a longer file', Buffer.from('a b c\nd e f\ng\n'), 'has 14 bytes instead of 12'],
  ['another file', Buffer.from('a b c\nd e g\n'), 'has the right size but other contents'],
])('the fault of %s is named', (_, content, fault) => {
  expect(faultOfContent(content, WANTED)).toContain(fault);
});

const wantsX = (name: string) => name === 'x.txt';

it('files are found at any depth, nearest first', async () => {
  const folder = tempFolder();
  mkdirSync(join(folder, 'a/b'), { recursive: true });
  mkdirSync(join(folder, 'x.txt'));
  for (const place of ['a/b/x.txt', 'a/x.txt', 'a/y.txt']) writeFileSync(join(folder, place), place);
  const found = await findFiles(folder, wantsX);
  expect(found.map(({ origin, content }) => [origin, content.toString()])).toEqual([
    [join(folder, 'a/x.txt'), 'a/x.txt'],
    [join(folder, 'a/b/x.txt'), 'a/b/x.txt'],
  ]);
});

it('circular links are not followed', async () => {
  const folder = tempFolder();
  symlinkSync('.', join(folder, 'self'));
  writeFileSync(join(folder, 'x.txt'), '');
  expect(await findFiles(folder, wantsX)).toHaveLength(1);
});

it('a missing folder is reported by its path', async () => {
  expect((await faultOf(findFiles('/nowhere', wantsX))).message).toContain('/nowhere');
});
