import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { TokenFile } from '../../src/corpus/token-file.js';
import { UserError } from '../../src/errors.js';
import { tempFolder } from '../temp-folder.js';

function writeIds(ids: readonly number[]): string {
  const path = join(tempFolder(), 'train.bin');
  const bytes = Buffer.alloc(ids.length * 4);
  for (const [index, id] of ids.entries()) bytes.writeInt32LE(id, index * 4);
  writeFileSync(path, bytes);
  return path;
}

function open(path: string, vocabularySize: number): TokenFile {
  const file = new TokenFile(path, vocabularySize);
  onTestFinished(() => file.close());
  return file;
}

it('little-endian ids are read at any position', () => {
  const file = open(writeIds([5, 0, 70_000, 3]), 100_000);
  expect(file.length).toBe(4);
  expect([...file.read(0, 4)]).toEqual([5, 0, 70_000, 3]);
  expect([...file.read(2, 1)]).toEqual([70_000]);
  expect(file.read(4, 0)).toHaveLength(0);
});

it('all ids can be read in pieces', () => {
  const file = open(writeIds([1, 2, 3, 4, 5]), 10);
  expect([...file.chunks(2)].map((ids) => [...ids])).toEqual([[1, 2], [3, 4], [5]]);
});

it.each([
  [-1, 1],
  [3, 2],
  [0, 5],
  [0, -1],
])('reading outside the file is refused: position %i, count %i', (position, count) => {
  expect(() => open(writeIds([1, 2, 3, 4]), 10).read(position, count)).toThrow(RangeError);
});

it('a token whose id is outside the vocabulary is named', () => {
  const file = open(writeIds([1, 2, 10, -4]), 10);
  expect(() => file.read(1, 2)).toThrow(/token 2 has id 10, but there are 10 words/);
  expect(() => file.read(3, 1)).toThrow(UserError);
});

it('a file that ends in the middle of an id is refused', () => {
  const path = writeIds([1, 2]);
  truncateSync(path, 7);
  expect(() => new TokenFile(path, 10)).toThrow(/train\.bin is damaged: its 7 bytes/);
});

it('a file that became shorter while it was read is reported', () => {
  const path = writeIds([1, 2, 3]);
  const file = open(path, 10);
  truncateSync(path, 4);
  expect(() => file.read(0, 3)).toThrow(/became shorter/);
});

it('a missing file is reported by its path', () => {
  expect(() => new TokenFile('/nowhere/train.bin', 10)).toThrow(/\/nowhere\/train\.bin/);
});
