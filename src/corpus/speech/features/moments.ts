/** Mean and variance of features, and normalization by them. */

/** Variances below this are those of a constant, which is only shifted. */
const SMALLEST_VARIANCE = 1e-10;

/**
 * Mean and variance of each of F features over the frames that were added, and normalization by them. Sums are updated by
 * Welford's method, so that no digits are lost however many frames there are.
 */
export class Moments {
  readonly #mean: Float64Array;
  /** Sums of the squared distances from the mean. */
  readonly #squares: Float64Array;
  #frames = 0;

  /** @param size numbers of a frame, F */
  constructor(private readonly size: number) {
    this.#mean = new Float64Array(size);
    this.#squares = new Float64Array(size);
  }

  /** Adds the frames of an utterance. @param features [frames, F] */
  add(features: Float32Array): void {
    const { size } = this;
    for (let row = 0; row < features.length; row += size) {
      this.#frames++;
      for (let i = 0; i < size; i++) {
        const value = features[row + i];
        const distance = value - this.#mean[i];
        this.#mean[i] += distance / this.#frames;
        this.#squares[i] += distance * (value - this.#mean[i]);
      }
    }
  }

  /** Subtracts the mean and divides by the standard deviation, in place. @param features [frames, F] */
  normalize(features: Float32Array): void {
    const { size } = this;
    const scale = this.#squares.map((squares) => {
      const variance = squares / this.#frames;
      return variance < SMALLEST_VARIANCE ? 1 : 1 / Math.sqrt(variance);
    });
    for (let row = 0; row < features.length; row += size) {
      for (let i = 0; i < size; i++) features[row + i] = (features[row + i] - this.#mean[i]) * scale[i];
    }
  }
}
