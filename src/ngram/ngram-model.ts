/** An n-gram model: the probability of every word after a context, under interpolated modified Kneser-Ney. */
import {
  type Discounts,
  discountIndex,
  estimateDiscounts,
  type RowWeights,
  rowWeights,
} from './kneser-ney.js';
import { findWord, type NgramLevel, type NgramTable, NOT_FOUND, rowOfContext } from './ngram-table.js';

/** A level of the table with its discounts and row weights. */
interface SmoothedLevel extends NgramLevel, RowWeights {
  readonly discounts: Discounts;
}

/**
 * An n-gram model over a table of adjusted counts. Everything else follows from the counts and is computed here, in
 * double precision.
 *
 * A context is the tokens before the word, the nearest last. An `<eos>` in it is the beginning of a line, and tokens
 * before it have no effect. Contexts may have any length; the last order − 1 tokens are used.
 */
export class NgramModel {
  readonly order: number;
  /** V. */
  readonly vocabularySize: number;
  readonly #levels: readonly SmoothedLevel[];

  /** @param table from `estimateTable`, or read from a checkpoint */
  constructor(readonly table: NgramTable) {
    this.order = table.length;
    this.vocabularySize = table[0].words.length;
    this.#levels = table.map((level) => {
      const discounts = estimateDiscounts(level.counts);
      return { ...level, discounts, ...rowWeights(level, discounts) };
    });
  }

  /** Returns the discounts of each level, lowest first. */
  get discounts(): readonly Discounts[] {
    return this.#levels.map(({ discounts }) => discounts);
  }

  /** Returns P(word | context), which is above 0 for every word of the vocabulary. */
  probability(context: ArrayLike<number>, word: number): number {
    let probability = 1 / this.vocabularySize;
    for (const { level, row } of this.#rows(context)) {
      const entry = findWord(level, row, word);
      const seen = entry === NOT_FOUND ? 0 : seenShare(level, row, entry);
      probability = seen + level.gammas[row] * probability;
    }
    return probability;
  }

  /** Returns P(· | context) of all words by id, [V]; the sum is 1. */
  distribution(context: ArrayLike<number>): Float64Array {
    const probabilities = new Float64Array(this.vocabularySize).fill(1 / this.vocabularySize);
    for (const { level, row } of this.#rows(context)) {
      for (let word = 0; word < probabilities.length; word++) probabilities[word] *= level.gammas[row];
      for (let entry = level.offsets[row]; entry < level.offsets[row + 1]; entry++) {
        probabilities[level.words[entry]] += seenShare(level, row, entry);
      }
    }
    return probabilities;
  }

  /** Yields the rows of the context's last 0, 1, 2 … tokens, up to the longest that was seen with a word after it. */
  *#rows(context: ArrayLike<number>): Generator<{ level: SmoothedLevel; row: number }> {
    const longest = Math.min(this.order - 1, context.length);
    for (let length = 0; length <= longest; length++) {
      const level = this.#levels[length];
      const row = rowOfContext(this.table, context, length);
      if (row === NOT_FOUND || level.totals[row] === 0) return;
      yield { level, row };
    }
  }
}

/** Returns the part of a probability that comes from the counts of the context itself, without the shorter contexts. */
function seenShare({ counts, discounts, totals }: SmoothedLevel, row: number, entry: number): number {
  const count = counts[entry];
  return (count - discounts[discountIndex(count)]) / totals[row];
}
