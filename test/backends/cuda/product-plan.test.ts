import { describe, expect, it } from 'vitest';
import { depthOfParts, planProduct, TILES } from '../../../src/backends/cuda/product-plan.js';
import type { Precision } from '../../../src/ops/op.js';

/** Multiprocessors of an H100, an A100 and a small card. */
const PROCESSORS = [132, 108, 20];
const PRECISIONS: Precision[] = ['f32', 'mixed'];

/** M, N, K of the products of the paper's large model: input, weight gradient, input gradient, and those of the softmax. */
const LARGE = [
  [700, 6000, 1500],
  [1500, 6000, 700],
  [700, 1500, 6000],
  [700, 10_000, 1500],
  [1500, 10_000, 700],
  [700, 1500, 10_000],
] as const;

function blocks(m: number, n: number, k: number, precision: Precision, processors: number): number {
  const { tile, parts } = planProduct({ m, n, k, precision }, processors);
  return Math.ceil(m / TILES[tile].rows) * Math.ceil(n / TILES[tile].columns) * parts;
}

describe('the plan of a product', () => {
  it('has work for every multiprocessor at the sizes of the large model', () => {
    for (const processors of PROCESSORS) {
      for (const precision of PRECISIONS) {
        for (const [m, n, k] of LARGE) {
          expect(blocks(m, n, k, precision, processors)).toBeGreaterThanOrEqual(processors);
        }
      }
    }
  });

  it('does not divide k where tiles are many', () => {
    for (const [m, n, k] of LARGE.slice(0, 2)) {
      for (const precision of PRECISIONS) expect(planProduct({ m, n, k, precision }, 132).parts).toBe(1);
    }
  });

  it('divides k where tiles are few and k is long, and never where it is short', () => {
    for (const precision of PRECISIONS) {
      expect(planProduct({ m: 200, n: 200, k: 10_000, precision }, 132).parts).toBeGreaterThan(1);
      expect(planProduct({ m: 20, n: 1500, k: 6000, precision }, 132).parts).toBeGreaterThan(1);
      for (const k of [0, 1, 100, 240])
        expect(planProduct({ m: 20, n: 20, k, precision }, 132).parts).toBe(1);
    }
  });

  it('takes low tiles for few rows', () => {
    expect(planProduct({ m: 20, n: 6000, k: 1500, precision: 'f32' }, 132).tile).toBe('32x128');
  });

  it('takes parts of whole slices that cover k', () => {
    for (const k of [0, 1, 15, 16, 17, 700, 10_000]) {
      for (const parts of [1, 2, 3, 16]) {
        const depth = depthOfParts(k, parts);
        expect(depth % 16).toBe(0);
        expect(depth).toBeGreaterThan(0);
        expect(depth * parts).toBeGreaterThanOrEqual(k);
      }
    }
  });
});
