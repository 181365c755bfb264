import { describe, expect, it } from 'vitest';
import { ArrayStore } from '../../../src/backends/native/array-store.js';

/** The arrays of a window: lent in this order; transient ones are returned at once, the others at the end. */
interface Step {
  readonly length: number;
  readonly transient?: true;
}

/** Returns the memory of the arrays of a window. */
function runWindow(store: ArrayStore, steps: readonly Step[]): ArrayBufferLike[] {
  const arrays = steps.map(({ length, transient }) => {
    const values = store.lend(length);
    if (transient) store.takeBack(values as Float32Array<ArrayBuffer>);
    return values;
  });
  for (const values of arrays) if (store.isLent(values)) store.takeBack(values);
  return arrays.map(({ buffer }) => buffer);
}

describe('windows of the same shapes', () => {
  it('windows of the same shapes get the same memory, though their transient arrays exceed what was ever lent at once', () => {
    const store = new ArrayStore();
    const layers = [4600, 9000, 1600].map((length) => ({ length, transient: true }) as const);
    const window = [...layers, { length: 400 }, ...layers, { length: 1150 }, { length: 1150 }];
    const first = new Set(runWindow(store, window));
    for (let i = 0; i < 3; i++)
      for (const memory of runWindow(store, window)) expect(first).toContain(memory);
  });

  it.each([10, 1000])('a window that needs slightly fewer than %d numbers gets the same memory', (length) => {
    const store = new ArrayStore();
    const [longer] = runWindow(store, [{ length }]);
    const shorter = store.lend(length - 1);
    expect(shorter).toHaveLength(length - 1);
    expect(shorter.buffer).toBe(longer);
  });
});

it.each([0, 1, 2, 3, 7, 8, 9, 1023, 1024, 1025, 5_000_001])(
  'an array of %d numbers is lent in little more memory',
  (length) => {
    const values = new ArrayStore().lend(length);
    expect(values).toHaveLength(length);
    expect(values.buffer.byteLength).toBeLessThanOrEqual(5 * length);
  },
);

it('lendZeros lends zeros even in memory that was written to', () => {
  const store = new ArrayStore();
  const values = store.lend(5).fill(1) as Float32Array<ArrayBuffer>;
  store.takeBack(values);
  expect([...store.lendZeros(5)]).toEqual([0, 0, 0, 0, 0]);
});

it('isLent tells lent arrays from others', () => {
  const store = new ArrayStore();
  const values = store.lend(5) as Float32Array<ArrayBuffer>;
  expect(store.isLent(values)).toBe(true);
  expect(store.isLent(new Float32Array(5))).toBe(false);
  store.takeBack(values);
  expect(store.isLent(values)).toBe(false);
});

it('the store frees the memory that has been spare for longest', () => {
  const store = new ArrayStore();
  const memoryOf = (length: number) => runWindow(store, [{ length }])[0];
  const kept = [1000, 2000, 4000].map(memoryOf);
  expect(memoryOf(1000)).toBe(kept[0]);
  // Now 40,960 bytes would be spare, more than twice the 16,384 that were lent at most; without the 2000 it is not.
  kept.push(memoryOf(3000));
  expect([1000, 2000, 4000, 3000].map((length) => kept.includes(store.lend(length).buffer))).toEqual([
    ...[true, false, true, true],
  ]);
});

it('the store reports exhausted memory with a cure', () => {
  for (const lend of ['lend', 'lendZeros'] as const) {
    expect(() => new ArrayStore()[lend](2 ** 50)).toThrow(
      expect.objectContaining({
        kind: 'backend',
        message: 'The native backend ran out of memory',
        cures: [expect.stringContaining('training.batchSize')],
      }),
    );
  }
});
