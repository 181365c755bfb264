import { describe, expect, it } from 'vitest';
import { batchesByLength, Sentences, sequenceBatch } from '../../src/corpus/sentences.js';

const EOS = 0;
const sourceOf = (tokens: readonly number[]) => ({
  length: tokens.length,
  read: (position: number, count: number) => Int32Array.from(tokens.slice(position, position + count)),
});

describe('Sentences', () => {
  it('Sentences finds the lines of a stream, including empty ones and an unfinished last one', () => {
    const sentences = new Sentences(sourceOf([1, 2, EOS, EOS, 3, EOS, 4, 5]), EOS);
    expect(sentences.count).toBe(4);
    expect(sentences.predictions).toBe(8);
    const lines = [0, 1, 2, 3].map((line) => [...sentences.read(line)]);
    expect(lines).toEqual([[1, 2, EOS], [EOS], [3, EOS], [4, 5]]);
    expect([0, 1, 2, 3].map((line) => sentences.lengthOf(line))).toEqual([3, 1, 2, 2]);
  });

  it('Sentences finds no lines in an empty stream', () => {
    expect(new Sentences(sourceOf([]), EOS).count).toBe(0);
  });

  it('Sentences finds lines that cross the pieces that it reads', () => {
    const tokens = Array.from({ length: 300_000 }, (_, i) => (i % 7 === 6 ? EOS : 1));
    const sentences = new Sentences(sourceOf(tokens), EOS);
    expect(sentences.count).toBe(Math.ceil(300_000 / 7));
    expect(sentences.lengthOf(40_000)).toBe(7);
  });
});

describe('sequenceBatch', () => {
  it('sequenceBatch predicts every token of every sequence from the one before it, the first from <eos>', () => {
    const batch = sequenceBatch([Int32Array.of(5, 6, EOS), Int32Array.of(7, EOS)], EOS);
    expect(batch).toMatchObject({ steps: 3, batch: 2 });
    const columns = (values: Int32Array) => [0, 1].map((b) => [0, 1, 2].map((t) => values[2 * t + b]));
    expect(columns(batch.inputs)).toEqual([
      [EOS, 5, 6],
      [EOS, 7, EOS],
    ]);
    expect(columns(batch.targets)).toEqual([
      [5, 6, EOS],
      [7, EOS, EOS],
    ]);
    expect([...batch.rows]).toEqual([0, 1, 2, 3, 4]);
  });

  it('sequenceBatch leaves padding out of the predictions', () => {
    const batch = sequenceBatch([Int32Array.of(EOS), Int32Array.of(1, 2, 3, EOS)], EOS);
    expect([...batch.rows]).toEqual([0, 1, 3, 5, 7]);
  });
});

it('batchesByLength puts every sequence into one batch, and those of similar length together', () => {
  const lengths = [9, 1, 5, 1, 9, 5, 2];
  const batches = batchesByLength(lengths.keys(), (i) => lengths[i], 3);
  expect(batches).toEqual([[1, 3, 6], [2, 5, 0], [4]]);
  const reordered = batchesByLength([3, 1, 6, 5, 4, 2, 0], (i) => lengths[i], 3);
  expect(reordered).toEqual([[3, 1, 6], [5, 2, 4], [0]]);
});
