/** Cuts running English text into sentences, by its punctuation. */
import { expectsMore, isAbbreviation } from './abbreviations.js';

// The last word before the mark, the mark with closing quotes and brackets, and how the next sentence begins.
// The two look-behinds let a run of characters and a run of marks be tried from their beginnings alone: without them, a
// long run takes time in the square of its length.
const BOUNDARY = /(?<!\S)(\S*?)(?<![.?!])([.?!]+)["'”’)\]]*\s+(?=["'“‘([]*([\p{Lu}\d]\S*))/gu;

// Words that begin sentences and hardly ever follow "U.S." or an initial inside one.
const OPENERS = new Set(
  'A All And As At But By For From He I If In It Its My No Of On Our She So That The There These They This Those To We What When While With You'.split(
    ' ',
  ),
);

/** The sentences of `text` in order, trimmed, none of them empty. */
export function splitSentences(text: string): string[] {
  const sentences: string[] = [];
  let start = 0;
  for (const match of text.matchAll(BOUNDARY)) {
    const [whole, word, mark, next] = match as unknown as [string, string, string, string];
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
