/**
 * The n-grams of a corpus with their counts, as a trie in flat arrays. An n-gram is a run of 1 to `order` tokens; its
 * last token is the word, those before it are the context.
 *
 * Level k holds the n-grams of k tokens as a sparse matrix in compressed rows: a row for each context of k − 1 tokens,
 * a column for each word. Contexts are numbered as the n-grams of level k − 1 are, so the row of a longer context is
 * found by walking down the levels. Level 1 has one row, the empty context, in which every word of the vocabulary has
 * an entry, also one that never occurs (its count is 0).
 *
 * The id of `<eos>` has two parts: as a word it is the end of a line, as the first token of a longer n-gram it is what
 * precedes a line, which the literature writes `<s>`. No n-gram reaches across a line's end, so the two cannot be
 * taken for each other, and no word needs to be added to the vocabulary.
 */

/** The n-grams of one length. */
export interface NgramLevel {
  /** Row r has the entries offsets[r] … offsets[r + 1] − 1. */
  readonly offsets: Int32Array;
  /** The word of each entry; ascending within a row. */
  readonly words: Int32Array;
  /** The count of each entry. */
  readonly counts: Int32Array;
}

/** Level k at index k − 1. */
export type NgramTable = readonly NgramLevel[];

/** What {@link findWord} and {@link rowOfContext} give for what was never seen. */
export const NOT_FOUND = -1;

/** The entry of a word in a row of a level, by bisection, or {@link NOT_FOUND}. */
export function findWord({ offsets, words }: NgramLevel, row: number, word: number): number {
  const end = offsets[row + 1];
  let low = offsets[row];
  let high = end;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (words[middle] < word) low = middle + 1;
    else high = middle;
  }
  return low < end && words[low] === word ? low : NOT_FOUND;
}

/**
 * The row, in level `length` + 1, of the context that the last `length` of some tokens make; {@link NOT_FOUND} when
 * they never stood beside each other. No n-gram goes on after `<eos>`: a context that ends with it has an empty row, and
 * one that goes on after it is not found.
 *
 * @param length at most the tokens there are, and less than the table's order
 */
export function rowOfContext(table: NgramTable, tokens: ArrayLike<number>, length: number): number {
  let row = 0;
  for (let k = 0; k < length && row !== NOT_FOUND; k++) {
    row = findWord(table[k], row, tokens[tokens.length - length + k]);
  }
  return row;
}
