/**
 * Memory measured on a recall corpus (`zlm prepare recall`): negative log-likelihood and accuracy at the recalled words,
 * by lag, the number of steps since the word was read. Only the distribution of the next token is used, so any predictor can
 * be measured.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { PreparedCorpus, SplitName } from '../corpus/prepared.js';
import { CUE, recallTask } from '../corpus/recall.js';
import { batchesByLength, Sentences, sequenceBatch } from '../corpus/sentences.js';
import { type TokenSource, type Window, WindowSource } from '../corpus/windows.js';
import { type Predictor, rowOf } from '../predictors/predictor.js';
import type { EvaluationOptions } from './perplexity.js';
import { tokenThen } from './perplexity.js';

/** How well words are recalled after one lag. */
export interface LagRecall {
  /** Steps from the word to its repetition. */
  readonly lag: number;
  readonly predictions: number;
  /** Mean negative log-likelihood of the recalled word, in nats. */
  readonly nll: number;
  /** Share of predictions in which the recalled word is the likeliest of the whole vocabulary. */
  readonly accuracy: number;
}

/** How well a model recalls. */
export interface RecallReport {
  /** Ascending. */
  readonly lags: readonly LagRecall[];
  /** The figures of a model that knows that a word is recalled, but not which: ln N and 1 / N for N words. */
  readonly chance: { readonly nll: number; readonly accuracy: number };
}

/** A split of a recall corpus and how it is read. */
export interface RecallRequest extends EvaluationOptions {
  readonly split: SplitName;
  /** One stream with carried state, or every line by itself from the zero state. */
  readonly protocol: 'stream' | 'sentences';
}

/**
 * Measures how well a predictor recalls.
 *
 * @returns null when the corpus is not a recall corpus
 * @throws the signal's reason when it is aborted
 */
export async function measureRecall<State>(
  predictor: Predictor<State>,
  corpus: PreparedCorpus,
  { split, protocol, batch, signal, onProgress }: RecallRequest,
): Promise<RecallReport | null> {
  const task = recallTask(corpus.manifest);
  if (task === null) return null;
  const tokens = corpus.split(split);
  const { eos } = corpus.vocabulary;
  const lagAt = recalledPositions(tokens, eos, corpus.vocabulary.id(CUE));
  const sums = new Map(task.lags.map((lag) => [lag, { predictions: 0, nll: 0, correct: 0 }]));
  const read =
    protocol === 'sentences' ? readLines(predictor, tokens, eos, batch) : readStream(predictor, tokens);
  let done = 0;
  for await (const { window, positions, logProbs } of read) {
    signal?.throwIfAborted();
    for (const [row, position] of positions.entries()) {
      const sum = sums.get(lagAt.get(position) ?? Number.NaN);
      if (!sum) continue;
      const ofRow = rowOf(logProbs, row, predictor.vocabularySize);
      const target = window.targets[row];
      sum.predictions += 1;
      sum.nll -= ofRow[target];
      sum.correct += likeliest(ofRow) === target ? 1 : 0;
    }
    done += positions.filter((position) => position >= 0).length;
    onProgress?.({ label: `${split}, recall`, done, total: tokens.length, unit: 'tokens' });
    await nextTurn();
  }
  return {
    lags: [...sums]
      .filter(([, { predictions }]) => predictions > 0)
      .map(([lag, { predictions, nll, correct }]) => ({
        lag,
        predictions,
        nll: nll / predictions,
        accuracy: correct / predictions,
      })),
    chance: { nll: Math.log(task.words), accuracy: 1 / task.words },
  };
}

/** A window with the distribution after each step, and the position of each target in the stream; −1 for padding. */
interface ReadWindow {
  readonly window: Window;
  readonly positions: readonly number[];
  /** [T·B, V]. */
  readonly logProbs: Float64Array;
}

/** Finds the recalled words: those after the cue. Returns the lag of each by its position; a line begins with its word. */
function recalledPositions(
  tokens: TokenSource,
  eos: number,
  cue: number | undefined,
): ReadonlyMap<number, number> {
  const lags = new Map<number, number>();
  const ids = tokens.read(0, tokens.length);
  let lineStart = 0;
  for (let position = 1; position < ids.length; position++) {
    if (ids[position - 1] === eos) lineStart = position;
    else if (ids[position - 1] === cue) lags.set(position, position - lineStart);
  }
  return lags;
}

/** Reads the stream as one column, with carried state. */
async function* readStream<State>(
  predictor: Predictor<State>,
  tokens: TokenSource,
): AsyncGenerator<ReadWindow, void, void> {
  const { streamStart, windowTokens } = predictor;
  const stream = streamStart === null ? tokens : tokenThen(streamStart, tokens);
  const firstTarget = streamStart === null ? 1 : 0;
  const windows = new WindowSource(stream, { batchSize: 1, bptt: windowTokens, tail: 'keep' });
  let state = predictor.start(1);
  try {
    for (let index = 0; index < windows.count; index++) {
      const window = windows.window(index);
      const step = await predictor.logProbs(window, state, 'all');
      predictor.release(state);
      state = step.state;
      const start = index * windowTokens + firstTarget;
      const positions = Array.from({ length: window.steps }, (_, t) => start + t);
      yield { window, positions, logProbs: step.logProbs };
    }
  } finally {
    predictor.release(state);
  }
}

/** Reads each line from the beginning of a text, lines of similar length side by side. */
async function* readLines<State>(
  predictor: Predictor<State>,
  tokens: TokenSource,
  eos: number,
  batch: number,
): AsyncGenerator<ReadWindow, void, void> {
  const sentences = new Sentences(tokens, eos);
  const lengths = Array.from({ length: sentences.count }, (_, line) => sentences.lengthOf(line));
  const starts = [0];
  for (const [line, length] of lengths.entries()) starts.push(starts[line] + length);
  for (const lines of batchesByLength(lengths.keys(), (line) => lengths[line], batch)) {
    const window = sequenceBatch(
      lines.map((line) => sentences.read(line)),
      eos,
    );
    const positions = new Array<number>(window.steps * window.batch).fill(-1);
    for (const row of window.rows) {
      const [step, column] = [Math.floor(row / window.batch), row % window.batch];
      positions[row] = starts[lines[column]] + step;
    }
    const state = predictor.start(window.batch);
    const step = await predictor.logProbs(window, state, 'all');
    predictor.release(state);
    predictor.release(step.state);
    yield { window, positions, logProbs: step.logProbs };
  }
}

function likeliest(logProbs: Float64Array): number {
  return logProbs.reduce((best, value, id) => (value > logProbs[best] ? id : best), 0);
}
