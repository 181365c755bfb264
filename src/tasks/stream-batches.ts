/**
 * Batches of one token stream: windows of all its columns side by side, with the state carried from one to the next. Their
 * length is `bptt`, or random, so that windows begin elsewhere in every pass (Merity et al. 2018, section 4.1).
 */
import { type TokenSource, type Window, WindowSource } from '../corpus/windows.js';
import { philoxWords, STREAM, wordToUnit } from '../ops/philox.js';
import type { NetworkSpec } from '../spec/systems.js';

/** Token ids to read and to predict. */
export interface TextBatch extends Window {
  /** Rows of the window (t·B + b) that are predictions, in order; null when all of them are. */
  readonly rows: Int32Array | null;
}

/** The batches of each pass, from 0, by their index within it. */
export interface TextBatches {
  batchesIn(pass: number): number;
  /** Time steps of a batch. */
  stepsOf(pass: number, inPass: number): number;
  /** Sequences side by side in a batch. */
  columnsOf(pass: number, inPass: number): number;
  predictionsOf(pass: number, inPass: number): number;
  /** Returns whether the state is zero before a batch. */
  startsFromZero(pass: number, inPass: number): boolean;
  batch(pass: number, inPass: number): TextBatch;
}

type Training = NetworkSpec['training'];

/** Distribution of random lengths: `training.randomBptt`. */
export type RandomLengths = NonNullable<Training['randomBptt']>;

/** The draw of random lengths; the same for the same seed and pass. */
export interface LengthDraw {
  readonly seed: number;
  /** From 0. */
  readonly pass: number;
  /** Mean length of the windows that are not halved. */
  readonly bptt: number;
}

/**
 * Draws the time steps at which the windows of a pass begin, followed by the one at which the pass ends. The last window takes
 * the rest of the columns; a rest shorter than the minimum is omitted.
 *
 * @param steps time steps in the pass, `minimum` or more
 */
export function randomBounds(lengths: RandomLengths, draw: LengthDraw, steps: number): number[] {
  const bounds = [0];
  let start = 0;
  while (steps - start >= lengths.minimum) {
    start = Math.min(steps, start + randomLength(lengths, draw, bounds.length - 1));
    bounds.push(start);
  }
  return bounds;
}

/**
 * Draws the length of one window, before the end of the columns cuts it: normal around `bptt`, or around half of it with the
 * probability `halve`, truncated to a whole number, and at least `minimum`. The random numbers are words 0 to 2 of the Philox
 * counter (seed, windows, site = pass, step = window); the normal variate is Box and Muller's.
 */
export function randomLength(
  { halve, deviation, minimum }: RandomLengths,
  { seed, pass, bptt }: LengthDraw,
  window: number,
): number {
  const words = philoxWords({ seed, stream: STREAM.windows, site: pass, step: window }, 3);
  const [choice, radius, angle] = Array.from(words, wordToUnit);
  const mean = choice < halve ? bptt / 2 : bptt;
  const normal = Math.sqrt(-2 * Math.log(radius)) * Math.cos(2 * Math.PI * angle);
  return Math.max(minimum, Math.trunc(mean + deviation * normal));
}

/** Makes the batches of a spec from a split. */
export function streamBatches(training: Training, tokens: TokenSource): TextBatches {
  const { batchSize, bptt, randomBptt, seed } = training;
  const source = new WindowSource(tokens, { batchSize, bptt, tail: 'drop' });
  const passes = randomBptt
    ? new RandomPasses(source, randomBptt, { seed, bptt })
    : new EqualWindows(source, bptt);
  return {
    batchesIn: (pass) => passes.windowsIn(pass),
    stepsOf: (pass, inPass) => passes.stepsOf(pass, inPass),
    columnsOf: () => batchSize,
    predictionsOf: (pass, inPass) => batchSize * passes.stepsOf(pass, inPass),
    startsFromZero: (_, inPass) => inPass === 0,
    batch: (pass, inPass) => ({ ...passes.window(pass, inPass), rows: null }),
  };
}

/** Windows by pass and by their index within it. */
interface Passes {
  windowsIn(pass: number): number;
  stepsOf(pass: number, inPass: number): number;
  window(pass: number, inPass: number): Window;
}

/** Windows of one length, the same in every pass. */
class EqualWindows implements Passes {
  constructor(
    private readonly source: WindowSource,
    private readonly bptt: number,
  ) {}

  windowsIn(): number {
    return this.source.count;
  }

  stepsOf(): number {
    return this.bptt;
  }

  window(_pass: number, inPass: number): Window {
    return this.source.window(inPass);
  }
}

/** Windows of random length, different in every pass. */
class RandomPasses implements Passes {
  /** Bounds of the last pass: passes are read one after the other. */
  private known: { readonly pass: number; readonly bounds: readonly number[] } | null = null;

  constructor(
    private readonly source: WindowSource,
    private readonly lengths: RandomLengths,
    private readonly draw: { readonly seed: number; readonly bptt: number },
  ) {}

  windowsIn(pass: number): number {
    return this.bounds(pass).length - 1;
  }

  stepsOf(pass: number, inPass: number): number {
    const bounds = this.bounds(pass);
    return bounds[inPass + 1] - bounds[inPass];
  }

  window(pass: number, inPass: number): Window {
    const bounds = this.bounds(pass);
    return this.source.between(bounds[inPass], bounds[inPass + 1]);
  }

  private bounds(pass: number): readonly number[] {
    if (this.known?.pass !== pass) {
      const bounds = randomBounds(this.lengths, { ...this.draw, pass }, this.source.steps);
      this.known = { pass, bounds };
    }
    return this.known.bounds;
  }
}
