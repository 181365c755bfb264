/** Archives from elsewhere: zip, tar and Debian packages. */
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { readArchive } from '../../../src/corpus/acquire/archive.js';
import { readDebianPackage } from '../../../src/corpus/acquire/debian-package.js';
import { makeTar, makeTgz, makeZip } from '../../corpus/acquire/archives.js';
import { member } from '../../corpus/libreoffice/small-packages.js';
import { type FuzzTarget, fromFile } from '../target.js';

const ENTRIES = [
  { path: 'data/a.txt', content: 'one two three\n'.repeat(20) },
  { path: 'data/empty.txt' },
  { path: 'data', type: '5' },
  { path: 'data/link', type: '2', linkTo: '../../etc/passwd' },
  { path: '././@LongLink', type: 'L', content: `data/${'long'.repeat(40)}.txt\0` },
  { path: 'data/long', content: 'x' },
];
const FILES = ENTRIES.filter(({ type }) => type === undefined);
const WORDS = ['ustar', 'PK\u0003\u0004', 'PK\u0005\u0006', '00000000000\0', '77777777777\0', '../'];

const archive: FuzzTarget = {
  name: 'archive',
  words: WORDS,
  share: 60,
  async open(folder) {
    const path = join(folder, 'input.tgz');
    return fromFile(path, [makeTar(ENTRIES), makeTgz(ENTRIES), makeZip(FILES)], () =>
      readArchive(path, () => true, { fileBytes: 1e6, takenBytes: 4e6, unpackedBytes: 16e6 }),
    );
  },
};

/** A tar archive with the file "./a", "hello, xz", compressed by liblzma. */
const XZ = Buffer.from(
  '/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj4Af/AEVdABcLyKEF4XBklONRMjKON6oPhFOe2Pfpq2fUOrlk3gh5isiQYku37Nw0Z3hm2uwT399JYnRBPlJXryu+cenRdfDoZEkTAAAAAABbERCHkC0nQAABYYAQAAAAL+8C4bHEZ/sCAAAAAARZWg==',
  'base64',
);

function packageOf(name: string, data: Buffer): Buffer {
  const members = [member('debian-binary', Buffer.from('2.0\n')), member(name, data)];
  return Buffer.concat([Buffer.from('!<arch>\n'), ...members]);
}

const debianPackage: FuzzTarget = {
  name: 'debian-package',
  words: [
    '!<arch>\n',
    'data.tar.xz',
    'data.tar.gz/',
    'data.tar',
    '`\n',
    '-60       ',
    '1e9       ',
    ...WORDS,
  ],
  share: 60,
  async open(folder) {
    const path = join(folder, 'input.deb');
    const tar = makeTar(ENTRIES);
    return fromFile(
      path,
      [packageOf('data.tar', tar), packageOf('data.tar.gz', gzipSync(tar)), packageOf('data.tar.xz', XZ)],
      () => readDebianPackage(path, () => true),
    );
  },
};

export const ARCHIVE_TARGETS: readonly FuzzTarget[] = [archive, debianPackage];
