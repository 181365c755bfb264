/** The service behind `zlm translate`: sentences in another language. */
import { pairReading } from '../evaluation/pairs.js';
import { type OpenedTranslation, type UsedTranslator, usedTranslator } from '../runs/opened-run.js';
import { type DecodingHooks, decode } from './decode.js';
import type { DecodingOptions } from './decoding-options.js';

/** Request for translations. */
export interface TranslateRequest extends DecodingOptions {
  /** Sentences to translate, one at a time. */
  readonly sentences: AsyncIterable<string> | Iterable<string>;
  /** Translations of each sentence, at most `beam`. */
  readonly nBest: number;
  /** Sentences that are read before the first is translated: those of equal length are translated side by side. */
  readonly readAhead: number;
}

/** One translation of a sentence. */
export interface Candidate {
  readonly text: string;
  /** Natural logarithm of its probability, `<eos>` included. */
  readonly logProb: number;
  /** What the translations of a sentence are ordered by: the logarithm with the length penalty. */
  readonly score: number;
  /** Whether it ended by itself; otherwise the longest length cut it off. */
  readonly ended: boolean;
}

/** A sentence with its translations. */
export interface Translation {
  readonly type: 'translation';
  /** Number of the sentence, from 1. */
  readonly line: number;
  readonly source: string;
  /** Words of the source that the vocabulary lacks, which the model read as `<unk>`. */
  readonly unknownWords: number;
  /** The best first. */
  readonly translations: readonly Candidate[];
}

/** The end of a translation, with what was used. */
export interface TranslationTotal extends UsedTranslator {
  readonly type: 'total';
  readonly sentences: number;
  readonly unknownWords: number;
  /** Best translations that the longest length cut off. */
  readonly cutOff: number;
  readonly beam: number;
  readonly lengthPenalty: number;
}

/**
 * Translates sentences, in their order.
 *
 * @throws the signal's reason when it is aborted
 */
export async function* translate(
  opened: OpenedTranslation,
  request: TranslateRequest,
  hooks: DecodingHooks = {},
): AsyncGenerator<Translation | TranslationTotal, void, void> {
  const { beam, lengthPenalty } = request;
  let [sentences, unknownWords, cutOff] = [0, 0, 0];
  for await (const sources of blocksOf(request.sentences, request.readAhead)) {
    for (const translated of await translateBlock(opened, sources, request, hooks)) {
      sentences += 1;
      unknownWords += translated.unknownWords;
      if (!translated.translations[0].ended) cutOff += 1;
      yield { type: 'translation', line: sentences, ...translated };
    }
  }
  yield { type: 'total', ...usedTranslator(opened), sentences, unknownWords, cutOff, beam, lengthPenalty };
}

async function translateBlock(
  { corpus, translator, spec }: OpenedTranslation,
  sources: readonly string[],
  request: TranslateRequest,
  hooks: DecodingHooks,
): Promise<Omit<Translation, 'type' | 'line'>[]> {
  const ids = sources.map((source) => corpus.encode(source));
  const found = await decode(translator, ids, pairReading(spec, corpus), request, hooks);
  return sources.map((source, index) => ({
    source,
    unknownWords: ids[index].reduce((count, id) => count + Number(id === corpus.source.unk), 0),
    translations: found[index]
      .slice(0, request.nBest)
      .map(({ ids, logProb, score, ended }) => ({ text: corpus.decode(ids), logProb, score, ended })),
  }));
}

async function* blocksOf(
  sentences: AsyncIterable<string> | Iterable<string>,
  size: number,
): AsyncGenerator<string[]> {
  let block: string[] = [];
  for await (const sentence of sentences) {
    block.push(sentence);
    if (block.length < size) continue;
    yield block;
    block = [];
  }
  if (block.length > 0) yield block;
}
