/** Drawing words from a predictor, one at a time, for several samples side by side. */
import type { Selection } from '../ops/draw.js';
import type { Predictor, Tokens } from '../predictors/predictor.js';
import { checkDrawn, drawWords, type SampleRange, uniformsOf } from './draw.js';

/** Options of drawing. */
export interface SamplingOptions extends Selection {
  /** Token ids that come before the first drawn one; at least one. */
  readonly prompt: readonly number[];
  /** Tokens to draw for each sample. */
  readonly length: number;
  readonly seed: number;
  /** Number of the sample among those of a seed, which do not depend on each other. */
  readonly samples: SampleRange;
  readonly signal?: AbortSignal;
}

/**
 * Draws token ids after a prompt, from the state at the beginning of a text.
 *
 * @returns at each step the next token of every sample, [count]
 * @throws UserError('diverged') when the model's parameters are not numbers; the signal's reason when it is aborted
 */
export async function* sampleTokens<State>(
  predictor: Predictor<State>,
  options: SamplingOptions,
): AsyncGenerator<Int32Array> {
  const { prompt, length, seed, samples, signal } = options;
  let inputs: Int32Array = Int32Array.from(prompt);
  let state = predictor.start(1);
  const moveTo = (after: State) => {
    predictor.release(state);
    state = after;
  };
  try {
    for (let n = 0; n < length; n++) {
      signal?.throwIfAborted();
      // All samples read the prompt alike: once, as one column.
      const batch = n === 0 ? 1 : samples.count;
      const tokens = { inputs, steps: inputs.length / batch, batch };
      const drawn = await drawNext(predictor, tokens, state, options, uniformsOf(seed, samples, n));
      moveTo(drawn.state);
      checkDrawn(drawn.ids);
      if (batch < samples.count) moveTo(predictor.repeat(state, samples.count));
      inputs = drawn.ids;
      yield inputs;
    }
  } finally {
    predictor.release(state);
  }
}

/** Draws on the predictor's backend, if it can; otherwise the distribution is read back. */
async function drawNext<State>(
  predictor: Predictor<State>,
  tokens: Tokens,
  before: State,
  selection: Selection,
  uniforms: Float64Array,
): Promise<{ ids: Int32Array; state: State }> {
  if (predictor.draw) return predictor.draw(tokens, before, selection, uniforms);
  const { logProbs, state } = await predictor.logProbs(tokens, before, 'last');
  return { ids: drawWords(logProbs, predictor.vocabularySize, selection, uniforms), state };
}
