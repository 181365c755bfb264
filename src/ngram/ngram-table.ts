/**
 * The n-grams of a corpus with their counts, as a trie in flat arrays. An n-gram is a run of 1 to `order` tokens; its
 * last token is the word, those before it are the context.
 *
 * Level k has the n-grams of k tokens as a sparse matrix in compressed rows: a row for each context of k − 1 tokens,
 * a column for each word. Contexts are numbered as the n-grams of level k − 1 are, so the row of a longer context is
 * found by walking down the levels. Level 1 has one row, the empty context, in which every word of the vocabulary has
 * an entry, even one that never occurs (its count is 0).
 *
 * The id of `<eos>` has two parts: as a word it is the end of a line, as the first token of a longer n-gram it is what
 * precedes a line, which the literature writes `<s>`. No n-gram crosses the end of a line, so the two cannot be
 * confused, and no word needs to be added to the vocabulary.
 */
import type { NamedArray } from '../storage/safetensors.js';

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

/** Result of {@link findWord} and {@link rowOfContext} for an n-gram that was never seen. */
export const NOT_FOUND = -1;

/** Returns the entry of a word in a row of a level, by bisection, or {@link NOT_FOUND}. */
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
 * Returns the row, in level `length` + 1, of the context of the last `length` tokens; {@link NOT_FOUND} when these
 * tokens never occurred together. No n-gram continues after `<eos>`: a context that ends with it has an empty row, and
 * a context with a token after it is not found.
 *
 * @param length at most the number of tokens, and less than the order of the table
 */
export function rowOfContext(table: NgramTable, tokens: ArrayLike<number>, length: number): number {
  let row = 0;
  for (let k = 0; k < length && row !== NOT_FOUND; k++) {
    row = findWord(table[k], row, tokens[tokens.length - length + k]);
  }
  return row;
}

const PARTS = ['offsets', 'words', 'counts'] as const;

/** Fault of arrays that are not a table of the expected size, as a clause: "it lacks ngrams.2.words". */
export class NgramTableFault extends Error {}

/**
 * Returns the arrays of a table: `ngrams.K.offsets`, `ngrams.K.words` and `ngrams.K.counts` of each level K, all int32.
 */
export function tableToArrays(table: NgramTable): NamedArray[] {
  return table.flatMap((level, index) =>
    PARTS.map((part) => ({ name: arrayName(index, part), shape: [level[part].length], data: level[part] })),
  );
}

/**
 * Returns the table in named arrays, without copying them.
 *
 * @throws NgramTableFault when an array is missing, unexpected, or cannot have been counted from a text
 */
export function tableFromArrays(
  arrays: ReadonlyMap<string, NamedArray>,
  { order, vocabularySize }: { readonly order: number; readonly vocabularySize: number },
): NgramTable {
  const levels = Array.from({ length: order }, (_, index) => levelFromArrays(arrays, index));
  const expected = new Set(levels.flatMap((_, index) => PARTS.map((part) => arrayName(index, part))));
  const foreign = [...arrays.keys()].find((name) => !expected.has(name));
  if (foreign !== undefined) throw new NgramTableFault(`an n-gram model of order ${order} has no ${foreign}`);
  if (levels[0].words.length !== vocabularySize) {
    throw new NgramTableFault(
      `it has ${levels[0].words.length} words, but the vocabulary has ${vocabularySize}`,
    );
  }
  for (const [index, level] of levels.entries()) {
    checkOffsets(level, index, index === 0 ? 1 : levels[index - 1].words.length);
    checkWords(level, index, vocabularySize);
    const least = index === 0 ? 0 : 1;
    if (level.counts.some((count) => count < least)) {
      throw new NgramTableFault(`its ${arrayName(index, 'counts')} has counts below ${least}`);
    }
  }
  return levels;
}

function arrayName(index: number, part: (typeof PARTS)[number]): string {
  return `ngrams.${index + 1}.${part}`;
}

function levelFromArrays(arrays: ReadonlyMap<string, NamedArray>, index: number): NgramLevel {
  const [offsets, words, counts] = PARTS.map((part) => {
    const name = arrayName(index, part);
    const array = arrays.get(name);
    if (array === undefined) throw new NgramTableFault(`it lacks ${name}`);
    if (!(array.data instanceof Int32Array))
      throw new NgramTableFault(`its ${name} has values that are not whole numbers`);
    return array.data;
  });
  if (words.length !== counts.length) {
    const message = `${words.length} words and ${counts.length} counts of n-grams of ${index + 1} tokens`;
    throw new NgramTableFault(`it has ${message}`);
  }
  return { offsets, words, counts };
}

/** Checks that every row ends where the next one begins, and the last one where the entries end. */
function checkOffsets({ offsets, words }: NgramLevel, index: number, rows: number): void {
  const whole = offsets.length === rows + 1 && offsets[0] === 0 && offsets[rows] === words.length;
  const ascending = offsets.every((offset, row) => row === 0 || offset >= offsets[row - 1]);
  if (!whole || !ascending) {
    throw new NgramTableFault(`its ${arrayName(index, 'offsets')} do not divide its n-grams into rows`);
  }
}

/** Checks that words ascend within each row, as bisection needs. */
function checkWords({ offsets, words }: NgramLevel, index: number, vocabularySize: number): void {
  for (let row = 0; row < offsets.length - 1; row++) {
    for (let entry = offsets[row]; entry < offsets[row + 1]; entry++) {
      const least = entry === offsets[row] ? 0 : words[entry - 1] + 1;
      if (words[entry] < least || words[entry] >= vocabularySize) {
        throw new NgramTableFault(
          `its ${arrayName(index, 'words')} has words out of order or outside the vocabulary`,
        );
      }
    }
  }
}
