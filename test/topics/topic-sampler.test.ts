import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PreparedCorpus } from '../../src/corpus/prepared.js';
import {
  cutIntoDocuments,
  type Documents,
  documentCount,
  type TopicModel,
  TopicSampler,
} from '../../src/topics/topic-sampler.js';
import { prepareTiny } from '../corpus/tiny-corpus.js';
import { tempFolder } from '../temp-folder.js';
import { bars, documentsOf, drawDocuments, totalVariation } from './known-topics.js';

/** The documents of a training text, as words. */
async function documentsOfText(train: string, sentences: number): Promise<string[]> {
  const folder = tempFolder();
  await prepareTiny(folder, {}, { train });
  const corpus = await PreparedCorpus.open(join(folder, 'data'), 'tiny');
  const documents = cutIntoDocuments(corpus.split('train'), corpus.vocabulary.eos, sentences);
  corpus.close();
  const { words, starts } = documents;
  return Array.from({ length: documentCount(documents) }, (_, document) =>
    Array.from(words.subarray(starts[document], starts[document + 1]), (id) =>
      corpus.vocabulary.word(id),
    ).join(' '),
  );
}

it.each([
  [1, ['a b', 'c', 'a', 'd', 'e f']],
  [2, ['a b c', 'a d', 'e f']],
  [5, ['a b c a d e f']],
  [9, ['a b c a d e f']],
])('a text is cut into documents of %i sentences, without the ends of lines', async (sentences, expected) => {
  expect(await documentsOfText('a b\nc\na\nd\ne f\n', sentences)).toEqual(expected);
});

it('sentences are counted across empty lines', async () => {
  expect(await documentsOfText('a\n\n\nb\nc\n', 2)).toEqual(['a', 'b', 'c']);
});

/** Samples all documents once, and returns the log-likelihood of all tokens. */
function sweepOver(sampler: TopicSampler, documents: Documents, sweep: number): number {
  let logLikelihood = 0;
  for (let document = 0; document < documentCount(documents); document++) {
    logLikelihood += sampler.sampleDocument(document, sweep);
  }
  return logLikelihood;
}

/** x (x + 1) … (x + n − 1): Γ(x + n) / Γ(x). */
function rising(x: number, n: number): number {
  return n === 0 ? 1 : (x + n - 1) * rising(x, n - 1);
}

/** P(words, topics) with all distributions integrated out: Griffiths and Steyvers (2004), equations 2 and 3. */
function jointProbability(
  texts: readonly number[][],
  topicOf: readonly number[][],
  model: TopicModel,
): number {
  const { topics: K, vocabularySize: V, alpha, beta } = model;
  const tokens = texts.flatMap((words, d) => words.map((word, i) => ({ d, word, topic: topicOf[d][i] })));
  const count = (holds: (token: (typeof tokens)[number]) => boolean) => tokens.filter(holds).length;
  let probability = 1;
  for (let k = 0; k < K; k++) {
    for (let w = 0; w < V; w++) {
      probability *= rising(
        beta,
        count(({ word, topic }) => word === w && topic === k),
      );
    }
    probability /= rising(
      V * beta,
      count(({ topic }) => topic === k),
    );
    for (let d = 0; d < texts.length; d++) {
      probability *= rising(
        alpha,
        count((token) => token.d === d && token.topic === k),
      );
    }
  }
  for (const words of texts) probability /= rising(K * alpha, words.length);
  return probability;
}

describe('the chain', () => {
  it.each<[string, number[][], number, number]>([
    ['two topics', [[0, 1, 1], [2, 1, 0], [2]], 2, 3],
    ['three topics', [[0, 0, 1, 1], [1]], 3, 2],
  ])('the chain visits %s as often as their posterior says', (_, texts, topics, vocabularySize) => {
    const model = { vocabularySize, topics, alpha: 0.7, beta: 0.3, seed: 1 };
    const documents = documentsOf(texts);
    const length = documents.words.length;
    const states = topics ** length;
    const posterior = Array.from({ length: states }, (_, state) => {
      const digits = Array.from({ length }, (_, token) => Math.floor(state / topics ** token) % topics);
      const topicOf = texts.map((words, d) => words.map((_, i) => digits[documents.starts[d] + i]));
      return jointProbability(texts, topicOf, model);
    });
    const evidence = posterior.reduce((sum, probability) => sum + probability, 0);

    const sampler = new TopicSampler(documents, model);
    const visits = new Array<number>(states).fill(0);
    const sweeps = 300_000;
    sweepOver(sampler, documents, 0);
    for (let sweep = 1; sweep <= sweeps; sweep++) {
      sweepOver(sampler, documents, sweep);
      visits[sampler.assignments.reduce((state, topic, token) => state + topic * topics ** token, 0)]++;
    }
    const distance = totalVariation(
      visits.map((count) => count / sweeps),
      posterior.map((probability) => probability / evidence),
    );
    expect(distance).toBeLessThan(0.015);
  });

  it('the chain depends only on the seed', () => {
    const documents = drawDocuments(bars(3), { documents: 20, length: 15 });
    const assignments = (seed: number) => {
      const sampler = new TopicSampler(documents, {
        vocabularySize: 9,
        topics: 4,
        alpha: 1,
        beta: 0.1,
        seed,
      });
      for (let sweep = 0; sweep < 5; sweep++) sweepOver(sampler, documents, sweep);
      return sampler.assignments;
    };
    expect(assignments(1)).toEqual(assignments(1));
    expect(assignments(2)).not.toEqual(assignments(1));
  });

  it('the chain keeps its counts consistent', () => {
    const documents = drawDocuments(bars(3), { documents: 30, length: 20 });
    const topics = 5;
    const sampler = new TopicSampler(documents, { vocabularySize: 9, topics, alpha: 1, beta: 0.1, seed: 3 });
    for (let sweep = 0; sweep < 4; sweep++) sweepOver(sampler, documents, sweep);
    const wordTopic = new Int32Array(9 * topics);
    const documentTopic = new Int32Array(30 * topics);
    const topicTotal = new Int32Array(topics);
    for (const [token, topic] of sampler.assignments.entries()) {
      wordTopic[documents.words[token] * topics + topic]++;
      documentTopic[Math.floor(token / 20) * topics + topic]++;
      topicTotal[topic]++;
    }
    expect(sampler.wordTopic).toEqual(wordTopic);
    expect(sampler.documentTopic).toEqual(documentTopic);
    expect(sampler.topicTotal).toEqual(topicTotal);
  });
});

it('the sampler gives the probability of a word given all other words and their topics', () => {
  const texts = [[0, 1, 1, 2], [2, 0], [1]];
  const model = { vocabularySize: 3, topics: 2, alpha: 0.7, beta: 0.3, seed: 5 };
  const documents = documentsOf(texts);
  const sampler = new TopicSampler(documents, model);
  sweepOver(sampler, documents, 0);
  const before = [
    Array.from(sampler.assignments.subarray(0, 4)),
    Array.from(sampler.assignments.subarray(4, 6)),
  ];
  // The last document is one word, so that its log-likelihood is that of the word alone.
  const joint = (word: number) =>
    [0, 1].reduce(
      (sum, topic) => sum + jointProbability([...texts.slice(0, 2), [word]], [...before, [topic]], model),
      0,
    );
  const expected = joint(1) / (joint(0) + joint(1) + joint(2));
  expect(Math.exp(sampler.sampleDocument(2, 1))).toBeCloseTo(expected, 12);
});
