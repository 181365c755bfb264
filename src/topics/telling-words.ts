import type { TopicTable } from './table.js';

/** A topic as a person sees it. */
export interface TopicSummary {
  /** Share of the text's tokens that have the topic, between 0 and 1. */
  readonly share: number;
  /** Ids of the words that tell most about it, the most telling first. */
  readonly words: readonly number[];
}

/**
 * How much a word's frequency in the topic counts beside its lift, P(word | topic) / P(word). At 1 the commonest words of
 * the language come first in every topic, at 0 the rarest. Sievert and Shirley found 0.6 to be best where such words as
 * "the" had been taken out of the text; here they are in it.
 */
const LAMBDA = 0.3;

/**
 * The words of each topic by relevance, lambda log P(word | topic) + (1 − lambda) log lift: Sievert and Shirley, *LDAvis*
 * (2014). By Bayes' rule that is log P(topic | word) + lambda log P(word), but for a constant of the topic.
 *
 * @param text  ids of the training text's words
 * @param count most words for each topic; words that the text does not have are never among them
 * @returns one summary for each topic, in the table's order
 */
export function tellingWords(table: TopicTable, text: Int32Array, count: number): TopicSummary[] {
  const { topics, vocabularySize, logProbability } = table;
  const probability = new Float64Array(vocabularySize);
  for (const word of text) probability[word] += 1 / text.length;
  const words = Array.from(probability.keys()).filter((word) => probability[word] > 0);
  return Array.from({ length: topics }, (_, topic) => {
    const logPosterior = (word: number) => logProbability[word * topics + topic];
    const relevance = (word: number) => logPosterior(word) + LAMBDA * Math.log(probability[word]);
    const share = words.reduce((sum, word) => sum + Math.exp(logPosterior(word)) * probability[word], 0);
    return { share, words: highest(words, relevance, count) };
  });
}

function highest(words: readonly number[], score: (word: number) => number, count: number): number[] {
  const scored = words.map((word) => ({ word, score: score(word) }));
  return scored
    .sort((a, b) => b.score - a.score || a.word - b.word)
    .slice(0, count)
    .map(({ word }) => word);
}
