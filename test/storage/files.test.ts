import {
  existsSync,
  mkdirSync,
  readdirSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MAX_FILE_BYTES, makeFolder, readBytes } from '../../src/storage/files.js';
import { tempFolder } from '../temp-folder.js';

describe('makeFolder', () => {
  it('makeFolder also makes the parent folders, with the requested permissions', async () => {
    const folder = tempFolder();
    await makeFolder(join(folder, 'a/b/c'), 0o700);
    if (process.platform === 'win32') return;
    for (const path of ['a', 'a/b', 'a/b/c']) {
      expect(statSync(join(folder, path)).mode & 0o777).toBe(0o700);
    }
  });

  it('makeFolder leaves an existing folder unchanged, also behind a link', async () => {
    const folder = tempFolder();
    mkdirSync(join(folder, 'there'), { mode: 0o750 });
    symlinkSync('there', join(folder, 'link'));
    for (const path of ['there', 'link', '.', '']) await makeFolder(join(folder, path), 0o700);
    expect(statSync(join(folder, 'there')).mode & 0o777).toBe(0o750);
    expect(readdirSync(folder).sort()).toEqual(['link', 'there']);
    await makeFolder('/');
  });

  it('makeFolder works for several callers at once', async () => {
    const folder = join(tempFolder(), 'a/b/c/d');
    await Promise.all(Array.from({ length: 20 }, () => makeFolder(folder)));
    expect(existsSync(folder)).toBe(true);
  });

  it.each([
    ['a file', (path: string) => writeFileSync(path, ''), 'something else has that name'],
    ['a link to nothing', (path: string) => symlinkSync('nowhere', path), 'something else has that name'],
  ])('makeFolder reports that %s is in the way', async (_, put, words) => {
    const path = join(tempFolder(), 'taken');
    put(path);
    await expect(makeFolder(path)).rejects.toMatchObject({
      kind: 'data',
      message: expect.stringContaining(`Cannot create ${path}: ${words}`),
    });
  });

  it('makeFolder reports a file in the place of a parent folder', async () => {
    const path = join(tempFolder(), 'file');
    writeFileSync(path, '');
    await expect(makeFolder(join(path, 'a', 'b'))).rejects.toMatchObject({
      message: `Cannot create ${join(path, 'a', 'b')}: a part of the path is a file, not a folder`,
    });
  });

  it.skipIf(!existsSync('/proc/self'))('makeFolder ends where a folder accepts no new ones', async () => {
    await expect(makeFolder('/proc/nope/deeper')).rejects.toMatchObject({
      kind: 'data',
      message: 'Cannot create /proc/nope: the file system of /proc accepts no new folders',
    });
  });
});

const BYTES = Uint8Array.from({ length: 1000 }, (_, index) => (7 * index) % 256);

it.each([1, 7, 500, 999, 1000, 1001])('readBytes reads a file in pieces of %i bytes', async (piece) => {
  const path = join(tempFolder(), 'file');
  writeFileSync(path, BYTES);
  expect(await readBytes(path, piece)).toEqual(BYTES);
});

it('readBytes reads an empty file', async () => {
  const path = join(tempFolder(), 'empty');
  writeFileSync(path, '');
  expect(await readBytes(path)).toEqual(new Uint8Array(0));
});

it('readBytes refuses a file that is too large for an array, and throws other errors unchanged', async () => {
  const path = join(tempFolder(), 'sparse');
  writeFileSync(path, '');
  truncateSync(path, MAX_FILE_BYTES + 1);
  await expect(readBytes(path)).rejects.toThrow(`${path} has 4.0 GiB, but at most 4.0 GiB can be read`);
  await expect(readBytes(join(path, '..', 'nowhere'))).rejects.toThrow('ENOENT');
});
