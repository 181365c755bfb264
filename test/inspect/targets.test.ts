/** Where an inspection measures: positions of a stream, and of single lines. */
import { expect, it } from 'vitest';
import type { PreparedCorpus } from '../../src/corpus/prepared.js';
import type { TokenSource } from '../../src/corpus/windows.js';
import { targetsInLines, targetsInStream } from '../../src/inspect/targets.js';

const EOS = 9;
const corpus = { name: 'trial', vocabulary: { eos: EOS } } as PreparedCorpus;

/** A stream of these ids. */
function source(...ids: number[]): TokenSource {
  return {
    length: ids.length,
    read: (position, count) => Int32Array.from(ids.slice(position, position + count)),
  };
}

it('targets of lines are as many words into their lines as the largest lag, in no line but those that reach it', () => {
  const text = source(1, 2, 3, EOS, 4, EOS, 5, 6, 7, EOS, 1, 2, EOS, 3);
  const { positions, before, protocol } = targetsInLines(text, 2, 10, corpus);
  // The first line has no <eos> before it; the second is too short.
  expect(positions).toEqual([8, 12]);
  expect(protocol).toBe('sentences');
  expect(text.read(positions[0] - before, before + 1)).toEqual(Int32Array.of(EOS, 5, 6, 7));
  expect(text.read(positions[1] - before, before + 1)).toEqual(Int32Array.of(EOS, 1, 2, EOS));
  expect(targetsInLines(text, 2, 1, corpus).positions).toEqual([8]);
});

it('lags that no line reaches are refused with the length of the longest', () => {
  const text = source(1, EOS, 5, 6, 7, EOS);
  expect(() => targetsInLines(text, 4, 10, corpus)).toThrow(
    'more than 4 tokens, as lags up to 4 need; its longest has 4',
  );
});

it('targets of a stream are evenly spaced behind twice the largest lag', () => {
  const text = source(...Array.from({ length: 14 }, (_, n) => n % 9));
  expect(targetsInStream(text, 2, 5, corpus)).toMatchObject({ positions: [4, 6, 8, 10, 12], before: 4 });
  expect(targetsInStream(text, 2, 99, corpus).positions).toEqual([4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
});
