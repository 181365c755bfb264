import { expect, it } from 'vitest';
import { visibleWidth } from '../../src/cli/text-width.js';

it.each([
  ['', 0],
  ['plain text', 10],
  ['Größe', 5],
  ['e\u0301', 1],
  ['世界', 4],
  ['ｶﾞ', 2],
  ['한국', 4],
  ['😀', 2],
  ['█░', 2],
  ['\u001b[32m✔\u001b[39m', 1],
])('%j takes %i columns', (text, columns) => {
  expect(visibleWidth(text)).toBe(columns);
});
