import { totalmem } from 'node:os';
import { describe, expect, it } from 'vitest';
import { estimateTable } from '../../src/ngram/estimate-table.js';
import { bytesToEstimate, checkTableSize, memoryLimit, tableBytes } from '../../src/ngram/limits.js';
import { tableToArrays } from '../../src/ngram/table-arrays.js';
import { randomLines, streamOf, vocabularyOf } from './random-text.js';

const ENOUGH = 1e15;

it('the memory is at most that of the machine, and more than this test takes', () => {
  expect(memoryLimit()).toBeLessThanOrEqual(totalmem());
  expect(memoryLimit()).toBeGreaterThan(process.memoryUsage().rss);
});

describe('a table', () => {
  it('takes as many bytes as its arrays have', async () => {
    const lines = randomLines(20, 1);
    const vocabulary = vocabularyOf(lines);
    const settings = { order: 4, vocabularySize: vocabulary.size, eos: vocabulary.eos };
    const table = await estimateTable(streamOf(lines, vocabulary), settings, {});
    const bytes = tableToArrays(table).reduce((sum, { data }) => sum + data.byteLength, 0);
    expect(tableBytes(table.map(({ words }) => words.length))).toBe(bytes);
  });

  it('is made in 13 bytes a token and 24 an n-gram', () => {
    expect(bytesToEstimate(100, [10, 20, 30])).toBe(100 * 13 + 60 * 24);
  });

  it('is refused when no checkpoint could be read back that holds it', () => {
    const most = Math.floor((2 ** 32 - 2 ** 20) / 8) - 100;
    expect(() => checkTableSize(most, [10, most], ENOUGH)).not.toThrow();
    expect(() => checkTableSize(most, [10, most + 100], ENOUGH)).toThrow(
      '536,739,850 n-grams up to order 2 make a checkpoint of 4.3 GB, and one holds 4.3 GB at most',
    );
  });

  it('is refused without advice to lower an order that is 1', () => {
    const refusal = () => checkTableSize(1e6, [1e6], 1e6);
    expect(refusal).toThrow('1,000,000 n-grams up to order 1 need 0.0 GB of memory, and there are 0.0 GB');
    expect(refusal).toThrow(expect.objectContaining({ cures: ['Train on a smaller corpus.'] }));
  });
});
