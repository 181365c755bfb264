import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readDebianPackage } from '../../../src/corpus/acquire/debian-package.js';
import { tempFolder } from '../../temp-folder.js';
import { member, writePackage } from '../libreoffice/small-packages.js';
import { faultOf } from '../tiny-corpus.js';

/** `printf 'Hello.\n' > hello.txt; tar --owner=0 --group=0 -cf - ./hello.txt | xz -9` */
const XZ =
  '/Td6WFoAAATm1rRGAgAhARwAAAAQz1jM4Cf/AHddABcLyYcSAqjBb+7z0cjNhJDcGzNAHMA4fVSu3zm6OrxZRzQ8FTSYkQ7+GZdXo2Ri+U6rEPaHHTuh+vQBg8Bs8cpkljs+69LRo/7aSud6rCNfxExsv0yXax04wjkvX7BUAFfi6CugEarzkC2J2CRVwNemkDid+g8AAAD70wmYeWuIRgABkwGAUAAACwEi5LHEZ/sCAAAAAARZWg==';

it('the wanted files of a package are read, whatever their folder', async () => {
  const path = join(tempFolder(), 'a.deb');
  await writePackage(path, { 'usr/share/a.html': 'A', 'usr/share/b.txt': 'B', 'c.html': 'C' });
  const files = await readDebianPackage(path, (name) => name.endsWith('.html'));
  expect(files.map(({ path, content }) => [path, content.toString()])).toEqual([
    ['usr/share/a.html', 'A'],
    ['c.html', 'C'],
  ]);
});

it('a package compressed by xz is read', async () => {
  const path = join(tempFolder(), 'a.deb');
  const data = Buffer.from(XZ, 'base64');
  writeFileSync(path, Buffer.concat([Buffer.from('!<arch>\n'), member('data.tar.xz', data)]));
  const files = await readDebianPackage(path, () => true);
  expect(files.map(({ path, content }) => [path, content.toString()])).toEqual([['hello.txt', 'Hello.\n']]);
  truncateSync(path, 68 + data.length - 60);
  expect((await faultOf(readDebianPackage(path, () => true))).message).toMatch(
    /it is damaged or cut off|it is cut off/,
  );
});

it.each<[string, Buffer, RegExp]>([
  ['an HTML page', Buffer.from('<html>'), /it is not a Debian package/],
  [
    'a package without files',
    Buffer.concat([Buffer.from('!<arch>\n'), member('debian-binary', Buffer.from('2.0\n'))]),
    /it has no member "data\.tar"/,
  ],
  [
    'an odd compression',
    Buffer.concat([Buffer.from('!<arch>\n'), member('data.tar.zst', Buffer.from('x'))]),
    /"data\.tar\.zst" is compressed in a way that zlm cannot read/,
  ],
  // A member that ended before its own header would be found again and again.
  ['a negative size', Buffer.from(`!<arch>\n${'debian-binary'.padEnd(48)}-60       \`\n`), /it is damaged/],
  [
    'a member without contents',
    Buffer.concat([Buffer.from('!<arch>\n'), member('data.tar', Buffer.alloc(0))]),
    /its member "data\.tar" is empty/,
  ],
  // xz-decompress fails with a TypeError when its stream has no bytes.
  [
    'an xz member that is cut off at once',
    Buffer.concat([
      Buffer.from('!<arch>\n'),
      member('data.tar.xz', Buffer.from(XZ, 'base64')).subarray(0, 60),
    ]),
    /it is damaged or cut off/,
  ],
  ['a damaged header', Buffer.concat([Buffer.from('!<arch>\n'), Buffer.alloc(60, 'x')]), /it is damaged/],
])('%s is refused', async (_, content, message) => {
  const path = join(tempFolder(), 'a.deb');
  writeFileSync(path, content);
  const fault = await faultOf(readDebianPackage(path, () => true));
  expect(fault.message).toMatch(message);
  expect(fault.kind).toBe('data');
});
