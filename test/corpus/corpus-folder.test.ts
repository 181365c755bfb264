import { hostname } from 'node:os';
import { basename } from 'node:path';
import { expect, it } from 'vitest';
import { isTopicsFile, topicsFileName } from '../../src/corpus/corpus-folder.js';
import { temporaryPath } from '../../src/storage/temporary.js';

it('a file of topics is recognized, finished or not', () => {
  expect(topicsFileName(40)).toBe('topics-40.safetensors');
  expect(isTopicsFile(topicsFileName(40))).toBe(true);
  const unfinished = basename(temporaryPath(`data/ptb/${topicsFileName(40)}`));
  expect(unfinished).toContain(hostname());
  expect(isTopicsFile(unfinished)).toBe(true);
});

it.each(['topics-x.safetensors', 'topics-40.safetensors.bak', 'my-topics-40.safetensors', 'thesis.doc'])(
  '%s is not taken for a file of topics',
  (name) => {
    expect(isTopicsFile(name)).toBe(false);
  },
);
