import { totalmem } from 'node:os';
import { describe, expect, it } from 'vitest';
import type { Vocabulary } from '../../src/corpus/vocabulary.js';
import { UserError } from '../../src/errors.js';
import {
  bytesToEstimate,
  checkTableSize,
  estimateTable,
  memoryLimit,
  tableBytes,
} from '../../src/ngram/estimate-table.js';
import { type NgramTable, tableToArrays } from '../../src/ngram/ngram-table.js';
import type { Progress } from '../../src/progress.js';
import { literalModel } from './literal-kneser-ney.js';
import { type Lines, linesOf, randomLines, sourceOf, streamOf, vocabularyOf } from './random-text.js';

function settingsOf(vocabulary: Vocabulary, order: number) {
  return { order, vocabularySize: vocabulary.size, eos: vocabulary.eos };
}

/** All n-grams of a length with their counts, by their words with spaces between. */
function ngramsOf(table: NgramTable, vocabulary: Vocabulary, length: number): Map<string, number> {
  let rows = [''];
  let ngrams: [string, number][] = [];
  for (const { offsets, words, counts } of table.slice(0, length)) {
    ngrams = rows.flatMap((context, row) =>
      [...words.subarray(offsets[row], offsets[row + 1])].map((word, i): [string, number] => [
        `${context === '<eos> ' ? '<s> ' : context}${vocabulary.word(word)}`,
        counts[offsets[row] + i],
      ]),
    );
    rows = ngrams.map(([ngram]) => `${ngram} `);
  }
  return new Map(ngrams.filter(([, count]) => count > 0));
}

describe('the table of a text', () => {
  it('the table counts the predecessors of an n-gram, except for the longest n-grams and those that begin a line', async () => {
    const lines = linesOf('a b\na b\nb b\n');
    const vocabulary = vocabularyOf(lines);
    const table = await estimateTable(streamOf(lines, vocabulary), settingsOf(vocabulary, 3), {});
    expect(Object.fromEntries(ngramsOf(table, vocabulary, 1))).toEqual({ a: 1, b: 3, '<eos>': 1 });
    expect(Object.fromEntries(ngramsOf(table, vocabulary, 2))).toEqual({
      '<s> a': 2,
      '<s> b': 1,
      'a b': 1,
      'b b': 1,
      'b <eos>': 2,
    });
    expect(Object.fromEntries(ngramsOf(table, vocabulary, 3))).toEqual({
      '<s> a b': 2,
      '<s> b b': 1,
      'a b <eos>': 2,
      'b b <eos>': 1,
    });
  });

  // Longer than a slab of the loops, so that one is followed by another.
  const long: Lines = randomLines(15_000, 4);

  it.each([1, 2, 5])('the table has the counts of a text of many slabs, order %d', async (order) => {
    const vocabulary = vocabularyOf(long);
    const stream = streamOf(long, vocabulary);
    expect(stream.length).toBeGreaterThan(70_000);
    const table = await estimateTable(stream, settingsOf(vocabulary, order), {});
    const { adjusted } = literalModel(long, order, vocabulary.words);
    for (let length = 1; length <= order; length++) {
      expect(ngramsOf(table, vocabulary, length)).toEqual(adjusted[length]);
    }
  });

  it('the first level of the table has every word of the vocabulary, also words that the text lacks', async () => {
    const vocabulary = vocabularyOf(linesOf('b d'), ['a', 'c', 'e']);
    const [{ words, counts }] = await estimateTable(
      streamOf(linesOf('b d'), vocabulary),
      settingsOf(vocabulary, 2),
      {},
    );
    expect([...words].map((word) => vocabulary.word(word))).toEqual(vocabulary.words);
    expect([...counts]).toEqual([1, 0, 1, 0, 1, 0]); // <eos>, a, b, c, d, e
  });
});

describe('the work', () => {
  const lines = randomLines(50, 5);
  const vocabulary = vocabularyOf(lines);
  const stream = streamOf(lines, vocabulary);

  it('the work is reported stage by stage', async () => {
    const reports: Progress[] = [];
    await estimateTable(stream, settingsOf(vocabulary, 3), { onProgress: (report) => reports.push(report) });
    const labels = [
      'reading',
      'sorting',
      'counting',
      'adjusting counts of 1-grams',
      'adjusting counts of 2-grams',
    ];
    expect([...new Set(reports.map(({ label }) => label))]).toEqual(labels);
    for (const label of labels) {
      const last = reports.findLast((report) => report.label === label);
      expect(last?.done).toBe(last?.total);
    }
  });

  it.each(['reading', 'sorting', 'counting', 'adjusting counts of 1-grams'])(
    'the work stops at a signal while %s',
    async (label) => {
      const controller = new AbortController();
      const reason = new UserError('interrupted', 'Interrupted');
      const onProgress = (report: Progress) => report.label === label && controller.abort(reason);
      const work = estimateTable(stream, settingsOf(vocabulary, 3), {
        signal: controller.signal,
        onProgress,
      });
      await expect(work).rejects.toBe(reason);
    },
  );

  it.each([
    ['tokens', 1000, 'tokens need 0.0 GB of memory', 'Train on a smaller corpus.'],
    ['n-grams', 13 * stream.length + 1000, 'n-grams up to order 3 need', 'Lower model.ngram.order.'],
  ])('the work is refused when there is no memory for the %s', async (_, memory, says, cure) => {
    await expect(estimateTable(stream, settingsOf(vocabulary, 3), {}, memory)).rejects.toMatchObject({
      kind: 'data',
      message: expect.stringContaining(says),
      cures: expect.arrayContaining([cure]),
    });
  });

  it('the work is refused before a text with too many tokens is read', async () => {
    const endless = { ...sourceOf(new Int32Array(0)), length: 2 ** 31 };
    await expect(
      estimateTable(endless, settingsOf(vocabulary, 3), {}, Number.POSITIVE_INFINITY),
    ).rejects.toThrow('2,147,483,648 tokens are more than an n-gram model can count');
  });
});

const ENOUGH = 1e15;

it('memoryLimit is at most the memory of the machine, and more than this test needs', () => {
  expect(memoryLimit()).toBeLessThanOrEqual(totalmem());
  expect(memoryLimit()).toBeGreaterThan(process.memoryUsage().rss);
});

describe('a table', () => {
  it('tableBytes is the size of the arrays of a table', async () => {
    const lines = randomLines(20, 1);
    const vocabulary = vocabularyOf(lines);
    const settings = { order: 4, vocabularySize: vocabulary.size, eos: vocabulary.eos };
    const table = await estimateTable(streamOf(lines, vocabulary), settings, {});
    const bytes = tableToArrays(table).reduce((sum, { data }) => sum + data.byteLength, 0);
    expect(tableBytes(table.map(({ words }) => words.length))).toBe(bytes);
  });

  it('bytesToEstimate is 13 bytes per token and 24 per n-gram', () => {
    expect(bytesToEstimate(100, [10, 20, 30])).toBe(100 * 13 + 60 * 24);
  });

  it('a table whose checkpoint would be too large to read is refused', () => {
    const most = Math.floor((2 ** 32 - 2 ** 20) / 8) - 100;
    expect(() => checkTableSize(most, [10, most], ENOUGH)).not.toThrow();
    expect(() => checkTableSize(most, [10, most + 100], ENOUGH)).toThrow(
      '536,739,850 n-grams up to order 2 make a checkpoint of 4.3 GB, but a checkpoint can have 4.3 GB at most',
    );
  });

  it('the refusal of a table of order 1 does not advise a lower order', () => {
    const refusal = () => checkTableSize(1e6, [1e6], 1e6);
    expect(refusal).toThrow(
      '1,000,000 n-grams up to order 1 need 0.0 GB of memory, but only 0.0 GB are available',
    );
    expect(refusal).toThrow(expect.objectContaining({ cures: ['Train on a smaller corpus.'] }));
  });
});
