import { expect, it } from 'vitest';
import { reductionOf } from '../../src/backends/reduction.js';

it('joins neighboring dimensions that are reduced alike, and leaves those of size 1 out', () => {
  const reduced = reductionOf([2, 3, 1, 5, 7], { axis: [0, 1, -1], keepDims: false });
  expect(reduced).toEqual({
    shape: [1, 5],
    runs: [
      { size: 6, isReduced: true },
      { size: 5, isReduced: false },
      { size: 7, isReduced: true },
    ],
    count: 42,
  });
});

it('keeps the reduced dimensions where it is asked to', () => {
  expect(reductionOf([2, 3], { axis: 1, keepDims: true }).shape).toEqual([2, 1]);
});
