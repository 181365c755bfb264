/** What counting an n-gram model would come to: sorting the text tells its size, before anything is written. */
import type { PreparedCorpus } from '../corpus/prepared.js';
import { bytesToEstimate, distinctNgrams, tableBytes } from '../ngram/estimate-table.js';
import type { OnProgress } from '../progress.js';
import type { NgramSpec } from '../spec/systems.js';

/** What counting would come to. */
export interface NgramPlan {
  readonly order: number;
  /** V. */
  readonly vocabulary: number;
  readonly trainTokens: number;
  /** Different n-grams of each length, as they are counted. */
  readonly ngrams: readonly number[];
  /** Bytes of the arrays at the height of the work. */
  readonly memoryBytes: number;
  /** Bytes of a checkpoint, but for its header. */
  readonly checkpointBytes: number;
}

/**
 * Plans the counting of a spec; nothing is written.
 *
 * @throws UserError('data') when it would not fit
 */
export async function planNgram(
  spec: NgramSpec,
  corpus: PreparedCorpus,
  onProgress: OnProgress,
): Promise<NgramPlan> {
  const { order } = spec.model.ngram;
  const { size, eos } = corpus.vocabulary;
  const text = corpus.split('train');
  const ngrams = await distinctNgrams(text, { order, vocabularySize: size, eos }, { onProgress });
  return {
    order,
    vocabulary: size,
    trainTokens: text.length,
    ngrams,
    memoryBytes: bytesToEstimate(text.length, ngrams),
    checkpointBytes: tableBytes(ngrams),
  };
}
