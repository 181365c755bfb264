import { describe, expect, it } from 'vitest';
import { estimateTable } from '../../src/ngram/estimate-table.js';
import { tableFromArrays, tableToArrays } from '../../src/ngram/ngram-table.js';
import { decodeSafetensors, encodeSafetensors, type NamedArray } from '../../src/storage/safetensors.js';
import { linesOf, streamOf, vocabularyOf } from './random-text.js';

const lines = linesOf('a b\na b\nb b\n');
const vocabulary = vocabularyOf(lines, ['!']); // !, <eos>, a, b
const settings = { order: 3, vocabularySize: vocabulary.size, eos: vocabulary.eos };
const table = await estimateTable(streamOf(lines, vocabulary), settings, {});

const arrays = () => new Map(tableToArrays(table).map((array) => [array.name, array]));

it.each([3, 9])('a table of order %d is unchanged after writing and reading', async (order) => {
  const written = await estimateTable(streamOf(lines, vocabulary), { ...settings, order }, {});
  const file = Buffer.concat(encodeSafetensors(tableToArrays(written), {}));
  const { tensors } = decodeSafetensors(file, 'file');
  expect(tableFromArrays(tensors, { ...settings, order })).toEqual(written);
});

describe('tableFromArrays refuses', () => {
  const with_ = (name: string, data: NamedArray['data']) => (all: Map<string, NamedArray>) =>
    all.set(name, { name, shape: [data.length], data });
  /** Replaces a value. */
  const edited = (name: string, at: number, value: number) => (all: Map<string, NamedArray>) =>
    with_(name, (all.get(name) as NamedArray).data.with(at, value))(all);

  it.each([
    [
      'one is missing',
      (all: Map<string, NamedArray>) => all.delete('ngrams.2.words'),
      'it lacks ngrams.2.words',
    ],
    ['there is one more', with_('ngrams.4.words', Int32Array.of(1)), 'of order 3 has no ngrams.4.words'],
    [
      'one has fractions',
      with_('ngrams.1.counts', new Float32Array(4)),
      'its ngrams.1.counts has values that are not whole numbers',
    ],
    [
      'one is short',
      with_('ngrams.3.counts', Int32Array.of(1)),
      '4 words and 1 counts of n-grams of 3 tokens',
    ],
    [
      'rows overlap',
      edited('ngrams.2.offsets', 1, 5),
      'its ngrams.2.offsets do not divide its n-grams into rows',
    ],
    ['rows end early', edited('ngrams.3.offsets', 5, 3), 'its ngrams.3.offsets do not divide'],
    [
      'there are too few rows',
      with_('ngrams.3.offsets', Int32Array.of(0, 4)),
      'its ngrams.3.offsets do not divide',
    ],
    ['words do not ascend', edited('ngrams.1.words', 1, 0), 'its ngrams.1.words has words out of order'],
    [
      'a word is none',
      edited('ngrams.3.words', 3, 4),
      'its ngrams.3.words has words out of order or outside the vocabulary',
    ],
    [
      'a word is negative',
      edited('ngrams.1.words', 0, -1),
      'its ngrams.1.words has words out of order or outside the vocabulary',
    ],
    ['a count is negative', edited('ngrams.1.counts', 0, -1), 'its ngrams.1.counts has counts below 0'],
    ['a count is 0', edited('ngrams.2.counts', 0, 0), 'its ngrams.2.counts has counts below 1'],
  ])('tableFromArrays refuses arrays when %s', (_, change, says) => {
    const all = arrays();
    change(all);
    expect(() => tableFromArrays(all, settings)).toThrow(says);
  });

  it('tableFromArrays refuses the table of another vocabulary', () => {
    const other = { ...settings, vocabularySize: 5 };
    expect(() => tableFromArrays(arrays(), other)).toThrow('it has 4 words, but the vocabulary has 5');
  });
});
