/** The service behind `zlm score`: how probable a run's model finds each line of a text. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { batchesByLength, sequenceBatch } from '../corpus/sentences.js';
import type { Window } from '../corpus/windows.js';
import type { Predictor } from '../predictors/predictor.js';
import type { OnProgress } from '../progress.js';
import { type OpenedRun, type UsedRun, usedRun } from '../runs/opened-run.js';
import { type NumberedLine, numberLine, UnknownWords } from './numbered-lines.js';
import type { CombinationReport } from './report.js';

/** Request to score lines. */
export interface ScoreRequest {
  /** Lines of text in the order in which their scores are wanted. */
  readonly lines: AsyncIterable<string> | Iterable<string>;
  /** Name of the text in messages. */
  readonly name: string;
  /** Read all lines as one stream that carries the state, as `zlm eval --batch 1` does, and not each from the zero state. */
  readonly carryState: boolean;
  /** Give the tokens of each line with their own scores. */
  readonly perToken: boolean;
  /** What the opened run is combined with, for the total; null or left out for a run as it is. */
  readonly combination?: CombinationReport | null;
}

/** One token of a line. */
export interface TokenScore {
  /** As the vocabulary has it. */
  readonly token: string;
  /** Negative log-likelihood in nats; null for the first token of a stream that a network reads and does not predict. */
  readonly nll: number | null;
}

/** A line with its score. */
export interface LineScore {
  readonly type: 'line';
  /** Number of the line, from 1. */
  readonly line: number;
  /** Predictions: the tokens of the line and its `<eos>`. */
  readonly tokens: number;
  /** Summed negative log-likelihood, in nats. */
  readonly nll: number;
  /** exp(nll / tokens); null when there is no prediction. */
  readonly perplexity: number | null;
  /** Its words that the vocabulary lacks, read as `<unk>`; each once. */
  readonly unknownWords: readonly string[];
  readonly perToken?: readonly TokenScore[];
}

/** The score of a whole text. */
export interface ScoreTotal extends UsedRun {
  readonly type: 'total';
  /** Methods at test time; left out where there are none. */
  readonly combination?: CombinationReport;
  readonly carryState: boolean;
  readonly lines: number;
  readonly tokens: number;
  readonly nll: number;
  readonly perplexity: number | null;
  /** Tokens that were read as `<unk>` because the vocabulary lacks the word. */
  readonly unknownTokens: number;
  /** The words among them, the most frequent first; of a text with very many, those that were met first. */
  readonly unknownWords: readonly { readonly word: string; readonly count: number }[];
}

/** Lines that are in memory at once, and their tokens, whichever is reached first. */
const CHUNK_LINES = 4096;
const CHUNK_TOKENS = 2 ** 17;

/**
 * Scores a text line by line, in bounded memory. Every token of a line is predicted, its `<eos>` too, the first from `<eos>`.
 * Lines of similar length are computed side by side. With `carryState`, the first token of the text is predicted only by
 * a model that needs nothing before it.
 *
 * @returns the lines in their order, then the total
 * @throws UserError('data') when the text cannot be read, or has an unknown word and the vocabulary no `<unk>`; the signal's
 *         reason when it is aborted
 */
export async function* score(
  opened: OpenedRun,
  request: ScoreRequest,
  hooks: { readonly signal?: AbortSignal; readonly onProgress?: OnProgress } = {},
): AsyncGenerator<LineScore | ScoreTotal> {
  const { corpus, predictor } = opened;
  const unknown = new UnknownWords();
  const scorer = request.carryState
    ? new StreamScorer(predictor)
    : new LineScorer(predictor, corpus.vocabulary.eos);
  let [lines, tokens, nll] = [0, 0, 0];
  try {
    for await (const chunk of chunksOf(request, opened, unknown)) {
      const terms = await scorer.score(chunk, hooks.signal);
      for (const [index, line] of chunk.entries()) {
        const scored = lineScore(line, terms[index], ++lines, opened, request.perToken);
        tokens += scored.tokens;
        nll += scored.nll;
        yield scored;
      }
      hooks.onProgress?.({ label: 'scoring', done: tokens, unit: 'tokens' });
    }
  } finally {
    scorer.release();
  }
  yield {
    type: 'total',
    ...usedRun(opened),
    ...(request.combination && { combination: request.combination }),
    carryState: request.carryState,
    lines,
    tokens,
    nll,
    perplexity: perplexityOf(nll, tokens),
    unknownTokens: unknown.tokens,
    unknownWords: unknown.byFrequency(),
  };
}

async function* chunksOf(
  { lines, name }: ScoreRequest,
  { corpus }: OpenedRun,
  unknown: UnknownWords,
): AsyncGenerator<NumberedLine[]> {
  let chunk: NumberedLine[] = [];
  let [number, tokens] = [0, 0];
  for await (const text of lines) {
    const line = numberLine(text, corpus, `${name}:${++number}`);
    unknown.add(line.unknown);
    chunk.push(line);
    tokens += line.ids.length;
    if (chunk.length < CHUNK_LINES && tokens < CHUNK_TOKENS) continue;
    yield chunk;
    [chunk, tokens] = [[], 0];
  }
  if (chunk.length > 0) yield chunk;
}

function lineScore(
  { ids, unknown }: NumberedLine,
  terms: Float64Array,
  line: number,
  { corpus }: OpenedRun,
  perToken: boolean,
): LineScore {
  const nll = terms.reduce((sum, term) => sum + term, 0);
  const score = {
    type: 'line',
    line,
    tokens: terms.length,
    nll,
    perplexity: perplexityOf(nll, terms.length),
  } as const;
  const words = { ...score, unknownWords: [...new Set(unknown)] };
  if (!perToken) return words;
  const unpredicted = ids.length - terms.length;
  const scored = Array.from(ids, (id, n) => ({
    token: corpus.vocabulary.word(id),
    nll: n < unpredicted ? null : terms[n - unpredicted],
  }));
  return { ...words, perToken: scored };
}

function perplexityOf(nll: number, predictions: number): number | null {
  return predictions === 0 ? null : Math.exp(nll / predictions);
}

/** Scores each line from the beginning of a text, lines of similar length side by side. */
class LineScorer<State> {
  constructor(
    private readonly predictor: Predictor<State>,
    private readonly eos: number,
  ) {}

  /** Computes the nll of every token of every line. */
  async score(lines: readonly NumberedLine[], signal: AbortSignal | undefined): Promise<Float64Array[]> {
    const terms = lines.map(({ ids }) => new Float64Array(ids.length));
    const lengthOf = (line: number) => lines[line].ids.length;
    for (const batch of this.#batches(lines.keys(), lengthOf)) {
      signal?.throwIfAborted();
      const window = sequenceBatch(
        batch.map((line) => lines[line].ids),
        this.eos,
      );
      await this.#run(window, (row, nll) => {
        const [step, column] = [Math.floor(row / window.batch), row % window.batch];
        const line = terms[batch[column]];
        if (step < line.length) line[step] = nll;
      });
      await nextTurn(); // lets signals and the display in
    }
    return terms;
  }

  release(): void {}

  /** Batches by length; one whose longest line would be mostly beside padding is divided. */
  *#batches(lines: Iterable<number>, lengthOf: (line: number) => number): Generator<number[]> {
    for (const batch of batchesByLength(lines, lengthOf, this.predictor.widestBatch)) {
      let [begin, tokens] = [0, 0];
      for (const [end, line] of batch.entries()) {
        const padded = lengthOf(line) * (end + 1 - begin);
        tokens += lengthOf(line);
        if (end === begin || padded < 2 * tokens) continue;
        yield batch.slice(begin, end);
        [begin, tokens] = [end, lengthOf(line)];
      }
      yield batch.slice(begin);
    }
  }

  /** Runs a window in parts that are computed fast. */
  async #run(window: Window, take: (row: number, nll: number) => void): Promise<void> {
    const { predictor } = this;
    const steps = Math.max(1, Math.floor(predictor.windowTokens / window.batch));
    let state = predictor.start(window.batch);
    try {
      for (let first = 0; first < window.steps; first += steps) {
        const part = partOf(window, first, Math.min(steps, window.steps - first));
        const after = await predictor.nll(part, state);
        predictor.release(state);
        state = after.state;
        for (let i = 0; i < after.nlls.length; i++) take(first * window.batch + i, after.nlls[i]);
      }
    } finally {
      predictor.release(state);
    }
  }
}

function partOf({ inputs, targets, batch }: Window, first: number, steps: number): Window {
  const [begin, end] = [first * batch, (first + steps) * batch];
  return { inputs: inputs.subarray(begin, end), targets: targets.subarray(begin, end), steps, batch };
}

/** Scores lines as one stream: the state is carried from line to line and from chunk to chunk. */
class StreamScorer<State> {
  #state: State;
  /** The token that was read last and has not been given to the predictor; null before the first. */
  #last: number | null;

  constructor(private readonly predictor: Predictor<State>) {
    this.#state = predictor.start(1);
    this.#last = predictor.streamStart;
  }

  /** Computes the nll of every token of every line, except the first of the text where nothing precedes it. */
  async score(lines: readonly NumberedLine[], signal: AbortSignal | undefined): Promise<Float64Array[]> {
    const { predictor } = this;
    const first = this.#last;
    const ids = [...(first === null ? [] : [first]), ...lines.flatMap((line) => Array.from(line.ids))];
    const nlls = new Float64Array(ids.length - 1);
    for (let begin = 0; begin < nlls.length; begin += predictor.windowTokens) {
      signal?.throwIfAborted();
      const steps = Math.min(predictor.windowTokens, nlls.length - begin);
      const inputs = Int32Array.from(ids.slice(begin, begin + steps));
      const targets = Int32Array.from(ids.slice(begin + 1, begin + 1 + steps));
      const after = await predictor.nll({ inputs, targets, steps, batch: 1 }, this.#state);
      predictor.release(this.#state);
      this.#state = after.state;
      nlls.set(after.nlls, begin);
      await nextTurn(); // lets signals and the display in
    }
    this.#last = ids[ids.length - 1];
    let [end, unpredicted] = [0, first === null ? 1 : 0];
    return lines.map((line) => {
      const begin = end;
      end += line.ids.length - unpredicted;
      unpredicted = 0;
      return nlls.subarray(begin, end);
    });
  }

  release(): void {
    this.predictor.release(this.#state);
  }
}
