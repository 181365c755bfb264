/**
 * BPTT windows over a token stream (paper, section 4.1; the layout that every PTB language model uses). The
 * stream is cut into `batchSize` contiguous columns of ⌊N / batchSize⌋ tokens; a window is `bptt` steps of all
 * columns side by side, and the targets are the same tokens one step later.
 */

/** Source of windows: random access to token ids, as `TokenFile` gives. */
export interface TokenSource {
  readonly length: number;
  read(position: number, count: number): Int32Array;
}

/** Returns the first tokens of a stream, at most `count`; all for null. */
export function firstTokens(tokens: TokenSource, count: number | null): TokenSource {
  if (count === null || count >= tokens.length) return tokens;
  return { length: count, read: (position, wanted) => tokens.read(position, wanted) };
}

/** One window, time-major: entry t·batch + b belongs to step t of column b. */
export interface Window {
  readonly inputs: Int32Array;
  readonly targets: Int32Array;
  /** T. */
  readonly steps: number;
  /** B. */
  readonly batch: number;
}

/** The windows of one pass over a token stream. */
export class WindowSource {
  readonly batch: number;
  /** Number of windows in a pass. */
  readonly count: number;
  /** Number of predictions in a pass. */
  readonly predictions: number;
  /** Time steps that a column has a target for. */
  readonly steps: number;
  private readonly columnLength: number;

  /**
   * @param tokens  the stream
   * @param options `tail: 'drop'` leaves out the steps after the last full window, as training does (every window
   *                has the same shape); `'keep'` adds them as one shorter window, so that evaluation counts
   *                every prediction of every column
   */
  constructor(
    private readonly tokens: TokenSource,
    private readonly options: { batchSize: number; bptt: number; tail: 'drop' | 'keep' },
  ) {
    const { batchSize, bptt, tail } = options;
    this.batch = batchSize;
    this.columnLength = Math.floor(tokens.length / batchSize);
    this.steps = Math.max(0, this.columnLength - 1);
    this.count = tail === 'keep' ? Math.ceil(this.steps / bptt) : Math.floor(this.steps / bptt);
    this.predictions = batchSize * (tail === 'keep' ? this.steps : this.count * bptt);
  }

  /** Returns window `index`, 0 ≤ index < count. */
  window(index: number): Window {
    const { bptt } = this.options;
    return this.between(index * bptt, Math.min((index + 1) * bptt, this.steps));
  }

  /** Returns the window of steps `start` to `end - 1`, 0 ≤ start < end ≤ {@link steps}. */
  between(start: number, end: number): Window {
    const steps = end - start;
    const inputs = new Int32Array(steps * this.batch);
    const targets = new Int32Array(steps * this.batch);
    for (let column = 0; column < this.batch; column++) {
      const tokens = this.tokens.read(column * this.columnLength + start, steps + 1);
      for (let t = 0; t < steps; t++) {
        inputs[t * this.batch + column] = tokens[t];
        targets[t * this.batch + column] = tokens[t + 1];
      }
    }
    return { inputs, targets, steps, batch: this.batch };
  }
}
