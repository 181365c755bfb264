import { expect, it } from 'vitest';
import { checkOf, largestRelativeDifference, problemOf } from '../../src/benchmark/contenders.js';
import type { Precision } from '../../src/benchmark/report.js';
import { differenceOfSteps } from '../../src/benchmark/training.js';

const verdict = (difference: number, precision: Precision) => checkOf(difference, precision, 'wasm');

it('the check takes the largest relative difference', () => {
  expect(largestRelativeDifference([100, 2.02, -3], [100, 2, -3])).toBeCloseTo(0.01);
  expect(largestRelativeDifference([1, Number.NaN], [1, 1])).toBeNaN();
});

it.each([
  [9e-4, 'f32', true],
  [2e-3, 'f32', false],
  [1.9e-3, 'tf32', true],
  [2.1e-3, 'tf32', false],
  [2e-3, 'mixed', true],
  [6e-3, 'mixed', false],
  [Number.NaN, 'mixed', false],
  [Number.POSITIVE_INFINITY, 'f32', false],
] as const)('a difference of %d passes in %s: %s', (difference, precision, passed) => {
  const check = verdict(difference, precision);
  expect(check.passed).toBe(passed);
  expect(problemOf(check) === null).toBe(passed);
});

it('the check names both backends and the difference', () => {
  expect(problemOf(verdict(0.25, 'f32'))).toBe(
    'differs from the wasm backend: off by 0.25 where 0.001 is allowed',
  );
  expect(problemOf(verdict(Number.NaN, 'f32'))).toBe(
    'differs from the wasm backend: not a number where 0.001 is allowed',
  );
});

it('the check compares every loss and every norm', () => {
  const steps = [
    { nll: 100, gradientNorm: 2 },
    { nll: 200, gradientNorm: 4 },
  ];
  expect(differenceOfSteps(steps, steps)).toBe(0);
  expect(differenceOfSteps([steps[0], { nll: 200, gradientNorm: 5 }], steps)).toBe(0.25);
  expect(differenceOfSteps([{ nll: 150, gradientNorm: 2 }, steps[1]], steps)).toBe(0.5);
  expect(differenceOfSteps([steps[0], { nll: Number.NaN, gradientNorm: 4 }], steps)).toBeNaN();
});
