/**
 * English words as Mikolov's Penn Treebank corpus has them: no punctuation; `'s`, `n't` and their like cut off
 * as words of their own; `$` and `&` words too; hyphens and the periods of abbreviations kept inside words.
 */
import { trimEnd } from '../trim-end.js';
import { UNKNOWN } from '../vocabulary.js';
import { isAbbreviation } from './abbreviations.js';

/**
 * The words of one sentence, case and numbers as they were. A text that has this form already comes out as
 * it went in. Time is linear in the length of the sentence, whatever it consists of.
 */
export function treebankWords(sentence: string): string[] {
  const pieces = treebankPieces(sentence);
  return pieces.flatMap((piece, index) => treebankWordsOf(piece, index === pieces.length - 1));
}

const DASHES_AND_DOTS = /[\u2012-\u2015\u2026]|--+|\.{2,}/g;
const HYPHENS = /[\u2010\u2011]/g;
const APOSTROPHES = /[\u2018\u2019`]/g;
// Never part of a word, wherever they stand. A slash inside a word stays ("and/or"), as do comma and colon in numbers.
const SEPARATORS = /["\u201c\u201d()[\]{};!?_*•@+=\p{Cc}]|[,:](?!\d)|(?<!\d)[,:]/gu;
// Not in "c$" or "us$", the Treebank's words for other dollars.
const CURRENCY = /(?<!\p{L})[$£]/gu;

/** A text cut at its white space and at the punctuation that is never part of a word. What white space separates is cut alike in any text. */
export function treebankPieces(text: string): string[] {
  return text
    .replace(DASHES_AND_DOTS, ' ')
    .replace(HYPHENS, '-')
    .replace(APOSTROPHES, "'")
    .replace(SEPARATORS, ' ')
    .replace(CURRENCY, (sign) => ` ${sign} `)
    .split(/\s+/)
    .filter(Boolean);
}

/**
 * The words of a piece.
 * @param last whether no other piece of the sentence follows
 */
export function treebankWordsOf(piece: string, last: boolean): string[] {
  if (piece === UNKNOWN || /^'?[$£&#']$/.test(piece)) return [piece];
  return splitClitics(trimPunctuation(piece, last)).filter((word) => /[\p{L}\p{N}&']/u.test(word));
}

// A possessive plural ("the states'") cannot be told from a closing quotation mark: it is taken for the former.
const OPENING = /^(?:[-/.]|'(?!\d|(?:s|m|d|re|ve|ll)$))+(?!\d)/iu;

function trimPunctuation(piece: string, last: boolean): string {
  const trimmed = trimEnd(piece.replace(/^[-/]+(?=\d)/, '').replace(OPENING, ''), '-/,:%°');
  if (!trimmed.endsWith('.')) return trimmed;
  const stem = trimEnd(trimmed, '.');
  // At the end of a sentence "I." is the pronoun and "no." the answer.
  const keeps = isAbbreviation(stem) && !(last && /^(?:[A-Z]|no)$/i.test(stem));
  return keeps ? `${stem}.` : trimEnd(stem, '%°');
}

const NEGATION = /^(.+)(n't)$/i;
const CLITIC = /^(.*[^'])('(?:s|m|d|re|ve|ll))$/i;
const PLURAL_POSSESSIVE = /^(.*s)(')$/i;

function splitClitics(word: string): string[] {
  if (/^cannot$/i.test(word)) return [word.slice(0, 3), word.slice(3)];
  for (const pattern of [NEGATION, CLITIC, PLURAL_POSSESSIVE]) {
    const match = pattern.exec(word);
    if (match !== null) return [match[1] as string, match[2] as string];
  }
  return [word.length > 1 ? trimEnd(word, "'") : word];
}
