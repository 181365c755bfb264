/**
 * Acoustic features of speech: logarithms of mel filterbanks, or cepstral coefficients of them (MFCC; Davis and Mermelstein 1980),
 * and their derivatives in time. The numbers are those of the Python package `python_speech_features` 0.6 with a Hamming window;
 * `test/golden/speech` has the comparison.
 */
import { UserError } from '../../../errors.js';
import { cepstralTransform, type MelFilter, melFilters } from './filterbank.js';
import { PowerSpectrum } from './spectrum.js';

/** Which features a frame has. */
export interface FeatureOptions {
  /** Logarithms of filterbanks, or cepstral coefficients. */
  readonly kind: 'logmel' | 'mfcc';
  /** Filters on the mel scale. */
  readonly mels: number;
  /** Add the logarithm of the frame's energy; of MFCC it replaces coefficient 0. */
  readonly energy: boolean;
  /** Derivatives that are added: none, first, or first and second. */
  readonly deltas: 0 | 1 | 2;
}

/** Usual features: 40 filters and the energy with first and second derivatives, 123 numbers, as in Graves et al. (2013). */
export const USUAL_FEATURES: FeatureOptions = { kind: 'logmel', mels: 40, energy: true, deltas: 2 };

const WINDOW_SECONDS = 0.025;

/** Seconds from one frame to the next. */
export const FRAME_SECONDS = 0.01;

const PREEMPHASIS = 0.97;

/** Cepstral coefficients, the first one included. */
const COEFFICIENTS = 13;
const LIFTER = 22;

/** Frames on each side from which a derivative is estimated. */
const DELTA_FRAMES = 2;

/** Stands for an energy of zero, whose logarithm is infinite: the spacing of doubles at 1. */
const SMALLEST_ENERGY = 2 ** -52;

/** Returns the numbers of a frame, F. */
export function featureSize({ kind, mels, energy, deltas }: FeatureOptions): number {
  const statics = kind === 'mfcc' ? COEFFICIENTS : mels + (energy ? 1 : 0);
  return statics * (1 + deltas);
}

/** Makes features of audio of one rate. Its buffers are used again for each frame, so that one object serves a whole corpus. */
export class FeatureExtractor {
  /** Numbers of a frame, F. */
  readonly size: number;
  /** Samples of a window. */
  readonly window: number;
  /** Samples from one window to the next. */
  readonly step: number;
  readonly #statics: number;
  readonly #hamming: Float64Array;
  readonly #spectrum: PowerSpectrum;
  readonly #filters: readonly MelFilter[];
  readonly #cepstra: Float64Array | null;
  readonly #frame: Float64Array;
  readonly #power: Float64Array;
  readonly #logs: Float64Array;

  /**
   * @param rate samples per second
   * @throws UserError('data') when there are so many filters that one has no bin of the spectrum
   */
  constructor(
    rate: number,
    private readonly options: FeatureOptions,
  ) {
    const { kind, mels, deltas } = options;
    this.size = featureSize(options);
    this.#statics = this.size / (1 + deltas);
    this.window = Math.round(WINDOW_SECONDS * rate);
    this.step = Math.round(FRAME_SECONDS * rate);
    const last = this.window - 1;
    this.#hamming = Float64Array.from(
      { length: this.window },
      (_, n) => 0.54 - 0.46 * Math.cos((2 * Math.PI * n) / last),
    );
    const size = 2 ** Math.ceil(Math.log2(this.window));
    this.#spectrum = new PowerSpectrum(size);
    this.#filters = melFilters(mels, size, rate);
    if (this.#filters.some(({ weights }) => weights.every((weight) => weight === 0)))
      throw tooManyFilters(mels, rate);
    this.#cepstra = kind === 'mfcc' ? cepstralTransform(COEFFICIENTS, mels, LIFTER) : null;
    this.#frame = new Float64Array(size);
    this.#power = new Float64Array(size / 2 + 1);
    this.#logs = new Float64Array(mels);
  }

  /** Returns the number of frames of audio: each sample is in one at least, and the last is padded with zeros. */
  framesOf(samples: number): number {
    return samples <= this.window ? 1 : 1 + Math.ceil((samples - this.window) / this.step);
  }

  /**
   * Returns the features of audio.
   *
   * @param samples [samples], at least 1, in the scale of 16-bit integers
   * @returns [frames, F], row by row: statics, then first and second derivatives
   */
  extract(samples: Float32Array): Float32Array {
    const frames = this.framesOf(samples.length);
    const features = new Float32Array(frames * this.size);
    for (let frame = 0; frame < frames; frame++) {
      this.#fillFrame(samples, frame * this.step);
      this.#writeStatics(features, frame * this.size);
    }
    for (let order = 1; order <= this.options.deltas; order++) this.#writeDeltas(features, frames, order);
    return features;
  }

  /** Fills the frame from a sample on: emphasis of high frequencies, then the window. */
  #fillFrame(samples: Float32Array, from: number): void {
    const length = Math.min(this.window, samples.length - from);
    this.#frame.fill(0);
    for (let n = 0; n < length; n++) {
      const before = from + n === 0 ? 0 : samples[from + n - 1];
      this.#frame[n] = this.#hamming[n] * (samples[from + n] - PREEMPHASIS * before);
    }
  }

  #writeStatics(features: Float32Array, at: number): void {
    const [power, logs] = [this.#power, this.#logs];
    this.#spectrum.compute(this.#frame, power);
    for (const [index, { first, weights }] of this.#filters.entries()) {
      let sum = 0;
      for (let bin = 0; bin < weights.length; bin++) sum += weights[bin] * power[first + bin];
      logs[index] = Math.log(sum || SMALLEST_ENERGY);
    }
    const { energy, mels } = this.options;
    const total = energy ? Math.log(power.reduce((sum, value) => sum + value, 0) || SMALLEST_ENERGY) : 0;
    if (this.#cepstra === null) {
      features.set(logs, at);
      if (energy) features[at + mels] = total;
      return;
    }
    for (let i = 0; i < COEFFICIENTS; i++) {
      let sum = 0;
      for (let m = 0; m < mels; m++) sum += this.#cepstra[i * mels + m] * logs[m];
      features[at + i] = sum;
    }
    if (energy) features[at] = total;
  }

  /**
   * Writes derivatives of the order before: Δ(t) = Σ_n n·(c(t+n) − c(t−n)) / (2·Σ_n n²), n = 1, 2, where frames beyond the ends
   * repeat the first and the last.
   */
  #writeDeltas(features: Float32Array, frames: number, order: number): void {
    const { size } = this;
    const statics = this.#statics;
    const from = (order - 1) * statics;
    let norm = 0;
    for (let n = 1; n <= DELTA_FRAMES; n++) norm += 2 * n * n;
    for (let frame = 0; frame < frames; frame++) {
      for (let i = from; i < from + statics; i++) {
        let sum = 0;
        for (let n = 1; n <= DELTA_FRAMES; n++) {
          const after = features[Math.min(frame + n, frames - 1) * size + i];
          const before = features[Math.max(frame - n, 0) * size + i];
          sum += n * (after - before);
        }
        features[frame * size + i + statics] = sum / norm;
      }
    }
  }
}

function tooManyFilters(mels: number, rate: number): UserError {
  const fault = `${mels} filters are too many for ${rate} samples per second: some have no part of the spectrum`;
  return new UserError('data', fault, ['Take fewer: --mels 40.']);
}
