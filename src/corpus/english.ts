/** English text: its words in the form of the Penn Treebank, its sentences, its abbreviations. */
import { UNKNOWN } from './vocabulary.js';

/**
 * Returns the words of one sentence, case and numbers as they were. A text that has this form already comes out as it
 * went in. Time is linear in the length of the sentence, whatever it consists of.
 */
export function treebankWords(sentence: string): string[] {
  const pieces = treebankPieces(sentence);
  return pieces.flatMap((piece, index) => treebankWordsOf(piece, index === pieces.length - 1));
}

const DASHES_AND_DOTS = /[\u2012-\u2015\u2026]|--+|\.{2,}/g;
const HYPHENS = /[\u2010\u2011]/g;
const APOSTROPHES = /[\u2018\u2019`]/g;
// Never part of a word, in any position. A slash inside a word stays ("and/or"), as do comma and colon in numbers.
const SEPARATORS = /["\u201c\u201d()[\]{};!?_*•@+=\p{Cc}]|[,:](?!\d)|(?<!\d)[,:]/gu;
// Not in "c$" or "us$", the Treebank's words for other dollars.
const CURRENCY = /(?<!\p{L})[$£]/gu;

/**
 * Returns a text cut at its white space and at the punctuation that is never part of a word. A piece between white
 * space gives the same words in any text.
 */
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
 * Returns the words of a piece.
 * @param last whether no other piece of the sentence follows
 */
export function treebankWordsOf(piece: string, last: boolean): string[] {
  if (piece === UNKNOWN || /^'?[$£&#']$/.test(piece)) return [piece];
  return splitClitics(trimPunctuation(piece, last)).filter((word) => /[\p{L}\p{N}&']/u.test(word));
}

// A possessive plural ("the states'") cannot be distinguished from a closing quotation mark: it counts as the former.
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

// The last word before the mark, the mark with closing quotes and brackets, and how the next sentence begins.
// The two look-behinds make the match try a run of characters or marks from its beginning only: without them, a
// long run takes time in the square of its length.
const BOUNDARY = /(?<!\S)(\S*?)(?<![.?!])([.?!]+)["'”’)\]]*\s+(?=["'“‘([]*([\p{Lu}\d]\S*))/gu;

// Words that begin sentences and hardly ever follow "U.S." or an initial inside one.
const OPENERS = new Set(
  'A All And As At But By For From He I If In It Its My No Of On Our She So That The There These They This Those To We What When While With You'.split(
    ' ',
  ),
);

/** Returns the sentences of `text` in order, trimmed, none of them empty. */
export function splitSentences(text: string): string[] {
  const sentences: string[] = [];
  let start = 0;
  for (const match of text.matchAll(BOUNDARY)) {
    const [whole, word, mark, next] = match;
    if (mark === '.' && !endsSentence(word, next)) continue;
    const end = match.index + whole.length;
    sentences.push(text.slice(start, end).trim());
    start = end;
  }
  sentences.push(text.slice(start).trim());
  return sentences.filter((sentence) => sentence !== '');
}

function endsSentence(word: string, next: string): boolean {
  const bare = word.replace(/^["'“‘([]+/u, '');
  if (/^no$/i.test(bare)) return !/^\d/.test(next);
  if (expectsMore(bare)) return false;
  if (!isAbbreviation(bare)) return true;
  return OPENERS.has(/^\p{L}*/u.exec(next)?.[0] ?? '');
}

const TITLES = 'adm brig capt col dr gen gov hon lieut lt maj messrs mr mrs ms prof rep rev sen sergt sgt st';

const MONTHS = 'jan feb mar apr aug sept oct nov dec';

const REFERENCES = 'no nos pp sec vol vs';

const OTHERS = 'bros cie co corp cos dept etc ft inc inst jr ltd sens sr ult';

// Without those that are also words, such as "mass", "miss" and "ill".
const STATES = 'ariz calif colo conn fla ga kan ky md mich minn neb nev okla tenn va wis';

/** Words before a name or a number: a period after them never ends a sentence. */
const PREFIXES = new Set([TITLES, MONTHS, REFERENCES].flatMap((list) => list.split(' ')));

const ABBREVIATIONS = new Set([...PREFIXES, ...[OTHERS, STATES].flatMap((list) => list.split(' '))]);

// "j", "u.s", "a.m", "non-u.s"
const INITIALS = /^(?:\p{L}+-)?\p{L}(?:\.\p{L})*$/u;

/** Tells whether `word.` (given without its period, in any case) is an abbreviation that keeps the period. */
export function isAbbreviation(word: string): boolean {
  return ABBREVIATIONS.has(word.toLowerCase()) || INITIALS.test(word);
}

/** Tells whether a sentence always continues after `word.` (given without its period, in any case). */
export function expectsMore(word: string): boolean {
  return PREFIXES.has(word.toLowerCase());
}

/**
 * Returns a text without the characters at its end that are among `characters`. The regular expression `[…]+$` would
 * try every run inside the text again from each of its characters, which takes time in the square of the run's length.
 *
 * @param characters each one UTF-16 unit
 */
export function trimEnd(text: string, characters: string): string {
  let end = text.length;
  while (end > 0 && characters.includes(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}
