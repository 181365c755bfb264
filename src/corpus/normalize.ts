/** From text to its tokens: the same rules for corpora and prompts. */

import { treebankPieces, treebankWordsOf } from './english.js';
import { UNKNOWN } from './vocabulary.js';

/** What a number becomes under `numbers: 'N'`, as in Mikolov's Penn Treebank. */
export const NUMBER = 'N';

/** Which of Unicode's spellings of a character is written: é as one code point (nfc), ﬁ and ％ as fi and % too (nfkc). */
export const NORMAL_FORMS = ['nfc', 'nfkc', 'none'] as const;

/** What one token is: a word between white space, or a Unicode code point. */
export type Unit = 'word' | 'character';

/** How text is brought into a corpus's form. */
export interface Normalization {
  /** Unicode's normal form; `none` leaves the text as it is, so that two spellings of é are two characters. */
  readonly normalize: (typeof NORMAL_FORMS)[number];
  readonly lowerCase: boolean;
  /** `keep` numbers as they are, or write each as the one word `N`. */
  readonly numbers: 'keep' | 'N';
  /** `keep` punctuation where it stands, or drop and split it as the Penn Treebank corpus does. */
  readonly punctuation: 'keep' | 'treebank';
}

/** The words of a piece of text that has white space of ASCII on both sides. They depend on nothing else in the line. */
export interface PieceWords {
  /** The words where other pieces follow in the line. */
  readonly usual: readonly string[];
  /** The words where the line ends after it: the same, except for the period of a last word. */
  readonly last: readonly string[];
  /** Whether the piece counts as the last of its line: not one that consists of separators alone. */
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

/** Text whose punctuation is kept, as its characters are numbered. */
export function normalizeText(text: string, options: Normalization): string {
  const { lowerCase, numbers } = options;
  const cased = lowerCase ? text.toLowerCase() : text;
  const normal = toNormalForm(cased, options);
  return numbers === 'N' ? normal.replace(DIGITS, NUMBER) : normal;
}

/**
 * Returns the last place at which a text may be cut so that its two parts, each normalized as characters, are the whole
 * normalized; 0 when there is none.
 */
export function safeCut(text: string, options: Normalization): number {
  for (let at = text.length - 1; at > 0; at--) {
    const [before, after] = [text.slice(Math.max(0, at - CONTEXT), at), text.slice(at, at + CONTEXT)];
    if (/[\uD800-\uDBFF]$/.test(before) || /^\p{M}/u.test(after)) continue;
    const whole = normalizeText(before + after, options);
    if (whole === normalizeText(before, options) + normalizeText(after, options)) return at;
  }
  return 0;
}

/** How far, in UTF-16 units, the characters around a cut are looked at. */
const CONTEXT = 32;

// "12", "-3.5", "1,000,000", "50%", "1/2", "10:30", "1861-62"; not "10-year", "1980s" or "19th", which are words.
const NUMBER_WORD = /^[+-]?[.]?\d[\d.,/:-]*[%°]?$/;
const DIGITS = /\d+(?:[.,]\d+)*/g;

function normalizeWord(word: string, options: Normalization): string {
  const { lowerCase, numbers } = options;
  if (word === UNKNOWN) return word;
  if (numbers === 'N' && (word === NUMBER || NUMBER_WORD.test(word))) return NUMBER;
  // Lower case can take a word out of its normal form: J with a caron has no code point of its own, but j has.
  return lowerCase ? toNormalForm(word.toLowerCase(), options) : word;
}

/** Returns a text in the corpus's normal form of Unicode. */
export function toNormalForm(text: string, { normalize }: Pick<Normalization, 'normalize'>): string {
  if (normalize === 'none') return text;
  return text.normalize(normalize === 'nfc' ? 'NFC' : 'NFKC');
}
