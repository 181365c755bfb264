/** Variation of synthetic speech, without which it is recognized almost without errors: speed, pitch and noise. */
import { philoxWords, STREAM, wordToUnit } from '../../../ops/philox.js';
import type { Speech } from './flite.js';

/** How one sentence is varied. */
export interface Variation {
  /** Factor of all durations, by the synthesizer. */
  readonly stretch: number;
  /**
   * Factor by which the audio is played faster: pitch and the resonances of the vocal tract rise by it, and durations fall (speed
   * perturbation: Ko et al., *Audio augmentation for speech recognition*, Interspeech 2015).
   */
  readonly rate: number;
  /** Ratio of the mean powers of speech and noise, in dB. */
  readonly snr: number;
  /** White noise, or pink noise, whose power falls by 3 dB an octave. */
  readonly noise: 'white' | 'pink';
}

/** Ranges from which variations are drawn, evenly; of factors, their logarithms. */
export const RANGES = { stretch: [0.8, 1.25], rate: [0.88, 1.14], snr: [5, 20] } as const;

/** Purposes of random numbers. */
const SITE = { variation: 0, noise: 1, sentences: 2 } as const;

/** Returns the random words that decide which sentences are spoken: they are spoken in the order of these keys. */
export function sentenceKey(seed: number, split: number, sentence: number): number {
  const [word] = philoxWords(
    { seed, stream: STREAM.speech, site: 3 * split + SITE.sentences, step: sentence },
    1,
  );
  return word;
}

/** Draws the variation of one sentence. @param split 0, 1 or 2 @param sentence its number there */
export function drawVariation(seed: number, split: number, sentence: number): Variation {
  const at = { seed, stream: STREAM.speech, site: 3 * split + SITE.variation, step: sentence };
  const [stretch, rate, snr, noise] = Array.from(philoxWords(at, 4), wordToUnit);
  return {
    // Four digits, since Flite takes it as text.
    stretch: Number(between(RANGES.stretch, stretch).toFixed(4)),
    rate: Number(between(RANGES.rate, rate).toFixed(4)),
    snr: RANGES.snr[0] + (RANGES.snr[1] - RANGES.snr[0]) * snr,
    noise: noise < 0.5 ? 'white' : 'pink',
  };
}

function between([least, most]: readonly [number, number], unit: number): number {
  return least * (most / least) ** unit;
}

/** Changes the rate and adds noise. @returns samples rounded to 16-bit integers, and phones with their new ends */
export function varied(
  speech: Speech,
  variation: Variation,
  seed: number,
  split: number,
  sentence: number,
): Speech {
  const { samples, phones, rate } = speech;
  const faster = resample(samples, variation.rate);
  const noise = noiseOf(variation.noise, faster.length, {
    seed,
    stream: STREAM.speech,
    site: 3 * split + SITE.noise,
    step: sentence,
  });
  const gain = Math.sqrt(power(faster) / power(noise) / 10 ** (variation.snr / 10));
  const sum = faster.map((sample, n) => clipped(sample + gain * noise[n]));
  const ends = phones.map(({ label, end }) => ({ label, end: Math.round(end / variation.rate) }));
  ends[ends.length - 1].end = sum.length;
  return { rate, samples: sum, phones: ends };
}

function power(samples: Float32Array): number {
  let total = 0;
  for (const sample of samples) total += sample * sample;
  return total / samples.length;
}

function clipped(sample: number): number {
  return Math.max(-32768, Math.min(32767, Math.round(sample)));
}

/** Samples on each side from which one is interpolated. */
const REACH = 16;

/** Places between two samples, to which the place of a new one is rounded. */
const PHASES = 512;

/**
 * Plays samples faster by a factor: sample n of the result is at n·factor. Between samples, a sinc with a Hann window interpolates,
 * whose cutoff is below half of the new rate.
 */
function resample(samples: Float32Array, factor: number): Float32Array {
  const cutoff = Math.min(1, 1 / factor);
  const kernel = Float64Array.from({ length: PHASES * 2 * REACH }, (_, place) => {
    const phase = Math.floor(place / (2 * REACH)) / PHASES;
    const distance = (place % (2 * REACH)) - REACH + 1 - phase;
    const x = Math.PI * cutoff * distance;
    const sinc = x === 0 ? 1 : Math.sin(x) / x;
    return Math.abs(distance) >= REACH
      ? 0
      : cutoff * sinc * Math.cos((Math.PI * distance) / (2 * REACH)) ** 2;
  });
  // Zeros on both sides, so that the loop needs no bounds.
  const padded = new Float32Array(samples.length + 2 * REACH);
  padded.set(samples, REACH);
  const faster = new Float32Array(Math.floor(samples.length / factor));
  for (let n = 0; n < faster.length; n++) {
    const place = Math.round(n * factor * PHASES);
    const first = Math.floor(place / PHASES) + 1;
    const row = (place % PHASES) * 2 * REACH;
    let sum = 0;
    for (let tap = 0; tap < 2 * REACH; tap++) sum += padded[first + tap] * kernel[row + tap];
    faster[n] = sum;
  }
  return faster;
}

/**
 * Returns noise. A number is the sum of four uniform ones, which is nearly Gaussian and, without logarithms and cosines, the same on
 * every machine. Pink noise is white noise after P. Kellet's filter of three poles.
 */
function noiseOf(
  kind: Variation['noise'],
  length: number,
  at: Parameters<typeof philoxWords>[0],
): Float32Array {
  const words = philoxWords(at, 2 * length);
  let [slow, middle, fast] = [0, 0, 0];
  const noise = new Float32Array(length);
  for (let n = 0; n < length; n++) {
    const a = words[2 * n];
    const b = words[2 * n + 1];
    const white = ((a >>> 16) + (a & 0xffff) + (b >>> 16) + (b & 0xffff)) / 2 ** 16 - 2;
    slow = 0.99765 * slow + 0.099046 * white;
    middle = 0.963 * middle + 0.2965164 * white;
    fast = 0.57 * fast + 1.0526913 * white;
    noise[n] = kind === 'white' ? white : slow + middle + fast + 0.1848 * white;
  }
  return noise;
}
