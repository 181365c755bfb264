import { hostname } from 'node:os';
import { basename } from 'node:path';
import { expect, it } from 'vitest';
import { isTopicsFile, topicsFileName } from '../../src/corpus/corpus-folder.js';
import { PreparedCorpus } from '../../src/corpus/prepared.js';
import { temporaryPath } from '../../src/storage/temporary.js';
import { tempFolder } from '../temp-folder.js';

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

it.each(['mine/', '../mine', '.', '..', '', 'a b', '/mine', 'x'.repeat(65)])(
  'a corpus of the name %j is not looked for: it is no name',
  async (name) => {
    await expect(PreparedCorpus.open(tempFolder(), name)).rejects.toMatchObject({
      kind: 'usage',
      message: `"${name}" cannot be the name of a corpus`,
    });
  },
);
