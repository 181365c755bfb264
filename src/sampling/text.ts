/** From token ids to text that reads like text. */
import type { PreparedCorpus } from '../corpus/prepared.js';
import { END_OF_LINE } from '../corpus/vocabulary.js';

/**
 * Token ids as text.
 *
 * Characters stand as they are, with a line feed for `<eos>`. Words have a space between them, except where English
 * has none: before punctuation and the Treebank's split-off endings (n't, 's), after an opening bracket, between a
 * currency sign and its number. `<eos>` is a full stop in a corpus whose punctuation was dropped (a sentence a line, as
 * figure 4 of the paper shows it), and a line feed in one that kept its own.
 */
export function writeText(ids: readonly number[], corpus: PreparedCorpus): string {
  const words = ids.map((id) => corpus.vocabulary.word(id));
  const { unit, normalization } = corpus.manifest;
  if (unit === 'character') return words.map((word) => (word === END_OF_LINE ? '\n' : word)).join('');
  const endLine = normalization.punctuation === 'treebank' ? withFullStop : withLineFeed;
  let text = '';
  let previous = END_OF_LINE;
  for (const word of words) {
    text = word === END_OF_LINE ? endLine(text) : text + spaceBetween(previous, word, text) + word;
    previous = word;
  }
  return text;
}

const JOINS_LEFT = /^(?:n't|'(?:s|m|d|ll|re|ve)?|[.,;:!?%)\]}…]+)$/;
const JOINS_RIGHT = /^[([{]$/;
/** Alone, or as in the Treebank's "c$" and "hk$". */
const CURRENCY = /^(?:\p{L}{1,2})?[$£#]$/u;
const NUMBER = /^(?:N$|\d)/;

function spaceBetween(previous: string, word: string, text: string): string {
  if (text === '' || text.endsWith('\n')) return '';
  if (JOINS_RIGHT.test(previous) || (CURRENCY.test(previous) && NUMBER.test(word))) return '';
  return JOINS_LEFT.test(word) && previous !== END_OF_LINE ? '' : ' ';
}

/** An abbreviation ("u.s.") brings its own; and nothing is ended where nothing was said. */
function withFullStop(text: string): string {
  return text === '' || text.endsWith('.') ? text : `${text}.`;
}

function withLineFeed(text: string): string {
  return `${text}\n`;
}
