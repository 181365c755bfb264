/** Topics of words: the context features of RNN-LDA (Mikolov and Zweig 2012). */

/** Log-probabilities of the topics given each word. */
export interface TopicTable {
  /** Number of topics, K. */
  readonly topics: number;
  /** Number of words, V. */
  readonly vocabularySize: number;
  /** [V,K], row by row: log P(topic | word) in nats, all of them finite; exp of each row sums to 1. */
  readonly logProbability: Float32Array;
}

/**
 * Computes P(topic | word) = (n(word, topic) + beta) / (n(word) + K beta): by Bayes' rule from the topic model's
 * smoothed P(word | topic) = (n(word, topic) + beta) / (n(topic) + V beta), with the probabilities of the topics
 * smoothed in the same way. For a word that is not in the training text all topics are equally probable.
 *
 * @param counts [V,K]: tokens of each word in each topic; means of several samples need not be whole numbers
 * @param topics K
 * @param beta   the prior of a topic's words, above 0
 */
export function topicTable(counts: Float64Array, topics: number, beta: number): TopicTable {
  const logProbability = new Float32Array(counts.length);
  for (let row = 0; row < counts.length; row += topics) {
    const ofWord = counts.subarray(row, row + topics);
    const total = ofWord.reduce((sum, count) => sum + count, topics * beta);
    for (let topic = 0; topic < topics; topic++) {
      logProbability[row + topic] = Math.log((ofWord[topic] + beta) / total);
    }
  }
  return { topics, vocabularySize: counts.length / topics, logProbability };
}

/** Summary of a topic, for people. */
export interface TopicSummary {
  /** Share of the text's tokens that have the topic, between 0 and 1. */
  readonly share: number;
  /** Ids of the most characteristic words, the most characteristic first. */
  readonly words: readonly number[];
}

/**
 * Weight of a word's frequency in the topic against its lift, P(word | topic) / P(word). At 1 the commonest words of
 * the language come first in every topic, at 0 the rarest. Sievert and Shirley found 0.6 to be best for texts without
 * words such as "the"; here the texts have them.
 */
const LAMBDA = 0.3;

/**
 * Returns the words of each topic by relevance, lambda log P(word | topic) + (1 − lambda) log lift: Sievert and
 * Shirley, *LDAvis* (2014). By Bayes' rule that is log P(topic | word) + lambda log P(word), up to a constant of the
 * topic.
 *
 * @param text  ids of the training text's words
 * @param count most words for each topic; words that are not in the text are never among them
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
