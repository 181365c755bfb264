/** Windows of random lengths, so that they begin elsewhere in every pass (Merity et al. 2018, section 4.1). */
import { philoxWords, STREAM, wordToUnit } from '../ops/philox.js';
import type { NetworkSpec } from '../spec/systems.js';

type Training = NetworkSpec['training'];

/** How lengths are drawn: `training.randomBptt`. */
export type RandomLengths = NonNullable<Training['randomBptt']>;

/** Which lengths are drawn; the same for the same seed and pass. */
export interface LengthDraw {
  readonly seed: number;
  /** From 0. */
  readonly pass: number;
  /** Mean length of the windows that are not halved. */
  readonly bptt: number;
}

/**
 * The time step at which each window of a pass begins, and last the one at which the pass ends. Its last window takes
 * what is left of the columns; less than the minimum is left out.
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
 * Length of one window, before the end of the columns cuts it: normal around `bptt`, or around half of it with the
 * probability `halve`, whole numbers towards zero, and at least `minimum`. Words 0 to 2 of the Philox counter (seed,
 * windows, site = pass, step = window) decide; the normal variate is Box and Muller's.
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
