import { expect, it } from 'vitest';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatPerplexity,
  formatRate,
} from '../../src/cli/format.js';

it.each([
  [0, '0 bytes'],
  [999, '999 bytes'],
  [1000, '1.00 kB'],
  [999_499, '999 kB'],
  [999_600, '1.00 MB'],
  [9_996_000, '10.0 MB'],
  [5_101_618, '5.10 MB'],
  [78_900_000_000, '78.9 GB'],
])('formatBytes(%d) is %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

it.each([
  [0, '0'],
  [2323, '2,323'],
  [82_429, '82,429'],
  [99_950, '100k'],
  [929_589, '930k'],
  [999_500, '1.00M'],
  [1_790_000, '1.79M'],
  [2_500_000_000, '2.50G'],
])('formatCount(%d) is %s', (count, text) => {
  expect(formatCount(count)).toBe(text);
});

it.each([
  [0.4242, '0.42'],
  [3.14, '3.1'],
  [2704.4, '2,704'],
])('formatRate(%d) is %s', (rate, text) => {
  expect(formatRate(rate)).toBe(text);
});

it.each([
  [0, '0.0 s'],
  [9.94, '9.9 s'],
  [9.96, '10 s'],
  [59.7, '1 min'],
  [200, '3 min 20 s'],
  [3600, '1 h'],
  [7500, '2 h 5 min'],
  [273_600, '3 d 4 h'],
])('formatDuration(%d) is %s', (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text);
});

it.each([
  [1, '1.00'],
  [119.666, '119.67'],
  [9999.4, '9999.40'],
  [11_510.3, '11,510'],
  [1_790_000, '1.79M'],
  [1e21, 'over 999G'],
  [Number.POSITIVE_INFINITY, 'over 999G'],
  [Number.NaN, 'NaN'],
])('formatPerplexity(%d) is %s', (perplexity, text) => {
  expect(formatPerplexity(perplexity)).toBe(text);
});
