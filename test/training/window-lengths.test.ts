import { describe, expect, it } from 'vitest';
import { type RandomLengths, randomBounds, randomLength } from '../../src/tasks/stream-batches.js';

const AWD: RandomLengths = { halve: 0.05, deviation: 5, minimum: 5 };
const DRAW = { seed: 1, pass: 0, bptt: 70 };

const lengthsOf = (bounds: readonly number[]) => bounds.slice(1).map((end, index) => end - bounds[index]);
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const deviation = (values: readonly number[]) =>
  Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)));

describe('a random length', () => {
  const lengths = Array.from({ length: 40_000 }, (_, window) => randomLength(AWD, DRAW, window));

  it('a random length is normal around bptt, or around its half with the given probability', () => {
    // 52.5 is 3.5 deviations from both means: all but one in 4000 of either kind lie on their own side.
    const long = lengths.filter((length) => length > 52.5);
    const short = lengths.filter((length) => length < 52.5);
    // Within 4 standard errors. Cutting a length to a whole number takes half a step off its mean.
    expect(Math.abs(short.length / lengths.length - 0.05)).toBeLessThan(
      4 * Math.sqrt((0.05 * 0.95) / 40_000),
    );
    expect(Math.abs(mean(long) - 69.5)).toBeLessThan((4 * 5) / Math.sqrt(long.length));
    expect(Math.abs(mean(short) - 34.5)).toBeLessThan((4 * 5) / Math.sqrt(short.length));
    expect(deviation(long)).toBeCloseTo(5, 0);
    expect(deviation(short)).toBeCloseTo(5, 0);
    const within = long.filter((length) => length >= 65 && length < 75).length / long.length;
    expect(within).toBeCloseTo(0.683, 1.9);
  });

  it('a random length is a whole number, and never below the minimum', () => {
    expect(lengths.every(Number.isInteger)).toBe(true);
    const wild = { halve: 0.5, deviation: 40, minimum: 9 };
    const drawn = Array.from({ length: 2000 }, (_, window) => randomLength(wild, DRAW, window));
    expect(Math.min(...drawn)).toBe(9);
    expect(drawn.filter((length) => length === 9).length).toBeGreaterThan(300);
  });

  it('a random length without deviation is bptt or its half', () => {
    const plain = { halve: 0.5, deviation: 0, minimum: 1 };
    const drawn = Array.from({ length: 200 }, (_, window) =>
      randomLength(plain, { ...DRAW, bptt: 35 }, window),
    );
    expect([...new Set(drawn)].sort()).toEqual([17, 35]);
    const never = { ...plain, halve: 0 };
    expect(randomLength(never, DRAW, 0)).toBe(70);
  });

  it('a random length depends on seed, pass and window alone', () => {
    const draw = (changed: object) =>
      Array.from({ length: 50 }, (_, window) => randomLength(AWD, { ...DRAW, ...changed }, window));
    expect(draw({})).toEqual(draw({}));
    expect(draw({ seed: 2 })).not.toEqual(draw({}));
    expect(draw({ pass: 1 })).not.toEqual(draw({}));
    expect(randomLength(AWD, DRAW, 49)).toBe(draw({})[49]);
  });
});

describe('the bounds of a pass', () => {
  it.each([46_478, 5, 6, 70, 139, 1000])(
    'the bounds of a pass cover %i steps except a rest below the minimum',
    (steps) => {
      for (let pass = 0; pass < 20; pass++) {
        const bounds = randomBounds(AWD, { ...DRAW, pass }, steps);
        expect(bounds[0]).toBe(0);
        expect(bounds.length).toBeGreaterThan(1);
        expect(steps - (bounds.at(-1) ?? 0)).toBeLessThan(5);
        expect(steps - (bounds.at(-1) ?? 0)).toBeGreaterThanOrEqual(0);
        const lengths = lengthsOf(bounds);
        expect(lengths.every((length) => length >= 5)).toBe(true);
        // All but the last are as they were drawn.
        const drawn = lengths.map((_, window) => randomLength(AWD, { ...DRAW, pass }, window));
        expect(lengths.slice(0, -1)).toEqual(drawn.slice(0, -1));
        expect(lengths.at(-1)).toBeLessThanOrEqual(drawn.at(-1) ?? 0);
      }
    },
  );

  it('the bounds of every pass differ', () => {
    const passes = [0, 1, 2].map((pass) => randomBounds(AWD, { ...DRAW, pass }, 46_478).join());
    expect(new Set(passes).size).toBe(3);
  });
});
