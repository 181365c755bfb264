import { expect, it } from 'vitest';
import { plainNumber } from '../src/plain-number.js';

it.each([
  [4.2551e6, 4, '4255000', '4,255,000'],
  [13_541.2, 4, '13540', '13,540'],
  [9.70912, 4, '9.709', '9.709'],
  [1, 4, '1', '1'],
  [0, 4, '0', '0'],
  [-1234.5, 2, '-1200', '-1,200'],
  [0.000_25, 3, '0.00025', '0.00025'],
  [1e-8, 6, '0.00000001', '0.00000001'],
  [1e-12, 3, '1e-12', '1e-12'],
  [1.23456e30, 3, '1.23e+30', '1.23e+30'],
  [Number.NaN, 4, 'NaN', 'NaN'],
  [Number.POSITIVE_INFINITY, 4, 'Infinity', 'Infinity'],
])('%d with %d digits is %s, or %s with grouping', (value, digits, plain, grouped) => {
  expect(plainNumber(value, digits)).toBe(plain);
  expect(plainNumber(value, digits, { grouping: true })).toBe(grouped);
});
