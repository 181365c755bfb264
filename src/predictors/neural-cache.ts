/**
 * The neural cache (Grave, Joulin and Usunier 2017): beside the softmax, a distribution over the words of the recent past. Each
 * word that was read is kept with the hidden state before it, and weighs as much as that state resembles the present one:
 *
 *     p_cache(w) ∝ Σ_{i < t} 1[x_{i+1} = w] · exp(θ · h_t · h_i),   p = (1 − λ) · p_softmax + λ · p_cache
 *
 * The hidden states are the vectors that the softmax reads. Nothing is trained, and the network stays as it is.
 */
import * as tf from '@tensorflow/tfjs';
import type { Window } from '../corpus/windows.js';
import { tidy } from '../ops/memory.js';
import { productWithTransposedRight } from '../ops/products.js';
import { readAndFree } from './network-predictor.js';
import type { Predictor, Tokens } from './predictor.js';

/** How the cache remembers. */
export interface CacheMemory {
  /** θ: at 0 every word in the cache weighs the same; the larger, the more the likest states weigh. */
  readonly flatness: number;
  /** Words in the cache, at most. */
  readonly window: number;
}

/** Settings of a cache. */
export interface CacheSettings extends CacheMemory {
  /** λ, the weight of the cache's distribution; 0 while the cache is empty. */
  readonly weight: number;
}

/** The vectors of one column that are remembered, and the word that was read after each; that of the last is still to come. */
interface History {
  /** [n, H′]. */
  readonly vectors: Float32Array;
  readonly words: Int32Array;
}

/** State of a predictor with a cache. */
export interface CacheState<State> {
  readonly inner: State;
  /** One for each column. */
  readonly columns: readonly History[];
}

/**
 * Wraps a predictor whose hidden states can be read, which the new one then owns.
 *
 * @throws Error when the predictor has no hidden states
 */
export function cachePredictor<State>(
  inner: Predictor<State>,
  settings: CacheSettings,
): Predictor<CacheState<State>> {
  const { weight } = settings;
  const reader = new CacheReader(inner, settings.window);
  return {
    ...reader.common(),

    async nll(window: Window, before: CacheState<State>) {
      const { nlls, hidden, state } = await reader.nll(window, before.inner);
      const mixed = Float64Array.from(nlls);
      const columns = await reader.read(window, hidden, before.columns, (row, past) => {
        const cached = past.probabilityOf(window.targets[row], settings);
        if (cached !== null) mixed[row] = -Math.log((1 - weight) * Math.exp(-nlls[row]) + weight * cached);
      });
      return { nlls: mixed, state: { inner: state, columns } };
    },

    async logProbs(tokens: Tokens, before: CacheState<State>, steps: 'all' | 'last') {
      const { logProbs, hidden, state } = await reader.logProbs(tokens, before.inner, steps);
      const size = inner.vocabularySize;
      const firstRow = steps === 'all' ? 0 : (tokens.steps - 1) * tokens.batch;
      const columns = await reader.read(tokens, hidden, before.columns, (row, past) => {
        if (row < firstRow) return;
        const cached = past.distribution(size, settings);
        if (cached === null) return;
        const logs = logProbs.subarray((row - firstRow) * size, (row - firstRow + 1) * size);
        for (let w = 0; w < size; w++)
          logs[w] = Math.log((1 - weight) * Math.exp(logs[w]) + weight * cached[w]);
      });
      return { logProbs, state: { inner: state, columns } };
    },
  };
}

/**
 * Wraps a predictor as {@link cachePredictor} does, with nlls of the softmax alone, and hands out what caches of several kinds
 * would give: one pass over a text is enough to choose among them.
 *
 * @param memories the kinds of caches
 * @param take     called for each window with the probabilities of its targets, [T·B] for each cache; NaN while it is empty
 */
export function cacheProbe<State>(
  inner: Predictor<State>,
  memories: readonly CacheMemory[],
  take: (probabilities: readonly Float64Array[]) => void,
): Predictor<CacheState<State>> {
  const reader = new CacheReader(inner, Math.max(...memories.map(({ window }) => window)));
  return {
    ...reader.common(),
    async nll(window: Window, before: CacheState<State>) {
      const { nlls, hidden, state } = await reader.nll(window, before.inner);
      const found = memories.map(() => new Float64Array(nlls.length));
      const columns = await reader.read(window, hidden, before.columns, (row, past) => {
        for (const [i, memory] of memories.entries())
          found[i][row] = past.probabilityOf(window.targets[row], memory) ?? Number.NaN;
      });
      take(found);
      return { nlls, state: { inner: state, columns } };
    },
    logProbs: () => Promise.reject(new Error('A probe of caches gives no distribution')),
  };
}

/** Reads tokens with a predictor, and compares each hidden state with those before it. */
class CacheReader<State> {
  readonly nll: NonNullable<Predictor<State>['nllAndHidden']>;
  readonly logProbs: NonNullable<Predictor<State>['logProbsAndHidden']>;

  constructor(
    private readonly inner: Predictor<State>,
    private readonly window: number,
  ) {
    const { nllAndHidden, logProbsAndHidden } = inner;
    if (!nllAndHidden || !logProbsAndHidden) throw new Error('A cache needs a model with hidden states');
    this.nll = nllAndHidden.bind(inner);
    this.logProbs = logProbsAndHidden.bind(inner);
  }

  /** The part of a predictor that all caches share. */
  common() {
    const { inner } = this;
    const empty: History = { vectors: new Float32Array(0), words: new Int32Array(0) };
    return {
      vocabularySize: inner.vocabularySize,
      streamStart: inner.streamStart,
      windowTokens: inner.windowTokens,
      widestBatch: inner.widestBatch,
      start: (batch: number): CacheState<State> => ({
        inner: inner.start(batch),
        columns: new Array<History>(batch).fill(empty),
      }),
      repeat: ({ inner: state, columns: [column] }: CacheState<State>, count: number) => ({
        inner: inner.repeat(state, count),
        columns: new Array<History>(count).fill(column),
      }),
      release: ({ inner: state }: CacheState<State>) => inner.release(state),
      dispose: () => inner.dispose(),
    };
  }

  /**
   * Looks back from every step.
   *
   * @param hidden [T·B, H′]
   * @param visit  called with each row and the part of the past that its step sees
   * @returns what the columns remember after the last step
   */
  async read(
    { inputs, steps, batch }: Tokens,
    hidden: Float32Array,
    before: readonly History[],
    visit: (row: number, past: Past) => void,
  ): Promise<History[]> {
    const width = hidden.length / (steps * batch);
    const after: History[] = [];
    for (const [column, { vectors, words }] of before.entries()) {
      const known = vectors.length / width;
      const all = new Float32Array((known + steps) * width);
      all.set(vectors);
      const read = new Int32Array(steps);
      for (let t = 0; t < steps; t++) {
        const row = t * batch + column;
        all.set(hidden.subarray(row * width, (row + 1) * width), (known + t) * width);
        read[t] = inputs[row];
      }
      // The first token of a text follows no vector.
      const followed = known === 0 ? read.subarray(1) : read;
      const allWords = new Int32Array(words.length + followed.length);
      allWords.set(words);
      allWords.set(followed, words.length);
      const scores = await similarities(all, known, width);
      for (let t = 0; t < steps; t++) {
        const end = known + t;
        const row = scores.subarray(t * (known + steps), t * (known + steps) + end);
        visit(t * batch + column, new Past(row, allWords.subarray(0, end), this.window));
      }
      const kept = Math.min(this.window, known + steps);
      after.push({ vectors: all.slice(-kept * width), words: allWords.slice(allWords.length - (kept - 1)) });
    }
    return after;
  }
}

/** Computes the products of the vectors from `first` on with all of them, [n − first, n], on the backend. */
async function similarities(vectors: Float32Array, first: number, width: number): Promise<Float32Array> {
  const count = vectors.length / width;
  const products = tidy(() => {
    const all = tf.tensor2d(vectors, [count, width]);
    const last = tf.tensor2d(vectors.subarray(first * width), [count - first, width]);
    return productWithTransposedRight(last, all, 'f32');
  });
  return (await readAndFree(products)) as Float32Array;
}

/** The past as one step sees it. */
class Past {
  /**
   * @param scores h_t · h_i for each earlier step, the nearest last
   * @param words  the word that was read after each of them
   * @param window the longest that anyone looks back
   */
  constructor(
    private readonly scores: Float32Array,
    private readonly words: Int32Array,
    private readonly window: number,
  ) {}

  /** Returns p_cache of a word; null while the cache is empty. */
  probabilityOf(word: number, memory: CacheMemory): number | null {
    let [sum, ofWord] = [0, 0];
    const isEmpty = this.#weigh(memory, (i, weight) => {
      sum += weight;
      if (this.words[i] === word) ofWord += weight;
    });
    return isEmpty ? null : ofWord / sum;
  }

  /** Returns p_cache of every word, [V]; null while the cache is empty. */
  distribution(vocabularySize: number, memory: CacheMemory): Float64Array | null {
    const weights = new Float64Array(vocabularySize);
    let sum = 0;
    const isEmpty = this.#weigh(memory, (i, weight) => {
      sum += weight;
      weights[this.words[i]] += weight;
    });
    return isEmpty ? null : weights.map((weight) => weight / sum);
  }

  /** Visits each remembered step with exp(θ · (its score − the largest)). Returns whether there is none. */
  #weigh({ flatness, window }: CacheMemory, visit: (i: number, weight: number) => void): boolean {
    const { scores } = this;
    const first = Math.max(0, scores.length - Math.min(window, this.window));
    let largest = Number.NEGATIVE_INFINITY;
    for (let i = first; i < scores.length; i++) if (scores[i] > largest) largest = scores[i];
    for (let i = first; i < scores.length; i++) visit(i, Math.exp(flatness * (scores[i] - largest)));
    return first === scores.length;
  }
}
