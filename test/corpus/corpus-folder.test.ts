import { hostname } from 'node:os';
import { basename } from 'node:path';
import { expect, it } from 'vitest';
import { isTopicsFile, topicsFileName } from '../../src/corpus/corpus-folder.js';
import { temporaryPath } from '../../src/storage/temporary.js';

it('recognizes a file of topics, finished or not', () => {
  expect(topicsFileName(40)).toBe('topics-40.safetensors');
  expect(isTopicsFile(topicsFileName(40))).toBe(true);
  const unfinished = basename(temporaryPath(`data/ptb/${topicsFileName(40)}`));
  expect(unfinished).toContain(hostname());
  expect(isTopicsFile(unfinished)).toBe(true);
});

it.each(['topics-x.safetensors', 'topics-40.safetensors.bak', 'my-topics-40.safetensors', 'thesis.doc'])(
  'does not take %s for one',
  (name) => {
    expect(isTopicsFile(name)).toBe(false);
  },
);
