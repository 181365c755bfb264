import { describe, expect, it } from 'vitest';
import { bestWeight, mixWithProbabilities, perplexityOf } from '../../src/evaluation/mixture-weight.js';
import { randomNumbers } from '../ops/arrays.js';

const random = randomNumbers(5);
const TOKENS = 400;
const first = Float64Array.from({ length: TOKENS }, () => -Math.log(random() ** 2));
const second = Float64Array.from({ length: TOKENS }, () => random() ** 3);

describe('the weight of a mixture', () => {
  it('a mixture of two tokens is what the formula gives by hand', () => {
    const nlls = mixWithProbabilities([-Math.log(0.5), -Math.log(0.1)], [0.1, 0.3], 0.25);
    expect(nlls[0]).toBeCloseTo(-Math.log(0.75 * 0.5 + 0.25 * 0.1), 12);
    expect(nlls[1]).toBeCloseTo(-Math.log(0.75 * 0.1 + 0.25 * 0.3), 12);
    expect(perplexityOf(nlls)).toBeCloseTo(1 / Math.sqrt(0.4 * 0.15), 12);
  });

  it('where the second model has no opinion the first counts alone', () => {
    expect(mixWithProbabilities([1, 2], [Number.NaN, 0.5], 0.9)[0]).toBe(1);
    expect(bestWeight([1, 2], [Number.NaN, Number.NaN])).toEqual({ weight: 0, perplexity: Math.exp(1.5) });
  });

  it('expectation maximization finds the best of a thousand weights', () => {
    const { weight, perplexity } = bestWeight(first, second);
    const grid = Array.from({ length: 1001 }, (_, i) => i / 1000);
    const perplexities = grid.map((value) => perplexityOf(mixWithProbabilities(first, second, value)));
    const least = Math.min(...perplexities);
    expect(Math.abs(weight - grid[perplexities.indexOf(least)])).toBeLessThan(2e-3);
    expect(perplexity).toBeLessThanOrEqual(least);
    expect(weight).toBeGreaterThan(0.01);
    expect(weight).toBeLessThan(0.99);
  });

  it('a second model that is always worse gets no weight, and one that is always better gets all', () => {
    const worse = first.map((nll) => 0.5 * Math.exp(-nll));
    const better = first.map((nll) => Math.min(1, 1.5 * Math.exp(-nll)));
    expect(bestWeight(first, worse).weight).toBeLessThan(1e-3);
    expect(bestWeight(first, better).weight).toBeGreaterThan(0.999);
  });
});
