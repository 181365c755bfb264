/**
 * Byte pair encoding of words (Sennrich, Haddow and Birch 2016, *Neural Machine Translation of Rare Words with Subword
 * Units*): the merges, the pieces and the file format of subword-nmt. A word begins as its characters, the last of which
 * has `</w>` at its end, and the most frequent pair of neighbors is merged again and again.
 */
import { compareCodePoints } from '../build/choose-vocabulary.js';
import { END_OF_LINE, UNKNOWN } from '../vocabulary.js';

/** Marks the last piece of a word inside the merges. */
const END_OF_WORD = '</w>';

/** Marks, in text, every piece that is not the last one of its word. */
const CONTINUED = '@@';

/** Two pieces that are joined. */
export type Merge = readonly [left: string, right: string];

/** A pair that occurs less often is not merged. */
const MIN_FREQUENCY = 2;

/**
 * Learns merges from the words of a text with their counts. Of pairs with the same count, the last one in code point
 * order is merged first. Fewer than `count` merges are learned when no pair is left that occurs twice.
 */
export function learnMerges(words: Iterable<readonly [word: string, count: number]>, count: number): Merge[] {
  const learner = new MergeLearner();
  for (const [word, times] of words) if (!isSpecial(word)) learner.add(word, times);
  const merges: Merge[] = [];
  while (merges.length < count) {
    const merge = learner.next();
    if (merge === undefined) break;
    merges.push(merge);
  }
  return merges;
}

/** `<unk>` and `<eos>` are never cut. */
function isSpecial(word: string): boolean {
  return word === UNKNOWN || word === END_OF_LINE;
}

/** Returns the characters of a word as the pieces that merging begins with. */
function charactersOf(word: string): string[] {
  const characters = Array.from(word);
  characters.push(`${characters.pop()}${END_OF_WORD}`);
  return characters;
}

/** A word that is cut into symbols, by their numbers. */
interface CutWord {
  symbols: number[];
  readonly count: number;
}

/** A pair of neighboring symbols. */
interface Pair {
  readonly left: number;
  readonly right: number;
  /** Occurrences in the text. */
  count: number;
  /** Words that have, or had, the pair. */
  readonly words: number[];
}

/** Symbols are numbered below this, so that two numbers make one key. */
const MOST_SYMBOLS = 2 ** 24;

class MergeLearner {
  readonly #symbols: string[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #words: CutWord[] = [];
  readonly #pairs = new Map<number, Pair>();
  #queue: PairQueue | undefined;

  add(word: string, count: number): void {
    const symbols = charactersOf(word).map((character) => this.#number(character));
    this.#words.push({ symbols, count });
    this.#countPairs(symbols, count, this.#words.length - 1);
  }

  /** Merges the most frequent pair; undefined when none is frequent enough. */
  next(): Merge | undefined {
    this.#queue ??= new PairQueue(this.#pairs.values(), (a, b) => this.#compare(a, b));
    const pair = this.#queue.take();
    if (pair === undefined) return undefined;
    const [left, right] = [this.#symbols[pair.left], this.#symbols[pair.right]];
    const merged = this.#number(left + right);
    const grown = new Set<Pair>();
    // A word is listed again when the pair returns to it, and may have lost the pair meanwhile.
    for (const index of pair.words.splice(0)) {
      const word = this.#words[index];
      const symbols = joined(word.symbols, pair, merged);
      if (symbols.length === word.symbols.length) continue;
      this.#countPairs(word.symbols, -word.count);
      for (const changed of this.#countPairs(symbols, word.count, index)) grown.add(changed);
      word.symbols = symbols;
    }
    for (const changed of grown) this.#queue.add(changed);
    return [left, right];
  }

  #number(symbol: string): number {
    const known = this.#numbers.get(symbol);
    if (known !== undefined) return known;
    const number = this.#symbols.push(symbol) - 1;
    if (number >= MOST_SYMBOLS) throw new RangeError(`BPE has more than ${MOST_SYMBOLS} symbols`);
    this.#numbers.set(symbol, number);
    return number;
  }

  /**
   * Adds to the counts of all pairs of a word, and returns the pairs.
   *
   * @param word the number of the word, to be listed with each pair
   */
  #countPairs(symbols: readonly number[], count: number, word?: number): Pair[] {
    return symbols.slice(1).map((right, at) => {
      const left = symbols[at];
      const key = left * MOST_SYMBOLS + right;
      let pair = this.#pairs.get(key);
      if (pair === undefined) {
        pair = { left, right, count: 0, words: [] };
        this.#pairs.set(key, pair);
      }
      pair.count += count;
      if (word !== undefined && pair.words.at(-1) !== word) pair.words.push(word);
      return pair;
    });
  }

  /** Orders pairs of the same count. */
  #compare(a: Pair, b: Pair): number {
    return (
      compareCodePoints(this.#symbols[a.left], this.#symbols[b.left]) ||
      compareCodePoints(this.#symbols[a.right], this.#symbols[b.right])
    );
  }
}

/** Replaces a pair by one symbol, from the left. */
function joined(symbols: readonly number[], { left, right }: Pair, merged: number): number[] {
  const result: number[] = [];
  for (let at = 0; at < symbols.length; at++) {
    if (symbols[at] === left && symbols[at + 1] === right) {
      result.push(merged);
      at++;
    } else {
      result.push(symbols[at]);
    }
  }
  return result;
}

/** An entry of the queue: a pair and the count that it had when it was put there. */
interface Queued {
  readonly pair: Pair;
  readonly count: number;
}

/** A binary heap of pairs by count. Entries whose count has changed since are put back when they come to the top. */
class PairQueue {
  readonly #heap: Queued[] = [];

  /** @param compare orders pairs of the same count; the greater one is taken first */
  constructor(
    pairs: Iterable<Pair>,
    private readonly compare: (a: Pair, b: Pair) => number,
  ) {
    for (const pair of pairs) this.add(pair);
  }

  add(pair: Pair): void {
    if (pair.count < MIN_FREQUENCY) return;
    this.#heap.push({ pair, count: pair.count });
    this.#rise(this.#heap.length - 1);
  }

  /** Takes out the pair that occurs most often. */
  take(): Pair | undefined {
    for (;;) {
      const top = this.#heap[0];
      if (top === undefined) return undefined;
      const last = this.#heap.pop() as Queued;
      if (this.#heap.length > 0) {
        this.#heap[0] = last;
        this.#sink(0);
      }
      if (top.count === top.pair.count) return top.pair;
      // A pair that has become more frequent was added again at that time.
      if (top.count > top.pair.count) this.add(top.pair);
    }
  }

  #comesFirst(a: Queued, b: Queued): boolean {
    return (a.count - b.count || this.compare(a.pair, b.pair)) > 0;
  }

  #rise(start: number): void {
    for (let at = start; at > 0; ) {
      const parent = (at - 1) >> 1;
      if (!this.#comesFirst(this.#heap[at], this.#heap[parent])) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  #sink(start: number): void {
    for (let at = start; ; ) {
      let first = at;
      for (const child of [2 * at + 1, 2 * at + 2]) {
        if (child < this.#heap.length && this.#comesFirst(this.#heap[child], this.#heap[first]))
          first = child;
      }
      if (first === at) return;
      this.#swap(at, first);
      at = first;
    }
  }

  #swap(a: number, b: number): void {
    [this.#heap[a], this.#heap[b]] = [this.#heap[b], this.#heap[a]];
  }
}

/** Cuts words into pieces by merges. */
export class Segmenter {
  /** The place of each pair among the merges. */
  readonly #ranks = new Map<string, number>();

  constructor(merges: readonly Merge[]) {
    for (const [rank, [left, right]] of merges.entries()) {
      const key = `${left} ${right}`;
      if (!this.#ranks.has(key)) this.#ranks.set(key, rank);
    }
  }

  /** Returns the pieces of a word, each with `@@` at its end except the last: `fen@@ être`. */
  pieces(word: string): string[] {
    if (isSpecial(word)) return [word];
    let pieces = charactersOf(word);
    for (;;) {
      const first = this.#firstMerge(pieces);
      if (first === undefined) break;
      pieces = this.#merged(pieces, first);
    }
    return pieces.map((piece, at) =>
      at < pieces.length - 1 ? piece + CONTINUED : piece.slice(0, -END_OF_WORD.length),
    );
  }

  /** Returns the earliest merge that a word has; undefined where there is none. */
  #firstMerge(pieces: readonly string[]): string | undefined {
    let best: { readonly key: string; readonly rank: number } | undefined;
    for (let at = 1; at < pieces.length; at++) {
      const key = `${pieces[at - 1]} ${pieces[at]}`;
      const rank = this.#ranks.get(key);
      if (rank !== undefined && (best === undefined || rank < best.rank)) best = { key, rank };
    }
    return best?.key;
  }

  #merged(pieces: readonly string[], key: string): string[] {
    const result: string[] = [];
    for (let at = 0; at < pieces.length; at++) {
      if (`${pieces[at]} ${pieces[at + 1]}` === key) result.push(pieces[at] + pieces[++at]);
      else result.push(pieces[at]);
    }
    return result;
  }
}

/** Joins pieces to words again. A word whose last pieces are missing ends with those that are there. */
export function wordsOfPieces(pieces: readonly string[]): string[] {
  const words: string[] = [];
  let begun = '';
  for (const piece of pieces) {
    if (piece.endsWith(CONTINUED)) {
      begun += piece.slice(0, -CONTINUED.length);
      continue;
    }
    words.push(begun + piece);
    begun = '';
  }
  if (begun !== '') words.push(begun);
  return words;
}

const HEADER = '#version: 0.2';

/** Returns the contents of a file of merges, which `subword-nmt apply-bpe --codes` reads. */
export function mergesText(merges: readonly Merge[]): string {
  return [HEADER, ...merges.map(([left, right]) => `${left} ${right}`)].map((line) => `${line}\n`).join('');
}

/** Reads what {@link mergesText} wrote. */
export function parseMerges(text: string): Merge[] {
  const [header, ...lines] = text.split('\n').slice(0, -1);
  const merges = lines.map((line) => line.split(' '));
  if (header !== HEADER || merges.some(({ length }) => length !== 2)) {
    throw new RangeError('This is not a file of BPE merges, version 0.2');
  }
  return merges.map(([left, right]) => [left, right]);
}
