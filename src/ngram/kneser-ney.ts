/**
 * Interpolated modified Kneser-Ney smoothing (Chen & Goodman 1998, "An empirical study of smoothing techniques for
 * language modeling", TR-10-98, section 3): with a(h w) the adjusted count of word w after context h,
 *
 *     P(w | h) = (a(h w) − D(a(h w))) / Σ_v a(h v)  +  γ(h) · P(w | h without its first token)
 *     γ(h)     = (D1 · N1(h) + D2 · N2(h) + D3 · N3(h)) / Σ_v a(h v)
 *
 * where N1(h), N2(h), N3(h) are the numbers of words with an adjusted count of 1, 2, and 3 or more after h. The
 * discounts D are those of the n-gram's length, and P(w | nothing at all) = 1 / V.
 */

import type { OnProgress } from '../progress.js';
import { inSlabs } from './count-ngrams.js';
import { findWord, type NgramLevel, type NgramTable } from './ngram-table.js';

/** Discounts of an adjusted count of 0, 1, 2, and 3 or more. */
export type Discounts = readonly [zero: 0, one: number, two: number, threeOrMore: number];

/**
 * Discounts for n-grams that are too few or too unusual for an estimate: the defaults of KenLM's `--discount_fallback`.
 */
export const FALLBACK_DISCOUNTS: Discounts = [0, 0.5, 1, 1.5];

/** Returns the index of a count's discount. */
export function discountIndex(count: number): number {
  return count < 3 ? count : 3;
}

/**
 * Returns the discounts of one level: Y = n1 / (n1 + 2 n2), Dj = j − (j + 1) · Y · n(j+1) / nj, where nj is the number
 * of n-grams with an adjusted count of j (equation 26).
 *
 * @returns {@link FALLBACK_DISCOUNTS} when a discount is not defined, or not within (0, j]: then a count would become
 *   negative, or no probability would remain for unseen words
 */
export function estimateDiscounts(counts: Int32Array): Discounts {
  const n = new Float64Array(5);
  for (const count of counts) {
    if (count < n.length) n[count]++;
  }
  const y = n[1] / (n[1] + 2 * n[2]);
  const discount = (j: number) => j - ((j + 1) * y * n[j + 1]) / n[j];
  const discounts = [0, discount(1), discount(2), discount(3)] as const;
  const usable = discounts.every((value, j) => j === 0 || (value > 0 && value <= j)); // NaN is not
  return usable ? discounts : FALLBACK_DISCOUNTS;
}

/**
 * Returns the lengths of n-grams, from 1, whose discounts cannot be estimated and are replaced by {@link
 * FALLBACK_DISCOUNTS}.
 */
export function fallbackOrders(table: NgramTable): number[] {
  return table.flatMap(({ counts }, level) =>
    estimateDiscounts(counts) === FALLBACK_DISCOUNTS ? [level + 1] : [],
  );
}

/** Terms of the formulas for each context, that is for each row of a level. */
export interface RowWeights {
  /** Σ_v a(h v); 0 for a context that nothing follows. */
  readonly totals: Int32Array;
  /** γ(h); 1 for a context that nothing follows. */
  readonly gammas: Float64Array;
}

/** Computes the totals and γ of every row of a level. */
export function rowWeights({ offsets, counts }: NgramLevel, discounts: Discounts): RowWeights {
  const rows = offsets.length - 1;
  const totals = new Int32Array(rows);
  const gammas = new Float64Array(rows).fill(1);
  for (let row = 0; row < rows; row++) {
    let [total, discounted] = [0, 0];
    for (let entry = offsets[row]; entry < offsets[row + 1]; entry++) {
      total += counts[entry];
      discounted += discounts[discountIndex(counts[entry])];
    }
    totals[row] = total;
    if (total > 0) gammas[row] = discounted / total;
  }
  return { totals, gammas };
}

/**
 * Replaces the number of occurrences by the number of different tokens that precede the n-gram, on every level except
 * the highest, which keeps its counts. The probability of a word after a shorter context depends on the number of
 * longer contexts in which it was seen, not on its occurrences there (Kneser & Ney 1995; Chen & Goodman 1998, section
 * 2.7).
 *
 * An n-gram that begins with `<s>` has no predecessor and keeps its count too. Chen & Goodman do not say so; SRILM and
 * KenLM do it.
 *
 * @param counted from `countNgrams`; unchanged arrays are shared, not copied
 * @throws the signal's reason when it is aborted
 */
export async function adjustCounts(
  counted: NgramTable,
  { signal, onProgress }: { readonly signal?: AbortSignal; readonly onProgress?: OnProgress },
): Promise<NgramTable> {
  const adjusted: NgramLevel[] = [];
  /** The suffix (all tokens but the first) of each entry of the level below, as an entry of the level below that. */
  let suffixes = new Int32Array(counted[0].words.length); // of single tokens: the empty n-gram
  for (let level = 1; level < counted.length; level++) {
    const [lower, upper] = [counted[level - 1], counted[level]];
    const [rowSuffixes, entrySuffixes] = [suffixes, new Int32Array(upper.words.length)];
    const predecessors = new Int32Array(lower.words.length);
    const visit = (begin: number, end: number) => {
      for (let row = begin; row < end; row++) {
        for (let entry = upper.offsets[row]; entry < upper.offsets[row + 1]; entry++) {
          const suffix = findWord(lower, rowSuffixes[row], upper.words[entry]);
          entrySuffixes[entry] = suffix;
          predecessors[suffix]++;
        }
      }
      const label = `adjusting counts of ${level}-grams`;
      onProgress?.({ label, done: upper.offsets[end], total: upper.words.length, unit: 'n-grams' });
    };
    await inSlabs(rowSuffixes.length, visit, signal);
    const counts = lower.counts.map((count, entry) => predecessors[entry] || count);
    adjusted.push({ ...lower, counts });
    suffixes = entrySuffixes;
  }
  return [...adjusted, counted[counted.length - 1]];
}
