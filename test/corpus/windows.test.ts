import { describe, expect, it } from 'vitest';
import { type TokenSource, WindowSource } from '../../src/corpus/windows.js';

/** A stream whose token at every position is that position. */
function counting(length: number): TokenSource {
  return { length, read: (position, count) => Int32Array.from({ length: count }, (_, i) => position + i) };
}

/** The layout computed one prediction at a time: [step][column] pairs of input and target position. */
function predictionsByHand(length: number, batchSize: number): [number, number][][] {
  const columnLength = Math.floor(length / batchSize);
  return Array.from({ length: Math.max(0, columnLength - 1) }, (_, t) =>
    Array.from({ length: batchSize }, (_, column) => {
      const position = column * columnLength + t;
      return [position, position + 1] as [number, number];
    }),
  );
}

const CASES = [
  { length: 100, batchSize: 4, bptt: 5 },
  { length: 101, batchSize: 4, bptt: 6 },
  { length: 97, batchSize: 1, bptt: 10 },
  { length: 97, batchSize: 1, bptt: 96 },
  { length: 97, batchSize: 1, bptt: 200 },
  { length: 30, batchSize: 7, bptt: 1 },
  { length: 14, batchSize: 7, bptt: 3 },
  { length: 9, batchSize: 5, bptt: 3 },
  { length: 3, batchSize: 5, bptt: 3 },
  { length: 0, batchSize: 1, bptt: 1 },
];

describe.each(CASES)(
  '$length tokens in $batchSize columns of windows of $bptt',
  ({ length, batchSize, bptt }) => {
    it.each(['keep', 'drop'] as const)('the windows contain every prediction once, tail: %s', (tail) => {
      const source = new WindowSource(counting(length), { batchSize, bptt, tail });
      const rows = predictionsByHand(length, batchSize);
      const expected = tail === 'keep' ? rows : rows.slice(0, Math.floor(rows.length / bptt) * bptt);
      const windows = Array.from({ length: source.count }, (_, index) => source.window(index));
      const found = windows.flatMap(({ inputs, targets, steps, batch }) =>
        Array.from({ length: steps }, (_, t) =>
          Array.from({ length: batch }, (_, b) => [inputs[t * batch + b], targets[t * batch + b]]),
        ),
      );
      expect(found).toEqual(expected);
      expect(source.predictions).toBe(expected.length * batchSize);
      expect(windows.every(({ batch, steps }) => batch === batchSize && steps > 0 && steps <= bptt)).toBe(
        true,
      );
      if (tail === 'drop') expect(windows.every(({ steps }) => steps === bptt)).toBe(true);
    });
  },
);

it('each window starts in a column where the last one ended', () => {
  const source = new WindowSource(counting(100), { batchSize: 2, bptt: 7, tail: 'drop' });
  expect(Array.from(source.window(1).inputs.slice(0, 2))).toEqual(
    Array.from(source.window(0).targets.slice(-2)),
  );
});

it('the small model has 2323 windows on the PTB training text', () => {
  const options = { batchSize: 20, bptt: 20, tail: 'drop' } as const;
  const source = new WindowSource(counting(929_589), options);
  expect(source.count).toBe(2323);
  const last = source.window(2322);
  expect(last.targets[last.targets.length - 1]).toBe(19 * 46_479 + 2323 * 20);
});

it('one column predicts all 82,429 tokens of the PTB test text except the first', () => {
  const source = new WindowSource(counting(82_430), { batchSize: 1, bptt: 512, tail: 'keep' });
  expect(source.predictions).toBe(82_429);
});
