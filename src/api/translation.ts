/** What a program does with runs that translate: open, translate, evaluate. */
import type { DecodingHooks } from '../decoding/decode.js';
import { DEFAULT_DECODING, type DecodingOptions } from '../decoding/decoding-options.js';
import { evaluateTranslation as evaluateRun } from '../decoding/evaluate-translation.js';
import {
  type Translation,
  type TranslationTotal,
  translate as translateSentences,
} from '../decoding/translate.js';
import type { EvaluationHooks } from '../evaluation/evaluate.js';
import type { TranslationEvaluation } from '../evaluation/report.js';
import type { OpenedTranslation } from '../runs/opened-run.js';
import { openTranslator as openRun } from '../systems/open-run.js';
import { type OpenOptions, openRequest } from './runs.js';
import { withoutUndefined } from './surroundings.js';

/**
 * Opens a run that translates.
 *
 * @param run its name or path, or `latest`
 * @returns the run with its corpus and its model; call its `dispose` when done
 */
export function openTranslator(run: string, options: OpenOptions = {}): Promise<OpenedTranslation> {
  const { signal, onWarning } = options;
  return openRun(openRequest(run, options), withoutUndefined({ signal, onWarning }));
}

/** How translations are searched: a beam of 5, a length penalty of 1 and no longest length by default. */
type SearchOptions = Partial<DecodingOptions>;

/** Options of {@link translate}. */
export interface TranslateOptions extends SearchOptions, DecodingHooks {
  /** Translations of each sentence, at most `beam`; 1 by default. */
  readonly nBest?: number;
  /** Sentences that are read before the first is translated; 256 by default. */
  readonly readAhead?: number;
}

/** Translates sentences, in their order, and ends with a total. */
export function translate(
  opened: OpenedTranslation,
  sentences: Iterable<string> | AsyncIterable<string>,
  { signal, onProgress, ...options }: TranslateOptions = {},
): AsyncGenerator<Translation | TranslationTotal> {
  const request = { ...DEFAULT_DECODING, nBest: 1, readAhead: 256, ...options, sentences };
  return translateSentences(opened, request, withoutUndefined({ signal, onProgress }));
}

/** Options of {@link evaluateTranslation}. */
export interface EvaluateTranslationOptions extends SearchOptions, EvaluationHooks {
  /** `test` by default. */
  readonly split?: 'train' | 'valid' | 'test';
  /** Measure the perplexity alone. */
  readonly perplexityOnly?: boolean;
}

/** Computes the perplexity of a run's targets, and BLEU and chrF2 of its translations. The report is also kept in the run's folder. */
export function evaluateTranslation(
  opened: OpenedTranslation,
  {
    split = 'test',
    perplexityOnly = false,
    signal,
    onProgress,
    onNote,
    ...search
  }: EvaluateTranslationOptions = {},
): Promise<TranslationEvaluation> {
  const decoding = perplexityOnly ? null : { ...DEFAULT_DECODING, ...search };
  return evaluateRun(opened, { split, decoding }, withoutUndefined({ signal, onProgress, onNote }));
}
