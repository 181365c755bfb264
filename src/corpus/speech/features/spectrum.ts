/** Power spectra of real signals by a fast Fourier transform of radix 2 (Cooley and Tukey 1965). */

/**
 * Transforms of one size, with tables and buffers that are made once. A real signal of N numbers is taken as N/2 complex ones,
 * x(2n) + i·x(2n+1), whose transform gives that of the signal with half of the work.
 */
export class PowerSpectrum {
  /** Real and imaginary parts, [N/2] each. */
  readonly #real: Float64Array;
  readonly #imaginary: Float64Array;
  /** cos(2πk/N) and sin(2πk/N), [N/2] each. */
  readonly #cosine: Float64Array;
  readonly #sine: Float64Array;
  /** [N/2], the places of the numbers after the order of their bits is reversed. */
  readonly #reversed: Uint32Array;

  /** @param size N, a power of two of at least 4 */
  constructor(readonly size: number) {
    const half = size / 2;
    this.#real = new Float64Array(half);
    this.#imaginary = new Float64Array(half);
    this.#cosine = Float64Array.from({ length: half }, (_, k) => Math.cos((2 * Math.PI * k) / size));
    this.#sine = Float64Array.from({ length: half }, (_, k) => Math.sin((2 * Math.PI * k) / size));
    this.#reversed = new Uint32Array(half);
    for (let n = 1; n < half; n++)
      this.#reversed[n] = (this.#reversed[n >> 1] >> 1) | (n % 2 === 1 ? half >> 1 : 0);
  }

  /**
   * Computes |X(k)|²/N, k = 0 … N/2.
   *
   * @param signal [N]
   * @param power  [N/2 + 1], receives the result
   */
  compute(signal: Float64Array, power: Float64Array): void {
    const half = this.size / 2;
    const [real, imaginary] = [this.#real, this.#imaginary];
    for (let n = 0; n < half; n++) {
      const from = 2 * this.#reversed[n];
      real[n] = signal[from];
      imaginary[n] = signal[from + 1];
    }
    this.#transform();
    for (let k = 0; k <= half; k++) {
      // E and O are the transforms of the even and the odd samples: X(k) = E(k) + exp(−2πik/N)·O(k).
      const [a, b] = [k % half, (half - k) % half];
      const evenReal = (real[a] + real[b]) / 2;
      const evenImaginary = (imaginary[a] - imaginary[b]) / 2;
      const oddReal = (imaginary[a] + imaginary[b]) / 2;
      const oddImaginary = (real[b] - real[a]) / 2;
      const [c, s] = k === half ? [-1, 0] : [this.#cosine[k], -this.#sine[k]];
      const x = evenReal + c * oddReal - s * oddImaginary;
      const y = evenImaginary + c * oddImaginary + s * oddReal;
      power[k] = (x * x + y * y) / this.size;
    }
  }

  /** Transforms the N/2 complex numbers in place, whose order is reversed. */
  #transform(): void {
    const half = this.size / 2;
    const [real, imaginary] = [this.#real, this.#imaginary];
    for (let span = 1; span < half; span *= 2) {
      // exp(−2πij/(2·span)) is in the tables at j·N/(2·span).
      const stride = half / span;
      for (let j = 0; j < span; j++) {
        const [c, s] = [this.#cosine[j * stride], -this.#sine[j * stride]];
        for (let a = j; a < half; a += 2 * span) {
          const b = a + span;
          const x = c * real[b] - s * imaginary[b];
          const y = c * imaginary[b] + s * real[b];
          real[b] = real[a] - x;
          imaginary[b] = imaginary[a] - y;
          real[a] += x;
          imaginary[a] += y;
        }
      }
    }
  }
}
