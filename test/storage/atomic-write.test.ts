import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.js';
import {
  describeFileError,
  replaceFolderAtomically,
  writeFileAtomically,
} from '../../src/storage/atomic-write.js';
import { tempFolder } from '../temp-folder.js';
import { startChild } from './child.js';
import { mountTmpfs } from './tmpfs.js';

const dataError = (...parts: string[]) =>
  expect.objectContaining({
    name: 'UserError',
    kind: 'data',
    message: expect.stringMatching(new RegExp(parts.join('.*'))),
    cures: expect.arrayContaining([expect.any(String)]),
  });

describe('writeFileAtomically', () => {
  it('writeFileAtomically writes texts, bytes and pieces, makes the folders, and leaves no other files', async () => {
    const folder = join(tempFolder(), 'a', 'b');
    await writeFileAtomically(join(folder, 'text'), 'naïve\n');
    await writeFileAtomically(join(folder, 'bytes'), Uint8Array.of(1, 2, 3));
    await writeFileAtomically(join(folder, 'pieces'), [
      Uint8Array.of(1),
      new Uint8Array(0),
      Uint8Array.of(2, 3),
    ]);
    expect(readFileSync(join(folder, 'text'), 'utf8')).toBe('naïve\n');
    expect([...readFileSync(join(folder, 'bytes'))]).toEqual([1, 2, 3]);
    expect([...readFileSync(join(folder, 'pieces'))]).toEqual([1, 2, 3]);
    expect(readdirSync(folder).sort()).toEqual(['bytes', 'pieces', 'text']);
  });

  it('writeFileAtomically writes a view on a larger buffer, not the whole buffer', async () => {
    const path = join(tempFolder(), 'view');
    await writeFileAtomically(path, [new Uint8Array([9, 1, 2, 9]).subarray(1, 3)]);
    expect([...readFileSync(path)]).toEqual([1, 2]);
  });

  it('writeFileAtomically keeps the old file and removes the temporary one when the content fails halfway', async () => {
    const folder = tempFolder();
    const path = join(folder, 'file');
    writeFileSync(path, 'old');
    function* failing() {
      yield Buffer.from('new');
      throw new RangeError('no more');
    }
    await expect(writeFileAtomically(path, failing())).rejects.toThrow(RangeError);
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(folder)).toEqual(['file']);
  });

  it('writeFileAtomically leaves the old file whole when it is killed before the rename, and the next write cleans up', async () => {
    const folder = tempFolder();
    const path = join(folder, 'file');
    writeFileSync(path, 'old');
    const child = startChild('write-and-hang.child.ts', path, 'the new content');
    expect(await child.nextLine()).toBe('written');
    const temp = readdirSync(folder).filter((name) => name !== 'file');
    expect(temp).toHaveLength(1);
    expect(readFileSync(join(folder, temp[0]), 'utf8')).toBe('the new content');

    await writeFileAtomically(path, 'written meanwhile');
    expect(readdirSync(folder).sort()).toEqual([...temp, 'file'].sort());
    await child.kill();
    expect(readFileSync(path, 'utf8')).toBe('written meanwhile');
    await writeFileAtomically(path, 'newest');
    expect(readFileSync(path, 'utf8')).toBe('newest');
    expect(readdirSync(folder)).toEqual(['file']);
  });

  it('writeFileAtomically keeps one whole file of many simultaneous writers', async () => {
    const folder = tempFolder();
    const path = join(folder, 'file');
    const texts = Array.from({ length: 8 }, (_, i) => `${i}`.repeat(10_000));
    await Promise.all(texts.map((text) => writeFileAtomically(path, text)));
    expect(texts).toContain(readFileSync(path, 'utf8'));
    expect(readdirSync(folder)).toEqual(['file']);
  });

  it('writeFileAtomically names the path when a folder is in its place, or a file in the place of a folder', async () => {
    const folder = tempFolder();
    const inTheWay = join(folder, 'taken');
    mkdirSync(inTheWay);
    writeFileSync(join(folder, 'file'), '');
    const below = join(folder, 'file', 'x');
    await expect(writeFileAtomically(inTheWay, 'x')).rejects.toEqual(dataError(inTheWay, 'is a folder'));
    await expect(writeFileAtomically(below, 'x')).rejects.toEqual(
      dataError(join(folder, 'file'), 'something else has that name'),
    );
    expect(readdirSync(folder).sort()).toEqual(['file', 'taken']);
  });

  it('writeFileAtomically reports a full disk, keeps the old file and frees the space', async ({ skip }) => {
    const folder = mountTmpfs('size=64k');
    if (!folder) return skip('cannot mount a small file system here');
    const path = join(folder, 'checkpoint');
    await writeFileAtomically(path, 'old');
    await expect(writeFileAtomically(path, new Uint8Array(1 << 20))).rejects.toEqual(
      dataError(path, 'no space'),
    );
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(folder)).toEqual(['checkpoint']);
    await writeFileAtomically(path, 'newer');
  });

  it('writeFileAtomically reports a read-only file system', async ({ skip }) => {
    const folder = mountTmpfs('ro');
    if (!folder) return skip('cannot mount a read-only file system here');
    const path = join(folder, 'file');
    await expect(writeFileAtomically(path, 'x')).rejects.toEqual(dataError(path, 'read-only'));
  });
});

describe('replaceFolderAtomically', () => {
  function folderWith(path: string, content: string): string {
    mkdirSync(join(path, 'inner'), { recursive: true });
    writeFileSync(join(path, 'inner', 'file'), content);
    return path;
  }

  it('replaceFolderAtomically renames a finished folder, and replaces an older one', async () => {
    const root = tempFolder();
    const target = join(root, 'made', 'target');
    await replaceFolderAtomically(folderWith(join(root, 'first'), 'one'), target);
    expect(readFileSync(join(target, 'inner', 'file'), 'utf8')).toBe('one');
    await replaceFolderAtomically(folderWith(join(root, 'second'), 'two'), target);
    expect(readFileSync(join(target, 'inner', 'file'), 'utf8')).toBe('two');
    expect(readdirSync(root)).toEqual(['made']);
    expect(readdirSync(join(root, 'made'))).toEqual(['target']);
  });

  it('replaceFolderAtomically refuses to replace a file', async () => {
    const root = tempFolder();
    const target = join(root, 'target');
    writeFileSync(target, 'precious');
    const temp = folderWith(join(root, 'temp'), 'one');
    await expect(replaceFolderAtomically(temp, target)).rejects.toEqual(dataError(target, 'not a folder'));
    expect(readFileSync(target, 'utf8')).toBe('precious');
  });

  it('replaceFolderAtomically reports a disk that is mounted at the target', async ({ skip }) => {
    const root = tempFolder();
    const target = join(root, 'target');
    mkdirSync(target);
    if (!mountTmpfs('size=64k', target)) return skip('cannot mount a file system here');
    writeFileSync(join(target, 'file'), '');
    const temp = folderWith(join(root, 'temp'), 'one');
    await expect(replaceFolderAtomically(temp, target)).rejects.toEqual(
      dataError(target, 'a disk is mounted there'),
    );
    expect(readdirSync(target)).toEqual(['file']);
  });

  it('replaceFolderAtomically reports a target on another disk', async ({ skip }) => {
    const disk = mountTmpfs('size=64k');
    if (!disk) return skip('cannot mount a file system here');
    const target = join(tempFolder(), 'target');
    const temp = folderWith(join(disk, 'temp'), 'one');
    await expect(replaceFolderAtomically(temp, target)).rejects.toEqual(dataError(target, 'on another disk'));
  });
});

describe('describeFileError', () => {
  it.skipIf(process.platform !== 'linux')(
    'describeFileError describes a full disk (Linux: /dev/full)',
    async () => {
      const error = await writeFile('/dev/full', 'x').catch((error) => error);
      expect(describeFileError(error, 'runs/a', 'write')).toEqual(
        dataError('Cannot write runs/a', 'no space'),
      );
    },
  );

  it('describeFileError describes each error code that a user can cause, and keeps the cause', () => {
    const codes = [
      'ENOENT',
      'EACCES',
      'EPERM',
      'ENOSPC',
      'EDQUOT',
      'EROFS',
      'EISDIR',
      'ENOTDIR',
      'EMFILE',
      'EIO',
      'EBUSY',
      'EXDEV',
    ];
    for (const code of codes) {
      const cause = Object.assign(new Error(code), { code });
      const error = describeFileError(cause, 'some/path', 'read');
      expect(error, code).toEqual(dataError('Cannot read some/path: '));
      expect(error?.cause).toBe(cause);
    }
  });

  it.skipIf(process.platform !== 'linux').each([
    ['EFBIG', 27, 'the file would be larger than is allowed'],
    ['EINVAL', 22, 'the file system does not take this name, or does not offer this operation'],
    ['EILSEQ', 84, 'the file system does not take a character of the name'],
    ['ENOTCONN', 107, 'the network file system does not answer'],
    ['ETIMEDOUT', 110, 'the network file system does not answer'],
    ['ENODEV', 19, 'no such device (ENODEV)'],
    [
      'Unknown system error -116',
      116,
      'the network file system has removed or replaced it (stale file handle)',
    ],
    ['Unknown system error -122', 122, 'no space left on the disk'],
    ['Unknown system error -117', 117, 'the file system answers with error 117'],
  ])(
    `describeFileError has words for %s${process.platform === 'linux' ? '' : ', skipped: the numbers are those of Linux'}`,
    (code, errno, words) => {
      const cause = Object.assign(new Error(code), { code, errno: -errno, syscall: 'open' });
      expect(describeFileError(cause, 'some/path', 'read')?.message).toBe(`Cannot read some/path: ${words}`);
    },
  );

  it('describeFileError returns nothing for other errors', () => {
    expect(describeFileError(new TypeError('bug'), 'x', 'read')).toBeUndefined();
    expect(describeFileError(Object.assign(new Error(), { code: 'EBADF' }), 'x', 'read')).toBeUndefined();
    for (const syscall of ['spawn cc', 'connect']) {
      const error = Object.assign(new Error(), { code: 'ENODEV', errno: -19, syscall });
      expect(describeFileError(error, 'x', 'read')).toBeUndefined();
    }
    const zlib = Object.assign(new Error(), { code: 'Z_DATA_ERROR', errno: -3 });
    expect(describeFileError(zlib, 'x', 'read')).toBeUndefined();
    expect(describeFileError('text', 'x', 'read')).toBeUndefined();
    expect(describeFileError(null, 'x', 'read')).toBeUndefined();
    expect(describeFileError(new UserError('data', 'known'), 'x', 'read')).toBeUndefined();
  });
});

it.skipIf(process.getuid?.() === 0)(
  'writeFileAtomically writes into a folder that may be written but not listed (not checked as the superuser)',
  async () => {
    const folder = join(tempFolder(), 'unlisted');
    mkdirSync(folder);
    chmodSync(folder, 0o300);
    await writeFileAtomically(join(folder, 'a'), 'text');
    chmodSync(folder, 0o700);
    expect(readFileSync(join(folder, 'a'), 'utf8')).toBe('text');
  },
);
