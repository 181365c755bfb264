import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { findFiles } from '../../../src/corpus/acquire/find-files.js';
import { tempFolder } from '../../temp-folder.js';
import { faultOf } from '../tiny-corpus.js';

const wantsX = (name: string) => name === 'x.txt';

it('finds files at any depth, the nearest first', async () => {
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

it('does not go round in circles of links', async () => {
  const folder = tempFolder();
  symlinkSync('.', join(folder, 'self'));
  writeFileSync(join(folder, 'x.txt'), '');
  expect(await findFiles(folder, wantsX)).toHaveLength(1);
});

it('names a missing folder', async () => {
  expect((await faultOf(findFiles('/nowhere', wantsX))).message).toContain('/nowhere');
});
