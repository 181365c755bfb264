/** Chooses the vocabulary of a text. */
import { END_OF_LINE, UNKNOWN, Vocabulary } from '../vocabulary.js';

/** Rule for the words to keep: the most frequent ones, or those that are frequent enough. */
export interface VocabularyRule {
  /** Most words in the vocabulary, `<eos>` and `<unk>` among them; null for no limit. */
  readonly size: number | null;
  /** Fewest occurrences of a word that is kept. */
  readonly minCount: number;
  /** Whether words outside become `<unk>`. A text that has the word `<unk>` keeps it in any case. */
  readonly unknown: boolean;
}

/** Number of occurrences of each word, without `<eos>`. It is iterated more than once. */
export type Counts = Iterable<readonly [word: string, count: number]>;

/**
 * Returns the vocabulary of a text, ordered by count, most frequent first, then by code point. `<eos>` counts once per
 * line, and `<unk>` as often as all words left out. Where the limit falls among words of the same count, the first ones
 * in code point order are kept.
 *
 * @param lines number of lines
 */
export function chooseVocabulary(counts: Counts, lines: number, rule: VocabularyRule): Vocabulary {
  const hasUnknown = rule.unknown || contains(counts, UNKNOWN);
  const places = rule.size === null ? Number.POSITIVE_INFINITY : rule.size - (hasUnknown ? 2 : 1);
  const fewest = Math.max(rule.minCount, fewestOfTop(counts, places));
  const frequent: Counted[] = [];
  let unknown = 0;
  for (const [word, count] of counts) {
    if (word !== UNKNOWN && count >= fewest) frequent.push([word, count]);
    else unknown += count;
  }
  frequent.sort(byCountThenCodePoint);
  for (const [, count] of frequent.slice(places)) unknown += count;
  const chosen: Counted[] = [...frequent.slice(0, places), [END_OF_LINE, lines]];
  if (hasUnknown) chosen.push([UNKNOWN, unknown]);
  return Vocabulary.of(chosen.sort(byCountThenCodePoint).map(([word]) => word));
}

type Counted = [word: string, count: number];

function contains(counts: Counts, wanted: string): boolean {
  for (const [word] of counts) {
    if (word === wanted) return true;
  }
  return false;
}

/**
 * Returns the count of the last word that fits into so many places. Words with fewer occurrences need no sorting, and
 * in natural text they are nearly all.
 */
function fewestOfTop(counts: Counts, places: number): number {
  const wordsOfCount = new Map<number, number>();
  for (const [word, count] of counts) {
    if (word !== UNKNOWN) wordsOfCount.set(count, (wordsOfCount.get(count) ?? 0) + 1);
  }
  let taken = 0;
  for (const count of [...wordsOfCount.keys()].sort((a, b) => b - a)) {
    taken += wordsOfCount.get(count) ?? 0;
    if (taken >= places) return count;
  }
  return 0;
}

function byCountThenCodePoint(a: Counted, b: Counted): number {
  return b[1] - a[1] || compareCodePoints(a[0], b[0]);
}

/** Compares two texts by Unicode code points. JavaScript's `<` compares UTF-16 units, which differs beyond U+FFFF. */
export function compareCodePoints(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  for (let at = 0; at < shorter; at++) {
    const [unitA, unitB] = [a.charCodeAt(at), b.charCodeAt(at)];
    if (unitA === unitB) continue;
    const [surrogateA, surrogateB] = [isSurrogate(unitA), isSurrogate(unitB)];
    return surrogateA === surrogateB ? unitA - unitB : Number(surrogateA) - Number(surrogateB);
  }
  return a.length - b.length;
}

// Surrogates encode the code points beyond U+FFFF, so they sort after every other unit.
function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}
