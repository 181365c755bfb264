/**
 * A text as independent sequences: every line is one, read from the zero state. Lines of similar length share a batch, so
 * that little of it is padding.
 */
import type { TokenSource, Window } from './windows.js';

/**
 * Sequences side by side as a window of as many steps as the longest has. The input before a sequence's first token is
 * `<eos>`, so every token is predicted, its own `<eos>` too. Entries beyond a sequence's end are padding.
 */
export interface SequenceBatch extends Window {
  /** [predictions], the rows of the window that are predictions, in order: row t·B + b is step t of column b. */
  readonly rows: Int32Array;
}

/** The lines of a token stream by index; a last line without `<eos>` counts too. */
export class Sentences {
  /** Number of lines. */
  readonly count: number;
  /** Tokens of all lines, which is the number of predictions. */
  readonly predictions: number;
  /** [count + 1], the first token of each line, and last the number of tokens. */
  readonly #starts: Float64Array;
  readonly #tokens: TokenSource;

  /**
   * Reads through the stream once to find its lines.
   *
   * @param eos id of `<eos>`, which ends a line
   */
  constructor(tokens: TokenSource, eos: number) {
    this.#tokens = tokens;
    this.#starts = Float64Array.from(lineStarts(tokens, eos));
    this.count = this.#starts.length - 1;
    this.predictions = tokens.length;
  }

  /** Returns the number of tokens of one line, with its `<eos>`. */
  lengthOf(line: number): number {
    return this.#starts[line + 1] - this.#starts[line];
  }

  /** Reads one line, its `<eos>` included. */
  read(line: number): Int32Array {
    return this.#tokens.read(this.#starts[line], this.lengthOf(line));
  }
}

/** Number of tokens read at once while the ends of lines are searched. */
const SLAB = 1 << 18;

function lineStarts(tokens: TokenSource, eos: number): number[] {
  const starts = [0];
  for (let position = 0; position < tokens.length; position += SLAB) {
    const slab = tokens.read(position, Math.min(SLAB, tokens.length - position));
    for (let i = 0; i < slab.length; i++) if (slab[i] === eos) starts.push(position + i + 1);
  }
  if (starts[starts.length - 1] < tokens.length) starts.push(tokens.length);
  return starts;
}

/**
 * Puts sequences side by side.
 *
 * @param sequences at least one, each of at least one token
 */
export function sequenceBatch(sequences: readonly Int32Array[], eos: number): SequenceBatch {
  const batch = sequences.length;
  const steps = sequences.reduce((longest, { length }) => Math.max(longest, length), 0);
  const inputs = new Int32Array(steps * batch).fill(eos);
  const targets = new Int32Array(steps * batch).fill(eos);
  const rows: number[] = [];
  for (const [column, sequence] of sequences.entries()) {
    for (const [t, token] of sequence.entries()) {
      targets[t * batch + column] = token;
      if (t + 1 < sequence.length) inputs[(t + 1) * batch + column] = token;
    }
  }
  for (let t = 0; t < steps; t++) {
    for (const [column, { length }] of sequences.entries()) if (t < length) rows.push(t * batch + column);
  }
  return { inputs, targets, steps, batch, rows: Int32Array.from(rows) };
}

/**
 * Groups sequences of similar length: sorted by length, equal ones in the given order, then cut into batches. The last may
 * be smaller, so that every sequence is in exactly one.
 *
 * @param order sequences by index, in the order that decides among equal lengths
 */
export function batchesByLength(
  order: Iterable<number>,
  lengthOf: (sequence: number) => number,
  batchSize: number,
): number[][] {
  const sorted = [...order].sort((a, b) => lengthOf(a) - lengthOf(b));
  const batches: number[][] = [];
  for (let i = 0; i < sorted.length; i += batchSize) batches.push(sorted.slice(i, i + batchSize));
  return batches;
}
