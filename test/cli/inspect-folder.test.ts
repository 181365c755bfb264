import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { inspectFolder } from '../../src/cli/inspect-folder.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'zlm-inspect-'));
});

afterEach(() => rm(folder, { recursive: true }));

it('inspectFolder adds up the files below a folder', async () => {
  await mkdir(join(folder, 'ptb'));
  await writeFile(join(folder, 'ptb', 'train.bin'), Buffer.alloc(3000));
  await writeFile(join(folder, 'notes'), Buffer.alloc(234));
  const report = await inspectFolder(folder);
  expect(report).toMatchObject({ path: folder, exists: true, writable: true, bytes: 3234, problem: null });
  expect(report.freeBytes).toBeGreaterThan(0);
});

it('inspectFolder reports whether a missing folder can be made', async () => {
  const report = await inspectFolder(join(folder, 'not', 'yet'));
  expect(report).toMatchObject({ exists: false, writable: true, bytes: 0, problem: null });
  expect(report.freeBytes).toBeGreaterThan(0);
});

it('inspectFolder names a file that is in the place of a folder', async () => {
  const file = join(folder, 'data');
  await writeFile(file, '');
  expect(await inspectFolder(file)).toMatchObject({
    exists: true,
    writable: false,
    problem: `${file} is not a folder`,
  });
  expect(await inspectFolder(join(file, 'ptb'))).toMatchObject({
    exists: false,
    problem: `${file} is not a folder`,
  });
});

it.skipIf(process.getuid?.() === 0)(
  'inspectFolder names a folder that is not writable (not checked as the superuser)',
  async () => {
    await chmod(folder, 0o500);
    expect(await inspectFolder(folder)).toMatchObject({
      writable: false,
      problem: `${folder} is not writable`,
    });
  },
);
