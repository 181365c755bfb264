/** Turns text into tokens. Corpora and prompts follow the same rules. */

import { treebankPieces, treebankWordsOf } from './english.js';
import { UNKNOWN } from './vocabulary.js';

/** The word for every number under `numbers: 'N'`, as in Mikolov's Penn Treebank. */
export const NUMBER = 'N';

/** Normal forms of Unicode: é as one code point (nfc); ﬁ and ％ as fi and % too (nfkc). */
export const NORMAL_FORMS = ['nfc', 'nfkc', 'none'] as const;

/** Kind of token: a word between white space, or a Unicode code point. */
export type Unit = 'word' | 'character';

/** Rules that turn text into the form of a corpus. */
export interface Normalization {
  /** Unicode's normal form; `none` leaves the text as it is, so that two spellings of é are two characters. */
  readonly normalize: (typeof NORMAL_FORMS)[number];
  readonly lowerCase: boolean;
  /** `keep` numbers as they are, or write each as the one word `N`. */
  readonly numbers: 'keep' | 'N';
  /** `keep` punctuation in place, or drop and split it as the Penn Treebank corpus does. */
  readonly punctuation: 'keep' | 'treebank';
}

/**
 * The words of a piece of text between white space of ASCII. They depend on nothing else in the line, except whether
 * the piece is the last one.
 */
export interface PieceWords {
  /** The words of the piece when other pieces follow in the line. */
  readonly usual: readonly string[];
  /** The words of the piece at the end of a line: the same, except for the period of the last word. */
  readonly last: readonly string[];
  /** Whether the piece can be the last of its line. A piece of separators only cannot. */
  readonly counts: boolean;
}

/**
 * Returns the tokens of one line, without its `<eos>`. Words are what white space separates; characters are Unicode
 * code points, white space included (a single space between words when punctuation is dropped).
 */
export function normalizeLine(line: string, options: Normalization & { readonly unit: Unit }): string[] {
  if (options.unit === 'word') return wordsOf(line, options);
  const text =
    options.punctuation === 'treebank' ? wordsOf(line, options).join(' ') : normalizeText(line, options);
  return Array.from(text);
}

function wordsOf(line: string, options: Normalization): string[] {
  const pieces = line
    .split(/[\t\n\v\f\r ]+/)
    .map((piece) => wordsOfPiece(piece, options))
    .filter(({ counts }) => counts);
  return pieces.flatMap(({ usual, last }, index) => (index === pieces.length - 1 ? last : usual));
}

/** Returns the words of one piece of text; see {@link PieceWords}. */
export function wordsOfPiece(piece: string, options: Normalization): PieceWords {
  const text = toNormalForm(piece, options);
  const toWords = (words: readonly string[]) => words.map((word) => normalizeWord(word, options));
  if (options.punctuation === 'keep') {
    const words = toWords(text.split(/\s+/).filter(Boolean));
    return { usual: words, last: words, counts: words.length > 0 };
  }
  const parts = treebankPieces(text);
  const usual = toWords(parts.flatMap((part) => treebankWordsOf(part, false)));
  const last = toWords(parts.flatMap((part, index) => treebankWordsOf(part, index === parts.length - 1)));
  return { usual, last, counts: parts.length > 0 };
}

/** Returns text with its punctuation kept, in the form whose characters become tokens. */
export function normalizeText(text: string, options: Normalization): string {
  const { lowerCase, numbers } = options;
  const cased = lowerCase ? text.toLowerCase() : text;
  const normal = toNormalForm(cased, options);
  return numbers === 'N' ? normal.replace(DIGITS, NUMBER) : normal;
}

/**
 * Returns the last place at which a text may be cut, so that its two parts, normalized separately as characters, join
 * to the normalized whole; 0 when there is none.
 */
export function safeCut(text: string, options: Normalization): number {
  for (let at = text.length - 1; at > 0; at--) {
    const [before, after] = [text.slice(Math.max(0, at - CONTEXT), at), text.slice(at, at + CONTEXT)];
    const isMark = options.normalize !== 'none' && /^\p{M}/u.test(after);
    if (/[\uD800-\uDBFF]$/.test(before) || isMark) continue;
    const whole = normalizeText(before + after, options);
    if (whole === normalizeText(before, options) + normalizeText(after, options)) return at;
  }
  return 0;
}

/** Length of the context around a cut that is compared, in UTF-16 units. */
const CONTEXT = 32;

// "12", "-3.5", "1,000,000", "50%", "1/2", "10:30", "1861-62"; not "10-year", "1980s" or "19th", which are words.
const NUMBER_WORD = /^[+-]?[.]?\d[\d.,/:-]*[%°]?$/;
const DIGITS = /\d+(?:[.,]\d+)*/g;

function normalizeWord(word: string, options: Normalization): string {
  const { lowerCase, numbers } = options;
  if (word === UNKNOWN) return word;
  if (numbers === 'N' && (word === NUMBER || NUMBER_WORD.test(word))) return NUMBER;
  // Lower case can leave the normal form: J with a caron has no code point of its own, but j has.
  return lowerCase ? toNormalForm(word.toLowerCase(), options) : word;
}

/** Returns a text in the corpus's normal form of Unicode. */
export function toNormalForm(text: string, { normalize }: Pick<Normalization, 'normalize'>): string {
  if (normalize === 'none') return text;
  return text.normalize(normalize === 'nfc' ? 'NFC' : 'NFKC');
}
