/** Decoding of many sentences: those of equal length side by side, as many as the decoder does well. */
import type { PairReading } from '../corpus/pairs.js';
import type { Translator } from '../predictors/translator.js';
import type { OnProgress } from '../progress.js';
import { type BeamSettings, beamSearch, type Hypothesis } from './beam-search.js';

/** How sentences are decoded. */
export interface DecodingOptions extends Pick<BeamSettings, 'beam' | 'lengthPenalty'> {
  /** Words of a translation, at most; null for twice the length of its source and ten more. */
  readonly longest: number | null;
}

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
  };
  const results: (readonly Hypothesis[])[] = sources.map(() => [EMPTY]);
  const read = sources.map((source) => (reverseSource ? source.toReversed() : source));
  const widest = Math.max(1, Math.floor(translator.decoder.widestBatch / beam));
  let done = 0;
  for (const group of groupsOfEqualLength(read, widest)) {
    const found = await beamSearch(
      translator,
      group.map((sentence) => read[sentence]),
      settings,
    );
    for (const [index, sentence] of group.entries()) results[sentence] = found[index];
    done += group.length;
    onProgress?.({ label: 'translating', done, total: sources.length, unit: 'sentences' });
  }
  return results;
}

const EMPTY: Hypothesis = { ids: [], logProb: 0, score: 0, ended: true };

/** Groups sentences of at least one word by their length, the shortest first. */
function* groupsOfEqualLength(sentences: readonly Int32Array[], widest: number): Generator<number[]> {
  const byLength = new Map<number, number[]>();
  for (const [index, { length }] of sentences.entries()) {
    if (length > 0) byLength.set(length, [...(byLength.get(length) ?? []), index]);
  }
  for (const length of [...byLength.keys()].sort((a, b) => a - b)) {
    const group = byLength.get(length) ?? [];
    for (let i = 0; i < group.length; i += widest) yield group.slice(i, i + widest);
  }
}
