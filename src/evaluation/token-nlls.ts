/** Negative log-likelihoods of every prediction of a text, kept: models that do not fit into memory together are evaluated in turn. */
import type { TokenSource } from '../corpus/windows.js';
import { type FloatArray, joinValues, type Predictor } from '../predictors/predictor.js';
import { type EvaluationOptions, evaluateSentences, evaluateStream } from './perplexity.js';
import type { Protocol } from './report.js';

/** How a text is read; the same for all models of a combination. */
export interface Reading extends EvaluationOptions {
  readonly protocol: Protocol;
  /** Id of `<eos>`, which ends a line. */
  readonly eos: number;
}

/**
 * Runs a predictor over a text. In a stream the first token of each column is read and not predicted, by an n-gram model, too, so
 * that all models make the same predictions.
 *
 * @returns the nll of every prediction, in an order that is the same for every predictor
 * @throws the signal's reason when it is aborted
 */
export async function tokenNlls<State>(
  predictor: Predictor<State>,
  tokens: TokenSource,
  { protocol, eos, ...options }: Reading,
): Promise<Float64Array> {
  const parts: FloatArray[] = [];
  const collecting = { ...options, onNlls: (nlls: FloatArray) => parts.push(nlls) };
  if (protocol === 'sentences') await evaluateSentences(predictor, tokens, eos, collecting);
  else await evaluateStream({ ...predictor, streamStart: null }, tokens, collecting);
  return joinValues(parts);
}

/** Copies a text into memory, so that it stays readable when its corpus is closed. */
export function inMemory(tokens: TokenSource): TokenSource {
  const ids = tokens.read(0, tokens.length);
  return { length: ids.length, read: (position, count) => ids.slice(position, position + count) };
}
