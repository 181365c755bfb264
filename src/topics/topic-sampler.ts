/**
 * Latent Dirichlet allocation by collapsed Gibbs sampling: Griffiths and Steyvers, *Finding scientific topics*, PNAS 101
 * (2004). The distributions of topics over words and of documents over topics are integrated out; what is sampled is
 * the topic of each token, from its probability given the topics of all other tokens.
 */

import type { TokenFile } from '../corpus/token-file.js';
import { fillPhiloxWords, type PhiloxAddress, STREAM, wordToUnit } from '../ops/philox.js';

/** The model: its size, its symmetric Dirichlet priors, and the seed of the draws. */
export interface TopicModel {
  readonly vocabularySize: number;
  /** Number of topics, K: from 1 to 65,535. */
  readonly topics: number;
  /** Prior of a document's topics. */
  readonly alpha: number;
  /** Prior of a topic's words. */
  readonly beta: number;
  readonly seed: number;
}

/** Topic of a token before its first draw; no topic has this number. */
const UNASSIGNED = 0xffff;

/**
 * The state of the Markov chain. Tokens start without a topic. The first sweep draws each topic from the counts of the
 * tokens before it, as Griffiths and Steyvers do.
 *
 * The draws of document d in sweep s are the Philox words at site d and step s, so a seed gives the same chain on every
 * machine.
 */
export class TopicSampler {
  /** Topic of each token. */
  readonly assignments: Uint16Array;
  /** [V,K]: number of tokens of each word in each topic. */
  readonly wordTopic: Int32Array;
  /** [D,K]: number of tokens of each document in each topic. */
  readonly documentTopic: Int32Array;
  /** [K]: number of tokens in each topic. */
  readonly topicTotal: Int32Array;
  readonly #documents: Documents;
  readonly #model: TopicModel;
  /** 1 / (topicTotal + V beta), kept beside it because divisions are slow. */
  readonly #inverse: Float64Array;
  /** Cumulative weights of the topics for the current token. */
  readonly #cumulative: Float64Array;
  #random = new Uint32Array(0);

  constructor(documents: Documents, model: TopicModel) {
    const { topics, vocabularySize, beta } = model;
    this.#documents = documents;
    this.#model = model;
    this.assignments = new Uint16Array(documents.words.length).fill(UNASSIGNED);
    this.wordTopic = new Int32Array(vocabularySize * topics);
    this.documentTopic = new Int32Array(documentCount(documents) * topics);
    this.topicTotal = new Int32Array(topics);
    this.#inverse = new Float64Array(topics).fill(1 / (vocabularySize * beta));
    this.#cumulative = new Float64Array(topics);
  }

  /**
   * Draws a new topic for each token of a document.
   *
   * @param sweep from 0; all documents of a sweep are sampled before the next one begins
   * @returns log P(words), summed over the tokens: each one's probability given all other tokens and their topics, P(w)
   *   = sum over k of P(k | document) P(w | k), which the sampler knows before it draws
   */
  sampleDocument(document: number, sweep: number): number {
    const { words, starts } = this.#documents;
    const { topics, alpha, seed } = this.#model;
    const [begin, end] = [starts[document], starts[document + 1]];
    const random = this.#draws(end - begin, { seed, stream: STREAM.topics, site: document, step: sweep });
    const row = document * topics;
    let others = sum(this.documentTopic.subarray(row, row + topics));
    let logLikelihood = 0;
    for (let token = begin; token < end; token++) {
      const word = words[token];
      const old = this.assignments[token];
      if (old !== UNASSIGNED) {
        this.#count(word, row, old, -1);
        others--;
      }
      const total = this.#weigh(word, row);
      logLikelihood += Math.log(total / (others + topics * alpha));
      const drawn = this.#draw(wordToUnit(random[token - begin]) * total);
      this.assignments[token] = drawn;
      this.#count(word, row, drawn, 1);
      others++;
    }
    return logLikelihood;
  }

  /**
   * Computes the cumulative weights of the topics for a token that is in no count: Griffiths and Steyvers, equation 5,
   * without the factor that all topics share.
   * @returns the sum of the weights
   */
  #weigh(word: number, row: number): number {
    const { topics, alpha, beta } = this.#model;
    const [wordTopic, documentTopic] = [this.wordTopic, this.documentTopic];
    const [inverse, cumulative] = [this.#inverse, this.#cumulative];
    const column = word * topics;
    let total = 0;
    for (let topic = 0; topic < topics; topic++) {
      total += (documentTopic[row + topic] + alpha) * (wordTopic[column + topic] + beta) * inverse[topic];
      cumulative[topic] = total;
    }
    return total;
  }

  /**
   * Draws a topic.
   *
   * @param point between 0 and the sum of the weights
   */
  #draw(point: number): number {
    const cumulative = this.#cumulative;
    let topic = 0;
    while (cumulative[topic] < point) topic++;
    return topic;
  }

  #count(word: number, row: number, topic: number, change: 1 | -1): void {
    const { topics, vocabularySize, beta } = this.#model;
    this.wordTopic[word * topics + topic] += change;
    this.documentTopic[row + topic] += change;
    this.topicTotal[topic] += change;
    this.#inverse[topic] = 1 / (this.topicTotal[topic] + vocabularySize * beta);
  }

  #draws(count: number, address: PhiloxAddress): Uint32Array {
    if (this.#random.length < count) this.#random = new Uint32Array(count);
    fillPhiloxWords(this.#random, 0, count, address);
    return this.#random;
  }
}

function sum(values: Int32Array): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Documents as bags of words, stored in one array. */
export interface Documents {
  /** Word ids of all documents. */
  readonly words: Int32Array;
  /** Document d is `words[starts[d] … starts[d + 1])`; one entry more than there are documents. */
  readonly starts: Int32Array;
}

/** Returns the number of documents. */
export function documentCount({ starts }: Documents): number {
  return starts.length - 1;
}

/**
 * Cuts a text into documents of consecutive sentences; the last one may have fewer. A corpus of one sentence per line,
 * such as the Penn Treebank, does not mark the ends of its articles, so runs of sentences take their place (Mikolov and
 * Zweig 2012).
 *
 * The ends of lines are left out: they are in every document and say nothing about its topics.
 *
 * @param text      the ids of a training split
 * @param endOfLine the id that ends each sentence
 * @param sentences in a document, at least 1
 */
export function cutIntoDocuments(text: TokenFile, endOfLine: number, sentences: number): Documents {
  const words = new Int32Array(text.length);
  const starts = [0];
  let length = 0;
  let ended = 0;
  for (const ids of text.chunks()) {
    for (const id of ids) {
      if (id !== endOfLine) words[length++] = id;
      else if (++ended % sentences === 0) starts.push(length);
    }
  }
  if (starts.at(-1) !== length) starts.push(length);
  return { words: words.slice(0, length), starts: Int32Array.from(starts) };
}
