/** From a line of text to its tokens: the same rules for corpora and, later, for prompts. */

import { treebankWords } from './english/treebank.js';
import type { Unit } from './manifest.js';
import { UNKNOWN } from './vocabulary.js';

/** What a number becomes under `numbers: 'N'`, as in Mikolov's Penn Treebank. */
export const NUMBER = 'N';

/** How text is brought into a corpus's form. */
export interface Normalization {
  readonly lowerCase: boolean;
  /** `keep` numbers as they are, or write each as the one word `N`. */
  readonly numbers: 'keep' | 'N';
  /** `keep` punctuation where it stands, or drop and split it as the Penn Treebank corpus does. */
  readonly punctuation: 'keep' | 'treebank';
}

/**
 * The tokens of one line, without its `<eos>`.
 * Words are what white space separates; characters are Unicode code points, white space included (a single space
 * between words when punctuation is dropped).
 */
export function normalizeLine(line: string, options: Normalization & { readonly unit: Unit }): string[] {
  if (options.unit === 'word') return wordsOf(line, options);
  const text = options.punctuation === 'treebank' ? wordsOf(line, options).join(' ') : mapText(line, options);
  return Array.from(text);
}

function wordsOf(line: string, options: Normalization): string[] {
  const words = options.punctuation === 'treebank' ? treebankWords(line) : line.split(/\s+/);
  const tokens: string[] = [];
  for (const word of words) {
    if (word !== '') tokens.push(normalizeWord(word, options));
  }
  return tokens;
}

// "12", "-3.5", "1,000,000", "50%", "1/2", "10:30", "1861-62"; not "10-year", "1980s" or "19th", which are words.
const NUMBER_WORD = /^[+-]?[.]?\d[\d.,/:-]*[%°]?$/;
const DIGITS = /\d+(?:[.,]\d+)*/g;

function normalizeWord(word: string, { lowerCase, numbers }: Normalization): string {
  if (word === UNKNOWN) return word;
  if (numbers === 'N' && (word === NUMBER || NUMBER_WORD.test(word))) return NUMBER;
  return lowerCase ? word.toLowerCase() : word;
}

function mapText(line: string, { lowerCase, numbers }: Normalization): string {
  const cased = lowerCase ? line.toLowerCase() : line;
  return numbers === 'N' ? cased.replace(DIGITS, NUMBER) : cased;
}
