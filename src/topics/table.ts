/** Topics of words: the context features of RNN-LDA (Mikolov and Zweig 2012). */

/** What each word of a vocabulary tells about the topic. */
export interface TopicTable {
  /** Number of topics, K. */
  readonly topics: number;
  /** Number of words, V. */
  readonly vocabularySize: number;
  /** [V,K], row by row: log P(topic | word) in nats, all of them finite; exp of each row sums to 1. */
  readonly logProbability: Float32Array;
}

/**
 * P(topic | word) = (n(word, topic) + beta) / (n(word) + K beta): by Bayes' rule from the topic model's smoothed
 * P(word | topic) = (n(word, topic) + beta) / (n(topic) + V beta), with the topics' own probabilities smoothed alike. A word
 * that the training text does not have tells nothing: its topics are equally probable.
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
