/** Perplexity over exactly counted predictions. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs';
import { batchesByLength, Sentences, sequenceBatch } from '../corpus/sentences.js';
import { type TokenSource, type Window, WindowSource } from '../corpus/windows.js';
import { encode, initialState, type LanguageModel, targetNll } from '../model/language-model.js';
import type { ModelState } from '../model/stack.js';
import { dispose, tidy } from '../ops/memory.js';
import type { OnProgress } from '../progress.js';

/** Tokens in an evaluation window. The state is carried, so the figure does not depend on it, only the speed. */
const WINDOW_TOKENS = 512;

/** What an evaluation found. */
export interface Evaluation {
  /** Summed negative log-likelihood of all predictions, in nats. */
  readonly nll: number;
  readonly predictions: number;
  /** exp(nll / predictions). */
  readonly perplexity: number;
}

/** How to evaluate. */
export interface EvaluationOptions {
  /** Columns the stream is cut into: 1 is one sequential pass that predicts every token but the first. */
  readonly batch: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
  /** What progress calls it. */
  readonly label?: string;
}

/**
 * Runs a model over a token stream from the zero state, without dropout, carrying the state from window to window.
 *
 * @throws the signal's reason when it is aborted
 */
export async function evaluate(
  model: LanguageModel,
  tokens: TokenSource,
  options: EvaluationOptions,
): Promise<Evaluation> {
  const { batch, signal, onProgress, label = 'evaluating' } = options;
  const bptt = Math.ceil(WINDOW_TOKENS / batch);
  const windows = new WindowSource(tokens, { batchSize: batch, bptt, tail: 'keep' });
  let state = tidy(() => initialState(model, batch));
  let [nll, predictions] = [0, 0];
  try {
    for (let index = 0; index < windows.count; index++) {
      signal?.throwIfAborted();
      const step = await windowNlls(model, windows.window(index), state);
      dispose(state);
      state = step.state;
      nll += sumOf(step.nlls);
      predictions += step.nlls.length;
      onProgress?.({ label, done: predictions, total: windows.predictions, unit: 'tokens' });
      await nextTurn(); // lets signals and the display in: tensors resolve without leaving this turn of the loop
    }
  } finally {
    dispose(state);
  }
  return { nll, predictions, perplexity: Math.exp(nll / predictions) };
}

/**
 * Runs a model over the lines of a token stream, each from the zero state, without dropout. Every token is predicted, the
 * first of a line from `<eos>`: N predictions of N tokens.
 *
 * @param eos     id of `<eos>`, which ends a line
 * @param options `batch` lines of similar length run side by side, which changes nothing else than the speed
 * @throws the signal's reason when it is aborted
 */
export async function evaluateSentences(
  model: LanguageModel,
  tokens: TokenSource,
  eos: number,
  options: EvaluationOptions,
): Promise<Evaluation> {
  const { batch, signal, onProgress, label = 'evaluating' } = options;
  const sentences = new Sentences(tokens, eos);
  const lines = Array.from({ length: sentences.count }, (_, line) => line);
  let [nll, predictions] = [0, 0];
  for (const ofBatch of batchesByLength(lines, (line) => sentences.lengthOf(line), batch)) {
    signal?.throwIfAborted();
    const window = sequenceBatch(
      ofBatch.map((line) => sentences.read(line)),
      eos,
    );
    const state = tidy(() => initialState(model, window.batch));
    const step = await windowNlls(model, window, state);
    dispose([state, step.state]);
    nll += sumOf(Array.from(window.rows, (row) => step.nlls[row]));
    predictions += window.rows.length;
    onProgress?.({ label, done: predictions, total: sentences.predictions, unit: 'tokens' });
    await nextTurn();
  }
  return { nll, predictions, perplexity: Math.exp(nll / predictions) };
}

/** Sums in double precision: tens of thousands of float32 terms. */
function sumOf(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i];
  return total;
}

/** Computes the nll of every target of a window, [T·B] in nats, and the state after it. */
async function windowNlls(
  model: LanguageModel,
  window: Window,
  state: ModelState,
): Promise<{ nlls: Float32Array; state: ModelState }> {
  const step = tidy(() => {
    const inputs = tf.tensor2d(window.inputs, [window.steps, window.batch], 'int32');
    const encoded = encode(model, inputs, state, null);
    const nlls = targetNll(model, encoded.hidden, tf.tensor1d(window.targets, 'int32'));
    return { nlls, state: encoded.state };
  });
  try {
    return { nlls: (await step.nlls.data()) as Float32Array, state: step.state };
  } finally {
    step.nlls.dispose();
  }
}
