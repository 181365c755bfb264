/** The pieces of the words of a draft, and the vocabularies of pieces. A piece is a whole word where there is no BPE. */
import { chooseVocabulary } from '../build/choose-vocabulary.js';
import { TypeCounts, type TypeTable } from '../build/type-table.js';
import { END_OF_LINE, type Vocabulary } from '../vocabulary.js';
import { learnMerges, type Merge, Segmenter } from './bpe.js';
import type { Side } from './manifest.js';
import type { ParallelRecipe } from './recipe.js';

/** How one side becomes ids. */
export interface SideVocabulary {
  readonly vocabulary: Vocabulary;
  /** Null for a corpus of whole words. */
  readonly merges: readonly Merge[] | null;
  /** Returns the ids of the pieces of a type; those outside the vocabulary are `<unk>`. */
  idsOf(type: number): readonly number[];
}

/** What the words of train say of one vocabulary. */
interface TrainCounts {
  /** [types.size], how often each word occurs. */
  readonly words: Float64Array;
  readonly lines: number;
}

/**
 * Learns merges and chooses the vocabularies of both sides.
 *
 * @param counts [types.size] of each side, how often each word occurs in train
 * @param pairs  the number of pairs of train
 */
export function chooseVocabularies(
  types: TypeTable,
  counts: Readonly<Record<Side, Float64Array>>,
  pairs: number,
  recipe: ParallelRecipe,
): Record<Side, SideVocabulary> {
  const { source, target } = counts;
  if (recipe.vocabulary.shared) {
    const words = source.map((count, type) => count + target[type]);
    const both = chooseOne(types, { words, lines: 2 * pairs }, recipe);
    return { source: both, target: both };
  }
  return {
    source: chooseOne(types, { words: source, lines: pairs }, recipe),
    target: chooseOne(types, { words: target, lines: pairs }, recipe),
  };
}

function chooseOne(
  types: TypeTable,
  { words, lines }: TrainCounts,
  { vocabulary: { size, minCount }, bpe }: ParallelRecipe,
): SideVocabulary {
  const wordCounts = new TypeCounts(types, words);
  const merges = bpe === null ? null : learnMerges(wordCounts, bpe);
  const segmenter = merges && new Segmenter(merges);
  const piecesOf = (word: string) => segmenter?.pieces(word) ?? [word];
  const counts = segmenter === null ? wordCounts : countPieces(wordCounts, piecesOf);
  const vocabulary = chooseVocabulary(counts, lines, { size, minCount, unknown: true });
  const { unk } = vocabulary;
  if (unk === undefined) throw new Error('The vocabulary of a parallel corpus has no <unk>');
  const idOf = (piece: string) => (piece === END_OF_LINE ? unk : (vocabulary.id(piece) ?? unk));
  return { vocabulary, merges, idsOf: (type) => piecesOf(types.word(type)).map(idOf) };
}

function countPieces(
  words: Iterable<readonly [word: string, count: number]>,
  piecesOf: (word: string) => readonly string[],
): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [word, count] of words) {
    for (const piece of piecesOf(word)) counts.set(piece, (counts.get(piece) ?? 0) + count);
  }
  // A word such as "x<eos>" can leave this piece, which ends lines.
  counts.delete(END_OF_LINE);
  return counts;
}
