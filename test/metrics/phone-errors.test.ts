/** Compares phone errors with jiwer's and with those of a recursion in Python: `golden/metrics/make_phone_errors.py` made both. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import {
  addErrors,
  alignPhones,
  countErrors,
  NO_PHONES,
  phoneErrorRate,
  scoredClasses,
} from '../../src/metrics/phone-errors.js';

interface GoldenCase {
  readonly spoken: string;
  readonly recognized: string;
  readonly errors: number;
  readonly counts: readonly [substitutions: number, deletions: number, insertions: number];
}

const file = new URL('../golden/metrics/phone_errors.json', import.meta.url);
const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: GoldenCase[] };

it('the errors of 300 pairs are those of jiwer, and their kinds those of the alignment with the fewest gaps', () => {
  expect(cases).toHaveLength(300);
  for (const { spoken, recognized, errors, counts } of cases) {
    const found = countErrors(alignPhones([...spoken], [...recognized]));
    const { substitutions, deletions, insertions, phones } = found;
    expect([substitutions, deletions, insertions], `${spoken} / ${recognized}`).toEqual(counts);
    expect(substitutions + deletions + insertions).toBe(errors);
    expect(phones).toBe(spoken.length);
  }
});

it('an alignment has all phones of both sides in their order', () => {
  for (const { spoken, recognized } of cases) {
    const alignment = alignPhones([...spoken], [...recognized]);
    expect(alignment.map((pair) => pair.spoken ?? '').join('')).toBe(spoken);
    expect(alignment.map((pair) => pair.recognized ?? '').join('')).toBe(recognized);
    expect(alignment.some((pair) => pair.spoken === null && pair.recognized === null)).toBe(false);
  }
});

it('of equally good alignments, phones at the end are paired first', () => {
  expect(alignPhones(['a', 'a'], ['a'])).toEqual([
    { spoken: 'a', recognized: null },
    { spoken: 'a', recognized: 'a' },
  ]);
});

it('a phone that is left out is not scored, and neighbors of one class stay two', () => {
  const scoring = { folding: 'timit', classes: ['ih', 'ih', null, 'sil'] };
  expect(scoredClasses([0, 1, 2, 3, 2, 3], scoring)).toEqual(['ih', 'ih', 'sil', 'sil']);
});

it('the rate is of all errors over all phones, not a mean of rates', () => {
  const one = countErrors(alignPhones(['a'], ['b']));
  const other = countErrors(alignPhones(['a', 'b', 'c'], ['a', 'b', 'c', 'c']));
  expect(phoneErrorRate(addErrors(one, other))).toBe(2 / 4);
  expect(phoneErrorRate(NO_PHONES)).toBe(0);
});
