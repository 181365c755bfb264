/** Triangular filters on the mel scale, and the cosine transform of their logarithms. */

/** Pitch in mel of a frequency in Hz (O'Shaughnessy 1987). */
function melOf(hertz: number): number {
  return 2595 * Math.log10(1 + hertz / 700);
}

function hertzOf(mel: number): number {
  return 700 * (10 ** (mel / 2595) - 1);
}

/** A filter: weights of the bins from `first` on. */
export interface MelFilter {
  readonly first: number;
  readonly weights: Float64Array;
}

/**
 * Makes filters that are evenly spaced in mel from 0 Hz to half of the rate. Each rises from the center of the one before to 1 at its
 * own, and falls to the center of the next; centers are rounded down to bins of the spectrum.
 *
 * @param count number of filters
 * @param size  samples of a transform, N: the spectrum has N/2 + 1 bins
 * @param rate  samples per second
 */
export function melFilters(count: number, size: number, rate: number): MelFilter[] {
  const top = melOf(rate / 2);
  const bins = Array.from({ length: count + 2 }, (_, point) =>
    Math.floor(((size + 1) * hertzOf((top * point) / (count + 1))) / rate),
  );
  return Array.from({ length: count }, (_, index) => {
    const [left, center, right] = bins.slice(index, index + 3);
    const weights = Float64Array.from({ length: right - left }, (_, offset) => {
      const bin = left + offset;
      return bin < center ? (bin - left) / (center - left) : (right - bin) / (right - center);
    });
    return { first: left, weights };
  });
}

/**
 * Makes the matrix of the orthonormal cosine transform (DCT-II) with the lifter of HTK, which brings the higher coefficients to a
 * similar range: row i is √(2/M)·cos(πi(m + ½)/M)·(1 + L/2·sin(πi/L)), with √(1/M) for i = 0.
 *
 * @param count   coefficients
 * @param filters M
 * @param lifter  L
 * @returns [count, filters], row by row
 */
export function cepstralTransform(count: number, filters: number, lifter: number): Float64Array {
  return Float64Array.from({ length: count * filters }, (_, place) => {
    const [i, m] = [Math.floor(place / filters), place % filters];
    const norm = Math.sqrt((i === 0 ? 1 : 2) / filters);
    const lift = 1 + (lifter / 2) * Math.sin((Math.PI * i) / lifter);
    return norm * Math.cos((Math.PI * i * (m + 0.5)) / filters) * lift;
  });
}
