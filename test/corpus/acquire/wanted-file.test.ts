import { expect, it } from 'vitest';
import { faultOfContent, type WantedFile } from '../../../src/corpus/acquire/wanted-file.js';
import { sha256 } from '../../../src/storage/sha256.js';
import { makeTgz, makeZip } from './archives.js';

const CONTENT = Buffer.from('a b c\nd e f\n');
const WANTED: WantedFile = { name: 'x.txt', bytes: CONTENT.length, sha256: sha256(CONTENT) };

it('finds nothing wrong with the right content', () => {
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
  [
    'Windows line ends',
    Buffer.from('a b c\r\nd e f\r\n'),
    'has CR LF line ends, so it was changed on the way',
  ],
  ['a longer file', Buffer.from('a b c\nd e f\ng\n'), 'has 14 bytes instead of 12'],
  ['another file', Buffer.from('a b c\nd e g\n'), 'has the right size but other contents'],
])('tells what %s is', (_, content, fault) => {
  expect(faultOfContent(content, WANTED)).toContain(fault);
});
