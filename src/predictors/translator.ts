/** A trained translator: it reads source sentences, and then predicts the words of their translations one after the other. */
import type * as tf from '@tensorflow/tfjs';
import type { PairBatch } from '../corpus/pairs.js';
import { type Encoded, targetNll } from '../model/language-model.js';
import type { Network } from '../model/network.js';
import type { WindowNoise } from '../model/noise-placement.js';
import { selectedRows } from '../model/rows.js';
import type { ModelState } from '../model/stack.js';
import { encodePairs, readSource } from '../model/translation.js';
import { tidy } from '../ops/memory.js';
import { idsOf, networkPredictor, readAndFree, targetsOf } from './network-predictor.js';
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
export function networkTranslator(model: Network): Translator<ModelState> {
  return {
    decoder: networkPredictor(model),

    async nll(batch: PairBatch) {
      const nlls = tidy(() => pairNlls(model, batch));
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

/** The words of pairs side by side. */
export type PairWords = Pick<PairBatch, 'source' | 'inputs' | 'targets' | 'rows' | 'batch'>;

/** Reads pairs up to the softmax: the rows that are predictions, and the last layer's output of all rows. */
export function encodeTargets(
  model: Network,
  { source, inputs, rows, batch }: PairWords,
  noise: WindowNoise | null,
): Pick<Encoded, 'hidden' | 'activations'> {
  const [read, predicted] = [source, inputs].map((ids) => columnsOf(ids, batch));
  const { hidden, activations } = encodePairs(model, read, predicted, noise);
  return { hidden: selectedRows(hidden, rows), activations };
}

/** Computes the negative log-likelihood of every target word, in nats, [predictions]; called inside a tidy. */
export function pairNlls(model: Network, words: PairWords): tf.Tensor1D {
  const { hidden } = encodeTargets(model, words, null);
  return targetNll(model, hidden, targetsOf(words));
}

/** Returns words side by side as a tensor, [T,B]. */
function columnsOf(inputs: Int32Array, batch: number): tf.Tensor2D {
  return idsOf({ inputs, steps: inputs.length / batch, batch });
}
