import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { sha256, sha256File } from '../../src/storage/file-identity.js';
import { tempFolder } from '../temp-folder.js';

// The vectors of FIPS 180-2, appendix B.
const ABC = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
const MILLION_A = 'cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0';

it('sha256 hashes texts and bytes', () => {
  expect(sha256('abc')).toBe(ABC);
  expect(sha256(Uint8Array.of(97, 98, 99))).toBe(ABC);
});

it('sha256File hashes files of many pieces', async () => {
  const path = join(tempFolder(), 'million');
  writeFileSync(path, 'a'.repeat(1_000_000));
  expect(await sha256File(path)).toBe(MILLION_A);
});

it('sha256File reports a missing file, and a folder', async () => {
  const folder = tempFolder();
  const missing = join(folder, 'missing');
  await expect(sha256File(missing)).rejects.toMatchObject({
    kind: 'data',
    message: expect.stringContaining(missing),
  });
  await expect(sha256File(folder)).rejects.toMatchObject({
    kind: 'data',
    message: expect.stringContaining(folder),
  });
});
