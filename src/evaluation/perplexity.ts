/** Perplexity over exactly counted predictions. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { batchesByLength, Sentences, sequenceBatch } from '../corpus/sentences.js';
import { type TokenSource, WindowSource } from '../corpus/windows.js';
import type { FloatArray, Predictor } from '../predictors/predictor.js';
import type { OnProgress } from '../progress.js';

/** Result of an evaluation. */
export interface Evaluation {
  /** Summed negative log-likelihood of all predictions, in nats. */
  readonly nll: number;
  readonly predictions: number;
  /** exp(nll / predictions). */
  readonly perplexity: number;
}

/** Options of an evaluation. */
export interface EvaluationOptions {
  /** Columns the stream is cut into: 1 is one sequential pass. */
  readonly batch: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
  /** Its label in the progress. */
  readonly label?: string;
  /** Called with the negative log-likelihoods of the predictions as they come: in an order that is the same for every model. */
  readonly onNlls?: (nlls: FloatArray) => void;
}

/**
 * Runs a predictor over a token stream, carrying the state from window to window. A column's first token is read and not
 * predicted, unless the predictor has a token to read before it.
 *
 * @throws the signal's reason when it is aborted
 */
export async function evaluateStream<State>(
  predictor: Predictor<State>,
  tokens: TokenSource,
  options: EvaluationOptions,
): Promise<Evaluation> {
  const { batch, signal, onProgress, label = 'evaluating', onNlls } = options;
  const bptt = Math.ceil(predictor.windowTokens / batch);
  const { streamStart } = predictor;
  const stream = streamStart === null ? tokens : tokenThen(streamStart, tokens);
  const windows = new WindowSource(stream, { batchSize: batch, bptt, tail: 'keep' });
  let state = predictor.start(batch);
  let [nll, predictions] = [0, 0];
  try {
    for (let index = 0; index < windows.count; index++) {
      signal?.throwIfAborted();
      const step = await predictor.nll(windows.window(index), state);
      predictor.release(state);
      state = step.state;
      nll = plus(nll, step.nlls);
      onNlls?.(step.nlls);
      predictions += step.nlls.length;
      onProgress?.({ label, done: predictions, total: windows.predictions, unit: 'tokens' });
      await nextTurn(); // lets signals and the display in: values resolve without leaving this turn of the loop
    }
  } finally {
    predictor.release(state);
  }
  return { nll, predictions, perplexity: Math.exp(nll / predictions) };
}

/**
 * Runs a predictor over the lines of a token stream, each from the beginning of a text. Every token is predicted, the first
 * of a line from `<eos>`: N predictions of N tokens.
 *
 * @param eos     id of `<eos>`, which ends a line
 * @param options `batch` lines of similar length run side by side, which changes nothing else than the speed
 * @throws the signal's reason when it is aborted
 */
export async function evaluateSentences<State>(
  predictor: Predictor<State>,
  tokens: TokenSource,
  eos: number,
  options: EvaluationOptions,
): Promise<Evaluation> {
  const { batch, signal, onProgress, label = 'evaluating', onNlls } = options;
  const sentences = new Sentences(tokens, eos);
  const lines = Array.from({ length: sentences.count }, (_, line) => line);
  let [nll, predictions] = [0, 0];
  for (const ofBatch of batchesByLength(lines, (line) => sentences.lengthOf(line), batch)) {
    signal?.throwIfAborted();
    const window = sequenceBatch(
      ofBatch.map((line) => sentences.read(line)),
      eos,
    );
    const state = predictor.start(window.batch);
    const step = await predictor.nll(window, state);
    predictor.release(state);
    predictor.release(step.state);
    const nlls = Float64Array.from(window.rows, (row) => step.nlls[row]);
    nll += nlls.reduce((sum, value) => sum + value, 0);
    onNlls?.(nlls);
    predictions += window.rows.length;
    onProgress?.({ label, done: predictions, total: sentences.predictions, unit: 'tokens' });
    await nextTurn();
  }
  return { nll, predictions, perplexity: Math.exp(nll / predictions) };
}

/** Returns a stream with one token more at its beginning. */
export function tokenThen(token: number, tokens: TokenSource): TokenSource {
  return {
    length: tokens.length + 1,
    read(position, count) {
      if (position > 0 || count === 0) return tokens.read(Math.max(0, position - 1), count);
      const ids = new Int32Array(count).fill(token);
      ids.set(tokens.read(0, count - 1), 1);
      return ids;
    },
  };
}

/**
 * Adds a window's terms to a sum, in double precision. Tens of thousands of float32 terms are summed by themselves first;
 * doubles are added one after the other, so that the sum does not depend on where the windows end.
 */
export function plus(sum: number, terms: FloatArray): number {
  const isFloat32 = terms instanceof Float32Array;
  let total = isFloat32 ? 0 : sum;
  for (let i = 0; i < terms.length; i++) total += terms[i];
  return isFloat32 ? sum + total : total;
}
