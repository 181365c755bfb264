import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { MAX_FILE_BYTES, readBytes } from '../../src/storage/read-bytes.js';
import { tempFolder } from '../temp-folder.js';

const BYTES = Uint8Array.from({ length: 1000 }, (_, index) => (7 * index) % 256);

it.each([1, 7, 500, 999, 1000, 1001])('reads a file in pieces of %i bytes', async (piece) => {
  const path = join(tempFolder(), 'file');
  writeFileSync(path, BYTES);
  expect(await readBytes(path, piece)).toEqual(BYTES);
});

it('reads an empty file', async () => {
  const path = join(tempFolder(), 'empty');
  writeFileSync(path, '');
  expect(await readBytes(path)).toEqual(new Uint8Array(0));
});

it('refuses a file that no array can hold, and leaves other faults to the caller', async () => {
  const path = join(tempFolder(), 'sparse');
  writeFileSync(path, '');
  truncateSync(path, MAX_FILE_BYTES + 1);
  await expect(readBytes(path)).rejects.toThrow(`${path} has 4.0 GiB, and 4.0 GiB are the most`);
  await expect(readBytes(join(path, '..', 'nowhere'))).rejects.toThrow('ENOENT');
});
