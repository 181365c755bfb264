/** A trained translator: it reads source sentences, and then predicts the words of their translations one after the other. */
import * as tf from '@tensorflow/tfjs';
import type { PairBatch } from '../corpus/pairs.js';
import type { SourceMemory } from '../model/attention.js';
import { type Encoded, logits, targetNll } from '../model/language-model.js';
import { disposeNetwork, type Network } from '../model/network.js';
import type { WindowNoise } from '../model/noise-placement.js';
import { selectedRows } from '../model/rows.js';
import type { ModelState } from '../model/stack.js';
import { type DecoderState, encodePairs, readSource, readTarget } from '../model/translation.js';
import { type Likeliest, likeliest } from '../ops/likeliest.js';
import { dispose, tidy } from '../ops/memory.js';
import { reshape } from '../ops/shapes.js';
import { idsOf, readAndFree, targetsOf } from './network-predictor.js';
import type { FloatArray } from './predictor.js';

/** Columns side by side in a search, at most: with more, the rate no longer grows. */
const MOST_COLUMNS = 256;
/** Logits that are in memory for them, at most: 64 MiB. */
const MOST_LOGITS = 2 ** 24;

/** A model of translation. `State` is what it remembers of a source and of the words after it, column by column. */
export interface Translator<State = unknown> {
  /** V, of the target. */
  readonly vocabularySize: number;
  /** Columns that are worth searching side by side. */
  readonly widestSearch: number;
  /** Computes the negative log-likelihood of every target word of a batch, in nats, [predictions] in the order of its rows. */
  nll(batch: PairBatch): Promise<FloatArray>;
  /**
   * Reads source sentences of equal length side by side.
   *
   * @param source [S·B], row t·B + b is word t of sentence b
   * @returns the state before the first word of the target, which the caller releases
   */
  read(source: Int32Array, batch: number): State;
  /**
   * Reads a target word in each column, and finds the likeliest words after it.
   *
   * @param words [B]
   * @param count how many for each column, at most V
   * @returns them, and the state after the word, which the caller releases
   */
  next(
    words: Int32Array,
    state: State,
    count: number,
  ): Promise<{ readonly likeliest: Likeliest; readonly state: State }>;
  /** Makes a state of the given columns of another; the caller releases both. */
  select(state: State, columns: Int32Array): State;
  /** Makes a state of the columns of one and then those of another; the caller releases all three. */
  join(first: State, second: State): State;
  /** Frees the tensors of a state on the backend. */
  release(state: State): void;
  /** Frees the model. */
  dispose(): void;
}

/** Wraps a model, which the translator then owns: `dispose` frees it. */
export function networkTranslator(model: Network): Translator<DecoderState> {
  const { vocabularySize } = model.architecture;
  return {
    vocabularySize,
    widestSearch: Math.max(1, Math.min(MOST_COLUMNS, Math.floor(MOST_LOGITS / vocabularySize))),

    async nll(batch) {
      const nlls = tidy(() => pairNlls(model, batch));
      return (await readAndFree(nlls)) as Float32Array;
    },

    read: (source, batch) => tidy(() => readSource(model, columnsOf(source, batch), null)),

    async next(words, before, count) {
      const { scores, state } = tidy(() => {
        const { hidden, state: layers } = readTarget(model, columnsOf(words, words.length), before, null);
        return { scores: logits(model, hidden), state: { layers, memory: shared(before.memory) } };
      });
      try {
        return { likeliest: await likeliest(scores, count), state };
      } finally {
        scores.dispose();
      }
    },

    select: ({ layers, memory }, columns) =>
      tidy(() => ({
        layers: mapState(layers, (tensor) => selectedRows(tensor, columns)),
        memory: memory && selectedColumns([memory], columns),
      })),

    join: (first, second) =>
      tidy(() => {
        const layers = mapState(first.layers, (tensor, name) => tf.concat([tensor, second.layers[name]]));
        const both = first.memory && second.memory && [first.memory, second.memory];
        return { layers, memory: both && selectedColumns(both) };
      }),

    release: (state) => dispose(state),
    dispose: () => disposeNetwork(model),
  };
}

function mapState(state: ModelState, f: (tensor: tf.Tensor2D, name: string) => tf.Tensor2D): ModelState {
  return Object.fromEntries(Object.entries(state).map(([name, tensor]) => [name, f(tensor, name)]));
}

/** Names a memory again, for a state that is released by itself. */
function shared(memory: SourceMemory | null): SourceMemory | null {
  return memory && { ...memory, outputs: memory.outputs.clone() };
}

/**
 * Selects columns of memories that are side by side, or all of them in order. A source that is shorter than the longest is filled up
 * with vectors that its length excludes.
 */
function selectedColumns(memories: readonly SourceMemory[], columns?: Int32Array): SourceMemory {
  const [{ outputs }] = memories;
  const places = memories.flatMap(({ outputs: { shape }, lengths }, index) =>
    Array.from({ length: shape[1] }, (_, column) => ({
      width: shape[1],
      // The rows [S·B, H] of the memories are one after the other.
      first:
        memories.slice(0, index).reduce((sum, { outputs: { shape } }) => sum + shape[0] * shape[1], 0) +
        column,
      length: lengths?.[column] ?? shape[0],
    })),
  );
  const chosen = columns ? Array.from(columns, (column) => places[column]) : places;
  const steps = Math.max(...chosen.map(({ length }) => length));
  const units = outputs.shape[2];
  const rows = new Int32Array(steps * chosen.length);
  for (const [column, { first, width, length }] of chosen.entries()) {
    for (let t = 0; t < steps; t++)
      rows[t * chosen.length + column] = first + Math.min(t, length - 1) * width;
  }
  const all = memories.map(({ outputs: x }) => reshape(x, [x.shape[0] * x.shape[1], units]));
  const selected = selectedRows(all.length === 1 ? all[0] : tf.concat(all), rows);
  return {
    outputs: reshape(selected, [steps, chosen.length, units]),
    lengths: Int32Array.from(chosen, ({ length }) => length),
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
