/** Perplexity over exactly counted predictions. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs';
import { type TokenSource, WindowSource } from '../corpus/windows.js';
import { encode, initialState, type LanguageModel, targetNll } from '../model/language-model.js';
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
 * Runs a model over a token stream from the zero state, without dropout, carrying the state from window to
 * window.
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
      const window = windows.window(index);
      const step = tidy(() => {
        const inputs = tf.tensor2d(window.inputs, [window.steps, window.batch], 'int32');
        const result = encode(model, inputs, state, null);
        const nlls = targetNll(model, result.hidden, tf.tensor1d(window.targets, 'int32'));
        return { nlls, state: result.state };
      });
      dispose(state);
      state = step.state;
      nll += sum(await step.nlls.data());
      predictions += window.targets.length;
      step.nlls.dispose();
      onProgress?.({ label, done: predictions, total: windows.predictions, unit: 'tokens' });
      await nextTurn(); // lets signals and the display in: tensors resolve without leaving this turn of the loop
    }
  } finally {
    dispose(state);
  }
  return { nll, predictions, perplexity: Math.exp(nll / predictions) };
}

/** In double precision: tens of thousands of f32 terms. */
function sum(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i];
  return total;
}
