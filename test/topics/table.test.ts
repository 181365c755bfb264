import { expect, it } from 'vitest';
import { topicTable } from '../../src/topics/table.js';

const COUNTS = Float64Array.from(
  [
    [8, 2, 0],
    [0, 0.5, 0.5],
    [0, 0, 0],
  ].flat(),
);
const BETA = 0.1;

it('is the logarithm of the smoothed share of each topic in a word', () => {
  const { topics, vocabularySize, logProbability } = topicTable(COUNTS, 3, BETA);
  expect([topics, vocabularySize]).toEqual([3, 3]);
  const expected = [8.1 / 10.3, 2.1 / 10.3, 0.1 / 10.3, 0.1 / 1.3, 0.6 / 1.3, 0.6 / 1.3, 1 / 3, 1 / 3, 1 / 3];
  for (const [index, probability] of expected.entries()) {
    expect(logProbability[index]).toBeCloseTo(Math.log(probability), 6);
  }
});

it("is what Bayes' rule gives for the topic model's smoothed distributions", () => {
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
