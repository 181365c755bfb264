import { expect, it } from 'vitest';
import { groupPairs, type PairSource, readPairs, shapeOfPairs } from '../../src/corpus/pairs.js';

const EOS = 0;

/** Pairs in memory. */
function pairsOf(
  pairs: readonly (readonly [source: readonly number[], target: readonly number[]])[],
): PairSource {
  const lengths = (side: 0 | 1) => Int32Array.from(pairs, (pair) => pair[side].length);
  return {
    length: pairs.length,
    sourceLengths: lengths(0),
    targetLengths: lengths(1),
    read: (pair) => ({ source: Int32Array.from(pairs[pair][0]), target: Int32Array.from(pairs[pair][1]) }),
  };
}

const PAIRS = pairsOf([
  [[1, 2, 3], [4]],
  [[5], [6, 7]],
  [
    [1, 1, 1],
    [2, 3, 4],
  ],
  [
    [9, 8, 7],
    [5, 5],
  ],
]);

it('a batch has pairs of equally long sources, those of similar targets side by side', () => {
  expect(groupPairs(PAIRS, [0, 1, 2, 3], { batchSize: 2 })).toEqual([[1], [0, 3], [2]]);
  expect(groupPairs(PAIRS, [0, 1, 2, 3], { batchSize: 9 })).toEqual([[1], [0, 3, 2]]);
});

it('a batch has as many steps as its source and its longest target with <eos>', () => {
  expect(shapeOfPairs(PAIRS, [0, 3, 2])).toEqual({ steps: 3 + 4, batch: 3, sourceSteps: 3 });
});

it('the target begins with <eos>, ends with it, and is padded behind its end', () => {
  const batch = readPairs(PAIRS, [0, 3], { eos: EOS, reverseSource: false });
  expect([...batch.source]).toEqual([1, 9, 2, 8, 3, 7]);
  expect([...batch.inputs]).toEqual([EOS, EOS, 4, 5, EOS, 5]);
  // Of [4, 5], [<eos>, 5], [padding, <eos>].
  expect([...batch.rows]).toEqual([0, 1, 2, 3, 5]);
  expect([...batch.targets]).toEqual([4, 5, EOS, 5, EOS]);
});

it('a reversed source is read from its last word to its first', () => {
  const batch = readPairs(PAIRS, [0], { eos: EOS, reverseSource: true });
  expect([...batch.source]).toEqual([3, 2, 1]);
  expect([...batch.targets]).toEqual([4, EOS]);
});

it('a batch has at most so many target tokens, padding included, but never less than a pair', () => {
  const targetLengths = Int32Array.of(1, 1, 1, 3, 3, 9, 0);
  const pairs: PairSource = {
    length: 7,
    sourceLengths: new Int32Array(7).fill(4),
    targetLengths,
    read: () => ({ source: Int32Array.of(), target: Int32Array.of() }),
  };
  const grouped = (batchTokens: number | null, batchSize = 100) =>
    groupPairs(pairs, [0, 1, 2, 3, 4, 5, 6], { batchSize, batchTokens }).map((group) =>
      group.map((pair) => targetLengths[pair]),
    );
  expect(grouped(8)).toEqual([[0, 1, 1, 1], [3, 3], [9]]);
  expect(grouped(7)).toEqual([[0, 1, 1], [1], [3], [3], [9]]);
  expect(grouped(1)).toEqual([[0], [1], [1], [1], [3], [3], [9]]);
  expect(grouped(8, 3)).toEqual([[0, 1, 1], [1, 3], [3], [9]]);
  expect(grouped(null)).toEqual([[0, 1, 1, 1, 3, 3, 9]]);
});
