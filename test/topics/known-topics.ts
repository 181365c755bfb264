/** Texts drawn from known topics, and the distance of other topics to them. */
import { philoxWords, wordToUnit } from '../../src/ops/philox.js';
import type { Documents } from '../../src/topics/topic-sampler.js';
import type { TopicTable } from '../../src/topics/topic-table.js';

/** Documents of the words given. */
export function documentsOf(texts: readonly (readonly number[])[]): Documents {
  const starts = [0];
  for (const text of texts) starts.push(starts[starts.length - 1] + text.length);
  return { words: Int32Array.from(texts.flat()), starts: Int32Array.from(starts) };
}

/** Draws a text from the model, with a uniform prior on each document's topics (alpha = 1). */
export function drawDocuments(
  topics: readonly (readonly number[])[],
  { documents, length }: { readonly documents: number; readonly length: number },
): Documents {
  const random = generator(documents * (topics.length + 2 * length));
  const texts = Array.from({ length: documents }, () => {
    // Exponential variates over their sum are uniform on the simplex.
    const mixture = normalize(topics.map(() => -Math.log(random())));
    return Array.from({ length }, () => draw(topics[draw(mixture, random())], random()));
  });
  return documentsOf(texts);
}

/** Topics over the pixels of a square, of which one is a row or a column: figure 1 of Griffiths and Steyvers (2004). */
export function bars(side: number): number[][] {
  const pixels = Array.from({ length: side * side }, (_, pixel) => pixel);
  const bar = (holds: (pixel: number) => boolean) => normalize(pixels.map((pixel) => Number(holds(pixel))));
  const lines = Array.from({ length: side }, (_, line) => line);
  return [
    ...lines.map((line) => bar((pixel) => Math.floor(pixel / side) === line)),
    ...lines.map((line) => bar((pixel) => pixel % side === line)),
  ];
}

/** P(word | topic) of a table, a row a topic, by Bayes' rule. */
export function wordsOfTopics(table: TopicTable, text: Int32Array): number[][] {
  const counts = new Float64Array(table.vocabularySize);
  for (const word of text) counts[word]++;
  return Array.from({ length: table.topics }, (_, topic) =>
    normalize(
      Array.from(
        counts,
        (count, word) => count * Math.exp(table.logProbability[word * table.topics + topic]),
      ),
    ),
  );
}

/**
 * For each true topic the total variation distance (between 0 and 1) to the one that was found for it; each found topic
 * is matched to one true topic.
 */
export function distances(truth: readonly number[][], found: readonly number[][]): number[] {
  const left = [...found];
  return truth.map((topic) => {
    const all = left.map((candidate) => totalVariation(topic, candidate));
    const best = all.indexOf(Math.min(...all));
    left.splice(best, 1);
    return all[best];
  });
}

/** Half of the sum of the absolute differences. */
export function totalVariation(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, index) => sum + Math.abs(value - b[index]), 0) / 2;
}

function normalize(weights: readonly number[]): number[] {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

function draw(distribution: readonly number[], point: number): number {
  let index = 0;
  for (let rest = point - distribution[0]; rest > 0 && index < distribution.length - 1; index++) {
    rest -= distribution[index + 1];
  }
  return index;
}

/** Numbers in (0, 1), at most so many. */
function generator(count: number): () => number {
  const words = philoxWords({ seed: 2004, stream: 0, site: 0, step: 0 }, count);
  let next = 0;
  return () => wordToUnit(words[next++]);
}
