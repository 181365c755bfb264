import { expect, it } from 'vitest';
import { topicTable } from '../../src/topics/table.js';
import { tellingWords } from '../../src/topics/telling-words.js';

/** Tokens of each word in two topics. Word 0 is everywhere, 1 and 2 tell of a topic, 3 is rare, 4 is not in the text. */
const COUNTS = [
  [60, 60],
  [40, 1],
  [1, 20],
  [0, 1],
  [0, 0],
];
const TEXT = Int32Array.from(COUNTS.flatMap(([a, b], word) => new Array<number>(a + b).fill(word)));
const TABLE = topicTable(Float64Array.from(COUNTS.flat()), 2, 0.1);

it('puts words first that are frequent in the topic, and more so than elsewhere', () => {
  const [first, second] = tellingWords(TABLE, TEXT, 2);
  expect(first.words).toEqual([1, 0]);
  expect(second.words).toEqual([2, 0]);
});

it('ranks by relevance as its authors define it', () => {
  const lambda = 0.3;
  const tokens = TEXT.length;
  for (const [topic, { words }] of tellingWords(TABLE, TEXT, 9).entries()) {
    const share = COUNTS.reduce((sum, ofWord) => sum + ofWord[topic], 0) / tokens;
    const relevance = (word: number) => {
      const probability = COUNTS[word][0] + COUNTS[word][1];
      const inTopic = (Math.exp(TABLE.logProbability[2 * word + topic]) * probability) / tokens / share;
      return lambda * Math.log(inTopic) + (1 - lambda) * Math.log(inTopic / (probability / tokens));
    };
    expect(words).toEqual([0, 1, 2, 3].sort((a, b) => relevance(b) - relevance(a)));
  }
});

it('tells the share of each topic', () => {
  const shares = tellingWords(TABLE, TEXT, 1).map(({ share }) => share);
  expect(shares[0]).toBeCloseTo(101 / 183, 3);
  expect(shares[0] + shares[1]).toBeCloseTo(1, 6);
});
