/** Counts of n-grams, how many two texts have in common, and sums over a corpus. */

/** Separates the items of an n-gram; it occurs in no word. */
const SEPARATOR = '\n';

/** Counts the n-grams of order `n`. */
export function countNgrams(items: readonly string[], n: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (let at = 0; at + n <= items.length; at++) {
    const ngram = items.slice(at, at + n).join(SEPARATOR);
    counts.set(ngram, (counts.get(ngram) ?? 0) + 1);
  }
  return counts;
}

/** Returns the number of n-grams that two texts share, each counted as often as it occurs in both. */
export function countCommon(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): number {
  let common = 0;
  for (const [ngram, count] of a) common += Math.min(count, b.get(ngram) ?? 0);
  return common;
}

/** Returns how many n-grams of order `n` a text of so many items has. */
export function ngramsIn(items: number, n: number): number {
  return Math.max(0, items - n + 1);
}

/** Sums over a corpus that take sentences one by one. */
interface CorpusStatistics {
  add(hypothesis: string, reference: string): void;
}

/**
 * Adds translations with one reference each, in the same order, and returns the statistics.
 * @throws RangeError when there are more of the one than of the other
 */
export function addPairs<S extends CorpusStatistics>(
  statistics: S,
  hypotheses: readonly string[],
  references: readonly string[],
): S {
  if (hypotheses.length !== references.length) {
    throw new RangeError(`${hypotheses.length} hypotheses, but ${references.length} references`);
  }
  for (const [index, hypothesis] of hypotheses.entries()) statistics.add(hypothesis, references[index]);
  return statistics;
}
