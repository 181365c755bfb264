import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.js';
import type { Progress } from '../../src/progress.js';
import { trainTopics } from '../../src/topics/train-topics.js';
import { bars, distances, documentsOf, drawDocuments, wordsOfTopics } from './known-topics.js';

const LABEL = 'topics of a test';

describe('finds the topics that a text was drawn from', () => {
  it('training finds the topics when no word belongs to two', async () => {
    const rows = bars(5).slice(0, 5);
    const documents = drawDocuments(rows, { documents: 200, length: 40 });
    const model = { vocabularySize: 25, topics: 5, alpha: 1, beta: 0.1, seed: 1 };
    const { table } = await trainTopics(documents, model, { iterations: 100, label: LABEL });
    expect(Math.max(...distances(rows, wordsOfTopics(table, documents.words)))).toBeLessThan(0.06);
  });

  it('training finds the topics when every word belongs to two', async () => {
    const rowsAndColumns = bars(5);
    const documents = drawDocuments(rowsAndColumns, { documents: 600, length: 100 });
    const model = { vocabularySize: 25, topics: 10, alpha: 1, beta: 0.1, seed: 1 };
    const { table } = await trainTopics(documents, model, { iterations: 120, label: LABEL });
    expect(Math.max(...distances(rowsAndColumns, wordsOfTopics(table, documents.words)))).toBeLessThan(0.1);
  });
});

describe('the perplexity', () => {
  it('the perplexity decreases to that of a text whose topics are known', async () => {
    // Each document has one topic, each topic ten words that are equally frequent: no model predicts better than 10.
    const texts = Array.from({ length: 60 }, (_, document) =>
      Array.from({ length: 50 }, (_, token) => 10 * (document % 3) + ((7 * token + document) % 10)),
    );
    const model = { vocabularySize: 30, topics: 3, alpha: 0.01, beta: 0.1, seed: 1 };
    const training = { iterations: 30, label: LABEL };
    const { perplexity } = await trainTopics(documentsOf(texts), model, training);
    expect(perplexity).toHaveLength(30);
    expect(perplexity[0]).toBeGreaterThan(perplexity[29]);
    expect(perplexity[29]).toBeGreaterThan(10);
    expect(perplexity[29]).toBeLessThan(10.2);
  });

  it('the perplexity equals that of the word frequencies when there is one topic', async () => {
    const documents = documentsOf([
      [0, 0, 1],
      [0, 2],
    ]);
    const model = { vocabularySize: 3, topics: 1, alpha: 1, beta: 0.5, seed: 1 };
    const { perplexity } = await trainTopics(documents, model, { iterations: 2, label: LABEL });
    // Of 4 other tokens 2 are word 0 when one of its three is asked for, and none when another word is.
    const logLikelihood = 3 * Math.log(2.5 / 5.5) + 2 * Math.log(0.5 / 5.5);
    expect(perplexity[1]).toBeCloseTo(Math.exp(-logLikelihood / 5), 5);
  });
});

describe('while it trains', () => {
  const documents = drawDocuments(bars(3), { documents: 10, length: 10 });
  const model = { vocabularySize: 9, topics: 3, alpha: 1, beta: 0.1, seed: 1 };

  it('each sweep is reported, with the perplexity of the one before', async () => {
    const reports: Progress[] = [];
    const training = { iterations: 3, label: LABEL, onProgress: (now: Progress) => reports.push(now) };
    const { perplexity } = await trainTopics(documents, model, training);
    expect(reports.map(({ done, total }) => [done, total])).toEqual([0, 100, 200, 300].map((n) => [n, 300]));
    expect(reports.map(({ figures }) => figures)).toEqual([
      ['sweep 1 of 3'],
      ['sweep 2 of 3', `perplexity ${perplexity[0].toFixed(1)}`],
      ['sweep 3 of 3', `perplexity ${perplexity[1].toFixed(1)}`],
      [`perplexity ${perplexity[2].toFixed(1)}`],
    ]);
  });

  it('training stops at a signal', async () => {
    const controller = new AbortController();
    const onProgress = () => controller.abort();
    const work = trainTopics(documents, model, {
      ...{ iterations: 1_000_000, label: LABEL, onProgress, signal: controller.signal },
    });
    await expect(work).rejects.toThrow(UserError);
    await expect(work).rejects.toMatchObject({ kind: 'interrupted' });
  });
});
