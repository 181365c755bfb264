import { describe, expect, it } from 'vitest';
import {
  estimateDiscounts,
  FALLBACK_DISCOUNTS,
  fallbackOrders,
  rowWeights,
} from '../../src/ngram/kneser-ney.js';

/** Counts of which `times[j]` are j + 1. */
const counts = (...times: number[]) =>
  Int32Array.from(times.flatMap((number, j) => new Array<number>(number).fill(j + 1)));

it('fallbackOrders returns the lengths of n-grams whose discounts cannot be estimated', () => {
  const level = (...times: number[]) => ({
    offsets: Int32Array.of(0),
    words: Int32Array.of(),
    counts: counts(...times),
  });
  const [fine, odd] = [level(10, 4, 3, 2), level(0, 4)];
  expect(fallbackOrders([fine, fine])).toEqual([]);
  expect(fallbackOrders([odd, fine, odd])).toEqual([1, 3]);
});

describe('discounts', () => {
  it('discounts follow from the counts of counts', () => {
    // By hand: Y = 10 / (10 + 2·4) = 5/9; D1 = 1 − 2·5/9·4/10, D2 = 2 − 3·5/9·3/4, D3 = 3 − 4·5/9·2/3.
    const [zero, one, two, threeOrMore] = estimateDiscounts(counts(10, 4, 3, 2, 7));
    expect(zero).toBe(0);
    expect(one).toBeCloseTo(5 / 9, 14);
    expect(two).toBeCloseTo(3 / 4, 14);
    expect(threeOrMore).toBeCloseTo(41 / 27, 14);
  });

  it.each([
    ['no n-grams', []],
    ['no n-gram that occurs once', [0, 4, 3, 2]],
    ['no n-gram that occurs twice', [10, 0, 3, 2]],
    ['no n-gram that occurs three times', [10, 4, 0, 2]],
    ['so many that occur three times that D2 would be negative', [10, 4, 10, 2]],
    ['so many that occur four times that D3 would be negative', [10, 4, 3, 20]],
    // Y = 8 / (8 + 2·4) = 1/2, D2 = 2 − 3·1/2·16/12 of n2 = 12 … with n1 = 24, n2 = 12, n3 = 16: exactly 0.
    ['just so many that D2 would be 0', [24, 12, 16, 2]],
  ])('discounts are the fallback for %s', (_, times) => {
    expect(estimateDiscounts(counts(...times))).toBe(FALLBACK_DISCOUNTS);
  });

  it('discounts do not need an n-gram that occurs four times', () => {
    expect(estimateDiscounts(counts(10, 4, 3))[3]).toBe(3);
  });
});

it('a row has the sum of its counts, and γ from its counts of counts', () => {
  const level = {
    offsets: Int32Array.of(0, 3, 3, 7),
    words: Int32Array.of(0, 1, 2, 0, 1, 2, 3),
    counts: Int32Array.of(1, 1, 2, 3, 4, 1, 2),
  };
  const { totals, gammas } = rowWeights(level, [0, 0.5, 0.75, 1.25]);
  expect([...totals]).toEqual([4, 0, 10]);
  expect([...gammas]).toEqual([(2 * 0.5 + 0.75) / 4, 1, (0.5 + 0.75 + 2 * 1.25) / 10]);
});
