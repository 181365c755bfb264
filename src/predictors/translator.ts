/** A trained translator: it reads source sentences, and then predicts the words of their translations one after the other. */
import * as tf from '@tensorflow/tfjs';
import type { PairBatch } from '../corpus/pairs.js';
import { type LanguageModel, targetNll } from '../model/language-model.js';
import { selectedRows } from '../model/rows.js';
import type { ModelState } from '../model/stack.js';
import { encodePairs, readSource } from '../model/translation.js';
import { tidy } from '../ops/memory.js';
import { networkPredictor, readAndFree } from './network-predictor.js';
import type { FloatArray, Predictor } from './predictor.js';

/** A model of translation. `State` is what it remembers of a source and of the words after it, column by column. */
export interface Translator<State = unknown> {
  /** Predicts the words of the target, from a state that {@link read} has made. Disposing of it frees the model. */
  readonly decoder: Predictor<State>;
  /** Computes the negative log-likelihood of every target word of a batch, in nats, [predictions] in the order of its rows. */
  nll(batch: PairBatch): Promise<FloatArray>;
  /**
   * Reads source sentences of equal length side by side.
   *
   * @param source [S·B], row t·B + b is word t of sentence b
   * @returns the state before the first word of the target, which the caller releases
   */
  read(source: Int32Array, batch: number): State;
  /** Makes a state of the given columns of another; the caller releases both. */
  select(state: State, columns: Int32Array): State;
}

/** Wraps a model, which the translator then owns: disposing of its decoder frees it. */
export function networkTranslator(model: LanguageModel): Translator<ModelState> {
  return {
    decoder: networkPredictor(model),

    async nll({ source, inputs, targets, rows, batch }: PairBatch) {
      const nlls = tidy(() => {
        const { hidden } = encodePairs(model, columnsOf(source, batch), columnsOf(inputs, batch), null);
        return targetNll(model, selectedRows(hidden, rows), tf.tensor1d(targets, 'int32'));
      });
      return (await readAndFree(nlls)) as Float32Array;
    },

    read: (source, batch) => tidy(() => readSource(model, columnsOf(source, batch), null)),

    select: (state, columns) =>
      tidy(() =>
        Object.fromEntries(
          Object.entries(state).map(([name, tensor]) => [name, selectedRows(tensor, columns)]),
        ),
      ),
  };
}

/** Returns words side by side as a tensor, [T,B]. */
function columnsOf(ids: Int32Array, batch: number): tf.Tensor2D {
  return tf.tensor2d(ids, [ids.length / batch, batch], 'int32');
}
