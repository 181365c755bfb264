/** A network as a predictor: from the zero state, without dropout. */
import * as tf from '@tensorflow/tfjs';
import type { Window } from '../corpus/windows.js';
import { encode, initialState, logits, targetNll } from '../model/language-model.js';
import { disposeNetwork, type Network } from '../model/network.js';
import type { ModelState } from '../model/stack.js';
import { drawWords, type Selection } from '../ops/draw.js';
import { dispose, tidy } from '../ops/memory.js';
import type { Predictor, Tokens } from './predictor.js';

/** Tokens in a window of the fused path. */
export const WINDOW_TOKENS = 512;
/** Columns side by side, at most: with more, the rate no longer grows. */
const MOST_COLUMNS = 64;
/** Logits that are in memory for them, at most: 64 MiB. */
const MOST_LOGITS = 2 ** 24;

/** Wraps a model, which the predictor then owns: `dispose` frees it. */
export function networkPredictor(model: Network): Predictor<ModelState> {
  const { vocabularySize } = model.architecture;
  return {
    vocabularySize,
    streamStart: null,
    windowTokens: WINDOW_TOKENS,
    widestBatch: Math.max(1, Math.min(MOST_COLUMNS, Math.floor(MOST_LOGITS / vocabularySize))),
    network: model,
    start: (batch) => tidy(() => initialState(model, batch)),

    async nll(window: Window, state: ModelState) {
      const step = tidy(() => {
        const encoded = encode(model, idsOf(window), state, null);
        const nlls = targetNll(model, encoded.hidden, targetsOf(window));
        return { values: nlls, state: encoded.state };
      });
      return { nlls: (await readAndFree(step.values)) as Float32Array, state: step.state };
    },

    async logProbs(tokens: Tokens, state: ModelState, steps: 'all' | 'last') {
      const step = tidy(() => logitsAfter(model, tokens, state, steps));
      const values = await readAndFree(step.values);
      return { logProbs: normalized(values, vocabularySize), state: step.state };
    },

    async nllAndHidden(window: Window, state: ModelState) {
      const step = tidy(() => {
        const { hidden, state: after } = encode(model, idsOf(window), state, null);
        return { nlls: targetNll(model, hidden, targetsOf(window)), hidden, state: after };
      });
      const [nlls, hidden] = await Promise.all([readAndFree(step.nlls), readAndFree(step.hidden)]);
      return { nlls: nlls as Float32Array, hidden: hidden as Float32Array, state: step.state };
    },

    async logProbsAndHidden(tokens: Tokens, state: ModelState, steps: 'all' | 'last') {
      const step = tidy(() => {
        const { hidden, state: after } = encode(model, idsOf(tokens), state, null);
        return { values: logits(model, rowsOf(hidden, tokens, steps)), hidden, state: after };
      });
      const [values, hidden] = await Promise.all([readAndFree(step.values), readAndFree(step.hidden)]);
      const logProbs = normalized(values, vocabularySize);
      return { logProbs, hidden: hidden as Float32Array, state: step.state };
    },

    async draw(tokens: Tokens, state: ModelState, selection: Selection, uniforms: Float64Array) {
      const { temperature, topK, topP = null, banned } = selection;
      const step = tidy(() => logitsAfter(model, tokens, state, 'last'));
      try {
        const ids = await drawWords(step.values, { temperature, topK, topP, banned, uniforms });
        return { ids, state: step.state };
      } finally {
        step.values.dispose();
      }
    },

    repeat: (state, count) =>
      tidy(() =>
        Object.fromEntries(
          Object.entries(state).map(([name, tensor]) => [name, tf.tile(tensor, [count, 1])]),
        ),
      ),
    release: (state) => dispose(state),
    dispose: () => disposeNetwork(model),
  };
}

/** Returns the tokens of a window as a tensor, [T,B]. */
export function idsOf({ inputs, steps, batch }: Tokens): tf.Tensor2D {
  return tf.tensor2d(inputs, [steps, batch], 'int32');
}

/** Returns the targets of a window, or of pairs, as a tensor. */
export function targetsOf({ targets }: Pick<Window, 'targets'>): tf.Tensor1D {
  return tf.tensor1d(targets, 'int32');
}

/** Returns all rows of [T·B, H′], or those of the last step. */
export function rowsOf(hidden: tf.Tensor2D, { steps, batch }: Tokens, wanted: 'all' | 'last'): tf.Tensor2D {
  if (wanted === 'all' || steps === 1) return hidden;
  return tf.slice(hidden, [(steps - 1) * batch, 0], [batch, -1]);
}

/** Computes the logits after all steps, [T·B, V], or after the last, [B, V]. */
function logitsAfter(
  model: Network,
  tokens: Tokens,
  before: ModelState,
  wanted: 'all' | 'last',
): { values: tf.Tensor2D; state: ModelState } {
  const { hidden, state } = encode(model, idsOf(tokens), before, null);
  return { values: logits(model, rowsOf(hidden, tokens, wanted)), state };
}

/** Reads the values of a tensor, and frees it. */
export async function readAndFree(tensor: tf.Tensor): Promise<Float32Array | Int32Array | Uint8Array> {
  try {
    return await tensor.data();
  } finally {
    tensor.dispose();
  }
}

/** Subtracts from each row of logits the logarithm of the sum of their exponentials, in doubles. */
export function normalized(values: ArrayLike<number>, width: number): Float64Array {
  const result = Float64Array.from(values);
  for (let begin = 0; begin < result.length; begin += width) {
    const row = result.subarray(begin, begin + width);
    const largest = row.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
    const sum = row.reduce((total, value) => total + Math.exp(value - largest), 0);
    const logSum = largest + Math.log(sum);
    for (let i = 0; i < width; i++) row[i] -= logSum;
  }
  return result;
}
