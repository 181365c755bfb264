/**
 * Philox4x32-10, the counter-based generator of Salmon et al., *Parallel Random Numbers: As Easy as 1, 2, 3*
 * (SC 2011). A number depends only on its counter and key, so the same mask can be drawn again in
 * the backward pass, in a resumed run, or in a kernel on another machine, without storing anything.
 */

const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
const WEYL_0 = 0x9e3779b9;
const WEYL_1 = 0xbb67ae85;
const ROUNDS = 10;
const TWO_32 = 2 ** 32;

/** Purposes of random numbers. Their streams never overlap: the purpose is the second half of the key. */
export const STREAM = {
  initialization: 1,
  dropout: 2,
  sampling: 3,
  topics: 4,
  windows: 5,
  shuffling: 6,
  sentences: 7,
  inspection: 8,
  recall: 9,
  speech: 10,
} as const;

/** The address of a sequence of random numbers. Each field is an unsigned 32-bit integer. */
export interface PhiloxAddress {
  /** The run's seed. */
  readonly seed: number;
  /** One of {@link STREAM}. */
  readonly stream: number;
  /** The place that draws: a dropout site, a parameter's index. */
  readonly site: number;
  /** The time of the draw: the absolute time step, or 0 if time plays no part. */
  readonly step: number;
}

/**
 * Runs ten Philox rounds on one counter.
 *
 * @param out    receives four unsigned 32-bit words at `offset`; words beyond its end are dropped
 * @param c0..c3 the counter, @param k0 @param k1 the key, as unsigned 32-bit integers
 */
export function philox4x32(
  out: Uint32Array,
  offset: number,
  c0: number,
  c1: number,
  c2: number,
  c3: number,
  k0: number,
  k1: number,
): void {
  for (let round = 0; round < ROUNDS; round++) {
    const low0 = Math.imul(c0, MULTIPLIER_0) >>> 0;
    const low1 = Math.imul(c2, MULTIPLIER_1) >>> 0;
    // The high word of a 32×32-bit product: the double product is off by less than 2^11, so after the low
    // word is subtracted the quotient is within 2^-20 of the exact integer.
    const high0 = Math.round((c0 * MULTIPLIER_0 - low0) / TWO_32);
    const high1 = Math.round((c2 * MULTIPLIER_1 - low1) / TWO_32);
    c0 = (high1 ^ c1 ^ k0) >>> 0;
    c2 = (high0 ^ c3 ^ k1) >>> 0;
    c1 = low1;
    c3 = low0;
    k0 = (k0 + WEYL_0) >>> 0;
    k1 = (k1 + WEYL_1) >>> 0;
  }
  out[offset] = c0;
  out[offset + 1] = c1;
  out[offset + 2] = c2;
  out[offset + 3] = c3;
}

/**
 * Returns the first `count` words at an address: word n is word n mod 4 of the counter (⌊n/4⌋, step, site, 0) under the
 * key (seed, stream).
 */
export function philoxWords(address: PhiloxAddress, count: number): Uint32Array {
  const words = new Uint32Array(count);
  fillPhiloxWords(words, 0, count, address);
  return words;
}

/**
 * Writes words first … first + count of an address, as {@link philoxWords} numbers them, to `out[offset … offset + count)`.
 *
 * @param first a multiple of 4
 */
export function fillPhiloxWords(
  out: Uint32Array,
  offset: number,
  count: number,
  at: PhiloxAddress,
  first = 0,
): void {
  const counter = first / 4;
  const whole = count - (count % 4);
  for (let n = 0; n < whole; n += 4) {
    philox4x32(out, offset + n, counter + n / 4, at.step, at.site, 0, at.seed, at.stream);
  }
  if (whole === count) return;
  const last = new Uint32Array(4);
  philox4x32(last, 0, counter + whole / 4, at.step, at.site, 0, at.seed, at.stream);
  out.set(last.subarray(0, count - whole), offset + whole);
}

/** Maps a word to a real in (0, 1): the middle of one of 2^32 equal cells, so it is never 0 or 1. */
export function wordToUnit(word: number): number {
  return (word + 0.5) / TWO_32;
}
