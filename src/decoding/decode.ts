/** Decoding of many sentences, of any lengths, in the order in which they come. */
import type { PairReading } from '../corpus/pairs.js';
import type { Translator } from '../predictors/translator.js';
import type { OnProgress } from '../progress.js';
import { type BeamSettings, beamSearch, type Hypothesis } from './beam-search.js';
import type { DecodingOptions } from './decoding-options.js';

/** Hooks during decoding. */
export interface DecodingHooks {
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
}

/** Words that a translation may have when nothing else is asked for. */
function defaultLongest(sourceLength: number): number {
  return 2 * sourceLength + 10;
}

/**
 * Translates sentences.
 *
 * @param sources word ids without `<eos>`; an empty one has an empty translation
 * @returns for each sentence at most `beam` translations, the best first
 * @throws the signal's reason when it is aborted
 */
export async function decode(
  translator: Translator,
  sources: readonly Int32Array[],
  { eos, reverseSource }: PairReading,
  { beam, lengthPenalty, longest }: DecodingOptions,
  { signal, onProgress }: DecodingHooks = {},
): Promise<readonly (readonly Hypothesis[])[]> {
  const settings: BeamSettings = {
    beam,
    lengthPenalty,
    longest: longest === null ? defaultLongest : () => longest,
    eos,
    ...(signal && { signal }),
    onTranslated: (done) =>
      onProgress?.({ label: 'translating', done: empty + done, total: sources.length, unit: 'sentences' }),
  };
  const results: (readonly Hypothesis[])[] = sources.map(() => [EMPTY]);
  const sentences = [...sources.keys()].filter((sentence) => sources[sentence].length > 0);
  const empty = sources.length - sentences.length;
  const read = sentences.map((sentence) =>
    reverseSource ? sources[sentence].toReversed() : sources[sentence],
  );
  const found = await beamSearch(translator, read, settings);
  for (const [index, sentence] of sentences.entries()) results[sentence] = found[index];
  return results;
}

const EMPTY: Hypothesis = { ids: [], logProb: 0, score: 0, ended: true };
