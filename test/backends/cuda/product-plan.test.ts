import { describe, expect, it } from 'vitest';
import type { Arithmetic } from '../../../src/backends/cuda/device-limits.js';
import { depthOfParts, planProduct } from '../../../src/backends/cuda/product-plan.js';

/** Multiprocessors and shared memory of an H100, an A100 and a small card. */
const H100 = { processors: 132, sharedBytesPerBlock: 232_448 };
const DEVICES = [
  H100,
  { processors: 108, sharedBytesPerBlock: 166_912 },
  { processors: 20, sharedBytesPerBlock: 101_376 },
];
const ARITHMETICS: Arithmetic[] = ['float32', 'bfloat16', 'tf32'];

/** M, N, K of the products of the paper's large model: input, weight gradient, input gradient, and those of the softmax. */
const LARGE = [
  [700, 6000, 1500],
  [1500, 6000, 700],
  [700, 1500, 6000],
  [700, 10_000, 1500],
  [1500, 10_000, 700],
  [700, 1500, 10_000],
] as const;

function blocks(m: number, n: number, k: number, arithmetic: Arithmetic, device: typeof H100): number {
  const { tile, parts } = planProduct({ m, n, k, arithmetic }, device);
  return Math.ceil(m / tile.rows) * Math.ceil(n / tile.columns) * parts;
}

describe('the plan of a product', () => {
  it('has work for nearly every multiprocessor at the sizes of the large model', () => {
    for (const device of DEVICES) {
      for (const arithmetic of ARITHMETICS) {
        for (const [m, n, k] of LARGE) {
          expect(blocks(m, n, k, arithmetic, device)).toBeGreaterThanOrEqual(0.75 * device.processors);
        }
      }
    }
  });

  it('does not divide k where tiles are many', () => {
    for (const [m, n, k] of [LARGE[1], LARGE[4]]) {
      for (const arithmetic of ARITHMETICS) expect(planProduct({ m, n, k, arithmetic }, H100).parts).toBe(1);
    }
  });

  it('divides k where tiles are few and k is long, and never where it is short', () => {
    for (const arithmetic of ARITHMETICS) {
      expect(planProduct({ m: 200, n: 200, k: 10_000, arithmetic }, H100).parts).toBeGreaterThan(1);
      expect(planProduct({ m: 20, n: 1500, k: 6000, arithmetic }, H100).parts).toBeGreaterThan(1);
      for (const k of [0, 1, 100, 240])
        expect(planProduct({ m: 20, n: 20, k, arithmetic }, H100).parts).toBe(1);
    }
  });

  it('takes no tile that needs more shared memory than a block may have', () => {
    for (const { sharedBytesPerBlock } of DEVICES) {
      for (const arithmetic of ARITHMETICS) {
        for (const [m, n, k] of LARGE) {
          const { tile } = planProduct({ m, n, k, arithmetic }, { processors: 20, sharedBytesPerBlock });
          expect(tile.sharedBytes).toBeLessThanOrEqual(sharedBytesPerBlock);
        }
      }
    }
    const [m, n, k] = LARGE[3];
    expect(planProduct({ m, n, k, arithmetic: 'bfloat16' }, H100).tile.sharedBytes).toBeGreaterThan(101_376);
  });

  it('takes low tiles for few rows', () => {
    expect(planProduct({ m: 20, n: 6000, k: 1500, arithmetic: 'float32' }, H100).tile.rows).toBe(32);
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
