/**
 * Interpolated modified Kneser-Ney smoothing straight from its formulas: strings for n-grams, maps for counts, `<s>` as
 * a word of its own. Slow, and written to share nothing with the sources but what it computes.
 */

const BEGIN = '<s>';

/** What a test asks of it. */
export interface LiteralModel {
  /** P(word | context); the context's nearest word last, `<s>` for the beginning of a line. */
  probability(word: string, context: readonly string[]): number;
  /** Adjusted counts of n-grams of each length (at its index), by their words with spaces between. */
  readonly adjusted: readonly ReadonlyMap<string, number>[];
}

/**
 * @param lines      each with its `<eos>` at the end
 * @param vocabulary all words that probability is shared among
 */
export function literalModel(
  lines: readonly (readonly string[])[],
  order: number,
  vocabulary: readonly string[],
): LiteralModel {
  const occurrences = countOccurrences(lines, order);
  const adjusted = occurrences.map((counts, n) =>
    n === order ? counts : adjust(counts, occurrences[n + 1]),
  );
  const discounts = adjusted.map((counts) => estimate([...counts.values()]));

  const probability = (word: string, context: readonly string[]): number => {
    const n = context.length + 1;
    const shorter = context.length === 0 ? 1 / vocabulary.length : probability(word, context.slice(1));
    const followers = vocabulary.map((follower) => countOf(follower, context)).filter((count) => count > 0);
    const total = followers.reduce((sum, count) => sum + count, 0);
    if (total === 0) return shorter;
    const discount = (count: number) => discounts[n][Math.min(count, 3)];
    const gamma = followers.reduce((sum, count) => sum + discount(count), 0) / total;
    const count = countOf(word, context);
    return (count - discount(count)) / total + gamma * shorter;
  };
  const countOf = (word: string, context: readonly string[]): number =>
    adjusted[context.length + 1].get([...context, word].join(' ')) ?? 0;

  return {
    probability: (word, context) => probability(word, order === 1 ? [] : context.slice(1 - order)),
    adjusted,
  };
}

/** Index n has the n-grams of n words; `<s>` alone is no n-gram, since it is never predicted. */
function countOccurrences(lines: readonly (readonly string[])[], order: number): Map<string, number>[] {
  const occurrences = Array.from({ length: order + 1 }, () => new Map<string, number>());
  for (const line of lines) {
    const words = [BEGIN, ...line];
    for (let end = 1; end < words.length; end++) {
      for (let n = 1; n <= Math.min(order, end + 1); n++)
        add(occurrences[n], words.slice(end + 1 - n, end + 1));
    }
  }
  return occurrences;
}

/** Counts different words to the left, except where there can be none. */
function adjust(
  counts: ReadonlyMap<string, number>,
  longer: ReadonlyMap<string, number>,
): Map<string, number> {
  const adjusted = new Map([...counts].filter(([ngram]) => ngram.startsWith(`${BEGIN} `)));
  for (const ngram of longer.keys()) add(adjusted, ngram.split(' ').slice(1));
  return adjusted;
}

function add(counts: Map<string, number>, words: readonly string[]): void {
  const ngram = words.join(' ');
  counts.set(ngram, (counts.get(ngram) ?? 0) + 1);
}

/** D(0) … D(3+), with KenLM's defaults where they cannot be estimated. */
function estimate(counts: readonly number[]): number[] {
  const [n1, n2, n3, n4] = [1, 2, 3, 4].map((count) => counts.filter((other) => other === count).length);
  const y = n1 / (n1 + 2 * n2);
  const [d1, d2, d3] = [1 - (2 * y * n2) / n1, 2 - (3 * y * n3) / n2, 3 - (4 * y * n4) / n3];
  const sound = n1 > 0 && n2 > 0 && n3 > 0 && d1 > 0 && d2 > 0 && d3 > 0;
  return sound ? [0, d1, d2, d3] : [0, 0.5, 1, 1.5];
}
