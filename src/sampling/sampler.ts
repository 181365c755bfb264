/** Drawing words from a network, one at a time, for several samples side by side. */
import * as tf from '@tensorflow/tfjs';
import { encode, initialState, type LanguageModel, logits } from '../model/language-model.js';
import type { ModelState } from '../model/stack.js';
import type { Selection } from '../ops/draw.js';
import { dispose, tidy } from '../ops/memory.js';
import { drawWords, type SampleRange, uniformsOf } from './draw.js';

/** How to draw. */
export interface SamplingOptions extends Selection {
  /** Token ids that come before the first drawn one; at least one. */
  readonly prompt: readonly number[];
  /** Tokens to draw for each sample. */
  readonly length: number;
  readonly seed: number;
  /** Which of the samples that a seed gives. They do not depend on each other. */
  readonly samples: SampleRange;
  readonly signal?: AbortSignal;
}

/**
 * Draws token ids after a prompt, from the zero state and without dropout.
 *
 * @returns at each step the next token of every sample, [count]
 * @throws the signal's reason when it is aborted
 */
export async function* sampleTokens(
  model: LanguageModel,
  options: SamplingOptions,
): AsyncGenerator<Int32Array> {
  const { prompt, length, seed, samples, signal } = options;
  let input: Int32Array = Int32Array.from(prompt);
  let state = tidy(() => initialState(model, 1));
  try {
    for (let n = 0; n < length; n++) {
      signal?.throwIfAborted();
      // All samples read the prompt alike: once, as one column.
      const columns = n === 0 ? 1 : samples.count;
      const next = nextLogits(model, input, columns, state);
      dispose(state);
      state = next.state;
      try {
        input = await drawWords(next.logits, options, uniformsOf(seed, samples, n));
      } finally {
        next.logits.dispose();
      }
      if (columns < samples.count) state = forAll(samples.count, state);
      yield input;
    }
  } finally {
    dispose(state);
  }
}

/**
 * The logits after the last of some steps.
 *
 * @param tokens [T·columns], step after step
 * @returns logits [columns, V]
 */
function nextLogits(
  model: LanguageModel,
  tokens: Int32Array,
  columns: number,
  state: ModelState,
): { logits: tf.Tensor2D; state: ModelState } {
  return tidy(() => {
    const steps = tokens.length / columns;
    const { hidden, state: after } = encode(
      model,
      tf.tensor2d(tokens, [steps, columns], 'int32'),
      state,
      null,
    );
    const last = steps === 1 ? hidden : tf.slice(hidden, [(steps - 1) * columns, 0], [columns, -1]);
    return { logits: logits(model, last), state: after };
  });
}

/** A state of one column, repeated for every sample. */
function forAll(count: number, state: ModelState): ModelState {
  const repeated = tidy(() =>
    Object.fromEntries(Object.entries(state).map(([name, tensor]) => [name, tf.tile(tensor, [count, 1])])),
  );
  dispose(state);
  return repeated;
}
