/** The service behind `zlm eval` for a run that translates: perplexity of the targets, BLEU and chrF of translations. */
import type { SplitName } from '../corpus/prepared.js';
import { UserError } from '../errors.js';
import type { EvaluationHooks } from '../evaluation/evaluate.js';
import { evaluatePairs, pairReading } from '../evaluation/pairs.js';
import type { TranslationEvaluation, TranslationScores } from '../evaluation/report.js';
import { corpusBleu } from '../metrics/bleu.js';
import { corpusChrf } from '../metrics/chrf.js';
import { keepOrNote } from '../runs/evaluations.js';
import type { OpenedTranslation } from '../runs/opened-run.js';
import { decode } from './decode.js';
import { DEFAULT_DECODING, type DecodingOptions } from './decoding-options.js';

/** Pairs whose losses are computed side by side: only speed depends on it. */
const SIDE_BY_SIDE = 64;

/** Request for the evaluation of a translator. */
export interface TranslationEvaluationRequest {
  readonly split: SplitName;
  /** How the sources are translated; null for the perplexity alone. */
  readonly decoding: DecodingOptions | null;
  /** Called with the translations, one for each pair in the order of the corpus. */
  readonly onTranslations?: (texts: readonly string[]) => void | Promise<void>;
}

/**
 * Evaluates a translator, and keeps the report in the run's folder where that can be written.
 *
 * @throws UserError when translations of train are asked for; the signal's reason when it is aborted
 */
export async function evaluateTranslation(
  opened: OpenedTranslation,
  request: TranslationEvaluationRequest,
  hooks: EvaluationHooks = {},
): Promise<TranslationEvaluation> {
  const { run, checkpoint, position, corpus, translator, spec, backend } = opened;
  const { split, decoding } = request;
  if (split === 'train' && decoding) throw withoutText(corpus.name);
  const pairs = corpus.split(split);
  const began = performance.now();
  const options = { batch: SIDE_BY_SIDE, label: split, signal: hooks.signal, onProgress: hooks.onProgress };
  const { perplexity, predictions } = await evaluatePairs(
    translator,
    pairs,
    pairReading(spec, corpus),
    options,
  );
  const seconds = (performance.now() - began) / 1000;
  const translations = decoding && (await scoreTranslations(opened, request, decoding, hooks));
  const report: TranslationEvaluation = {
    system: 'translation',
    run: run.name,
    checkpoint,
    epochs: position.epochs,
    corpus: corpus.name,
    split,
    // Every pair is read by itself: the figures are those of one pair after the other, which sweeps and pages look for.
    batch: 1,
    pairs: pairs.length,
    predictions,
    perplexity,
    seconds,
    backend,
    ...(translations && { translations }),
  };
  const method = unusualSearch(decoding);
  await keepOrNote(opened, method === undefined ? report : { ...report, method }, hooks.onNote);
  return report;
}

/** Names a search that is not the usual one, as in "beam 1": what it finds is kept beside that of the usual one, not in its place. */
function unusualSearch(decoding: DecodingOptions | null): string | undefined {
  if (decoding === null) return 'perplexity alone';
  const { beam, lengthPenalty, longest } = decoding;
  const words = [
    ...(beam === DEFAULT_DECODING.beam ? [] : [`beam ${beam}`]),
    ...(lengthPenalty === DEFAULT_DECODING.lengthPenalty ? [] : [`length penalty ${lengthPenalty}`]),
    ...(longest === DEFAULT_DECODING.longest ? [] : [`at most ${longest} words`]),
  ];
  return words.length === 0 ? undefined : words.join(', ');
}

async function scoreTranslations(
  { corpus, translator, spec }: OpenedTranslation,
  { split, onTranslations }: TranslationEvaluationRequest,
  decoding: DecodingOptions,
  { signal, onProgress }: EvaluationHooks,
): Promise<TranslationScores> {
  const pairs = corpus.split(split);
  const sources = Array.from({ length: pairs.length }, (_, pair) => pairs.read(pair).source);
  const began = performance.now();
  const hooks = { ...(signal && { signal }), ...(onProgress && { onProgress }) };
  const found = await decode(translator, sources, pairReading(spec, corpus), decoding, hooks);
  const seconds = (performance.now() - began) / 1000;
  const texts = found.map(([best]) => corpus.decode(best.ids));
  await onTranslations?.(texts);
  const references = await corpus.text(split === 'valid' ? 'valid' : 'test', 'target');
  return {
    beam: decoding.beam,
    lengthPenalty: decoding.lengthPenalty,
    bleu: corpusBleu(texts, references),
    chrf: corpusChrf(texts, references),
    cutOff: found.reduce((count, [best]) => count + Number(!best.ended), 0),
    seconds,
  };
}

function withoutText(corpus: string): UserError {
  return new UserError(
    'usage',
    `Corpus ${corpus} keeps the text of valid and test alone, so translations of train cannot be compared`,
    ['Take --split valid or test, or measure the perplexity alone: --perplexity-only.'],
  );
}
