import { setImmediate as nextTurn } from 'node:timers/promises';
import { stopIfAborted } from '../errors.js';
import type { OnProgress } from '../progress.js';
import { type Documents, documentCount, type TopicModel, TopicSampler } from './topic-sampler.js';
import { type TopicTable, topicTable } from './topic-table.js';

/** Settings and hooks of the training of topics. */
export interface TopicTraining {
  /** Sweeps over the text, at least 1. */
  readonly iterations: number;
  /** Label of the progress. */
  readonly label: string;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface TrainedTopics {
  readonly table: TopicTable;
  /**
   * Perplexity of the text in each sweep, where each token is predicted from all the others and their topics. It
   * decreases until the chain has converged.
   */
  readonly perplexity: Float32Array;
}

/**
 * Share of the last sweeps whose mean counts make the table. A rare word has one topic in any one sample, but several
 * in the posterior. Topics do not change their meaning within so few sweeps.
 */
const AVERAGED_SHARE = 1 / 2;

/** Tokens sampled between two checks of the signal: about 10 ms of work. */
const TOKENS_A_TURN = 1 << 16;

/**
 * Trains topics by Gibbs sampling. The same text, model and number of iterations give the same table.
 *
 * Memory: 6 bytes per token, 4 for each pair of document and topic, and 16 for each pair of word and topic.
 *
 * @throws UserError('interrupted') when the signal fires
 */
export async function trainTopics(
  documents: Documents,
  model: TopicModel,
  training: TopicTraining,
): Promise<TrainedTopics> {
  const { iterations, label, onProgress, signal } = training;
  const tokens = documents.words.length;
  const sampler = new TopicSampler(documents, model);
  const averaged = Math.ceil(iterations * AVERAGED_SHARE);
  const counts = new Float64Array(sampler.wordTopic.length);
  const perplexity = new Float32Array(iterations);
  const report = (done: number, figures: string[]) =>
    onProgress?.({ label, done, total: iterations * tokens, unit: 'tokens', figures });
  for (let sweep = 0; sweep < iterations; sweep++) {
    const before = sweep === 0 ? [] : [`perplexity ${perplexity[sweep - 1].toFixed(1)}`];
    const reportSweep = (sampled: number) =>
      report(sweep * tokens + sampled, [`sweep ${sweep + 1} of ${iterations}`, ...before]);
    perplexity[sweep] = await sweepOver(documents, sampler, sweep, reportSweep, signal);
    if (sweep >= iterations - averaged) addTo(counts, sampler.wordTopic, 1 / averaged);
  }
  report(iterations * tokens, [`perplexity ${perplexity[iterations - 1].toFixed(1)}`]);
  return { table: topicTable(counts, model.topics, model.beta), perplexity };
}

/**
 * Samples all documents once.
 *
 * @returns the perplexity of the text in this sweep
 */
async function sweepOver(
  documents: Documents,
  sampler: TopicSampler,
  sweep: number,
  report: (sampled: number) => void,
  signal: AbortSignal | undefined,
): Promise<number> {
  let logLikelihood = 0;
  let nextStop = 0;
  for (let document = 0; document < documentCount(documents); document++) {
    const sampled = documents.starts[document];
    if (sampled >= nextStop) {
      report(sampled);
      // Without a turn of the event loop, neither Ctrl-C nor the progress bar would work.
      await nextTurn();
      stopIfAborted(signal);
      nextStop = sampled + TOKENS_A_TURN;
    }
    logLikelihood += sampler.sampleDocument(document, sweep);
  }
  return Math.exp(-logLikelihood / documents.words.length);
}

function addTo(sums: Float64Array, counts: Int32Array, weight: number): void {
  for (let index = 0; index < sums.length; index++) sums[index] += weight * counts[index];
}
