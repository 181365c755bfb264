/** The weight of the second of two models in a linear interpolation, chosen on a text of which both have given their opinion. */

/** A weight, and what it gives. */
export interface WeightChoice {
  readonly weight: number;
  /** Perplexity of the mixture. */
  readonly perplexity: number;
}

/** Most rounds of expectation maximization, and the change of the weight below which it ends. */
const ROUNDS = 500;
const SMALLEST_CHANGE = 1e-7;

/**
 * Finds the best weight by expectation maximization: the weight of the second model becomes the mean share that it has in the
 * probability of a token. The likelihood is concave in the weight, so this is the best of all.
 *
 * @param first  nll of every token under the first model
 * @param second probability of every token under the second; NaN where it has none, so that the first alone counts
 */
export function bestWeight(first: ArrayLike<number>, second: ArrayLike<number>): WeightChoice {
  let weight = 0.5;
  for (let round = 0; round < ROUNDS; round++) {
    let [shares, count] = [0, 0];
    for (let i = 0; i < first.length; i++) {
      if (Number.isNaN(second[i])) continue;
      const whole = (1 - weight) * Math.exp(-first[i]) + weight * second[i];
      // A token that both find impossible says nothing about the weight.
      if (whole > 0) shares += (weight * second[i]) / whole;
      count += 1;
    }
    const next = count === 0 ? 0 : shares / count;
    const change = Math.abs(next - weight);
    weight = next;
    if (change < SMALLEST_CHANGE) break;
  }
  return { weight, perplexity: perplexityOf(mixWithProbabilities(first, second, weight)) };
}

/** Computes the nll of every token under (1 − weight) · first + weight · second, as {@link bestWeight} takes them. */
export function mixWithProbabilities(
  first: ArrayLike<number>,
  second: ArrayLike<number>,
  weight: number,
): Float64Array {
  return Float64Array.from(first, (nll, i) =>
    Number.isNaN(second[i]) ? nll : -Math.log((1 - weight) * Math.exp(-nll) + weight * second[i]),
  );
}

/** Computes exp of the mean of nlls. */
export function perplexityOf(nlls: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < nlls.length; i++) sum += nlls[i];
  return Math.exp(sum / nlls.length);
}
