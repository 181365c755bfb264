import { expect, it } from 'vitest';
import { tellingWords, topicTable } from '../../src/topics/topic-table.js';

const COUNTS = Float64Array.from(
  [
    [8, 2, 0],
    [0, 0.5, 0.5],
    [0, 0, 0],
  ].flat(),
);
const BETA = 0.1;

it('topicTable returns the logarithm of the smoothed share of each topic in a word', () => {
  const { topics, vocabularySize, logProbability } = topicTable(COUNTS, 3, BETA);
  expect([topics, vocabularySize]).toEqual([3, 3]);
  const expected = [8.1 / 10.3, 2.1 / 10.3, 0.1 / 10.3, 0.1 / 1.3, 0.6 / 1.3, 0.6 / 1.3, 1 / 3, 1 / 3, 1 / 3];
  for (const [index, probability] of expected.entries()) {
    expect(logProbability[index]).toBeCloseTo(Math.log(probability), 6);
  }
});

it("topicTable is what Bayes' rule gives for the topic model's smoothed distributions", () => {
  const { logProbability } = topicTable(COUNTS, 3, BETA);
  const ofTopic = [8, 2.5, 0.5].map((count) => count + 3 * BETA);
  const tokens = 11 + 9 * BETA;
  for (let word = 0; word < 3; word++) {
    const joint = ofTopic.map(
      (total, topic) => ((COUNTS[3 * word + topic] + BETA) / total) * (total / tokens),
    );
    const evidence = joint.reduce((sum, probability) => sum + probability, 0);
    for (const [topic, probability] of joint.entries()) {
      expect(logProbability[3 * word + topic]).toBeCloseTo(Math.log(probability / evidence), 6);
    }
  }
});

/** Tokens of each word in two topics. Word 0 is in both, 1 and 2 in one each, 3 is rare, 4 is not in the text. */
const TEXT_COUNTS = [
  [60, 60],
  [40, 1],
  [1, 20],
  [0, 1],
  [0, 0],
];
const TEXT = Int32Array.from(TEXT_COUNTS.flatMap(([a, b], word) => new Array<number>(a + b).fill(word)));
const TABLE = topicTable(Float64Array.from(TEXT_COUNTS.flat()), 2, 0.1);

it('tellingWords puts words first that are more frequent in the topic than elsewhere', () => {
  const [first, second] = tellingWords(TABLE, TEXT, 2);
  expect(first.words).toEqual([1, 0]);
  expect(second.words).toEqual([2, 0]);
});

it('tellingWords ranks by the relevance of Sievert and Shirley', () => {
  const lambda = 0.3;
  const tokens = TEXT.length;
  for (const [topic, { words }] of tellingWords(TABLE, TEXT, 9).entries()) {
    const share = TEXT_COUNTS.reduce((sum, ofWord) => sum + ofWord[topic], 0) / tokens;
    const relevance = (word: number) => {
      const probability = TEXT_COUNTS[word][0] + TEXT_COUNTS[word][1];
      const inTopic = (Math.exp(TABLE.logProbability[2 * word + topic]) * probability) / tokens / share;
      return lambda * Math.log(inTopic) + (1 - lambda) * Math.log(inTopic / (probability / tokens));
    };
    expect(words).toEqual([0, 1, 2, 3].sort((a, b) => relevance(b) - relevance(a)));
  }
});

it('tellingWords returns the share of each topic', () => {
  const shares = tellingWords(TABLE, TEXT, 1).map(({ share }) => share);
  expect(shares[0]).toBeCloseTo(101 / 183, 3);
  expect(shares[0] + shares[1]).toBeCloseTo(1, 6);
});
