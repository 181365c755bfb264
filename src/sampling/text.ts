/** From token ids to text that reads like text. */
import type { PreparedCorpus } from '../corpus/prepared.js';
import { END_OF_LINE } from '../corpus/vocabulary.js';

/**
 * Writes token ids as text, piece by piece.
 *
 * Characters are unchanged, with a line feed for `<eos>`. Words have a space between them, except where English
 * has none: before punctuation and the Treebank's split-off endings (n't, 's), after an opening bracket, between a
 * currency sign and its number. `<eos>` is a full stop in a corpus whose punctuation was dropped (a sentence a line, as
 * figure 4 of the paper shows it), and a line feed in one that kept its own.
 */
export class TextWriter {
  readonly #corpus: PreparedCorpus;
  #previous = END_OF_LINE;
  /** The last character of the text so far; empty when there is none. */
  #end = '';

  constructor(corpus: PreparedCorpus) {
    this.#corpus = corpus;
  }

  /** Returns the text that the next token adds. */
  write(id: number): string {
    const word = this.#corpus.vocabulary.word(id);
    const piece = this.#pieceOf(word);
    this.#previous = word;
    this.#end = piece.at(-1) ?? this.#end;
    return piece;
  }

  #pieceOf(word: string): string {
    const { unit, normalization } = this.#corpus.manifest;
    if (unit === 'character') return word === END_OF_LINE ? '\n' : word;
    if (word !== END_OF_LINE) return spaceBetween(this.#previous, word, this.#end) + word;
    return normalization.punctuation === 'treebank' ? fullStop(this.#end) : '\n';
  }
}

/** Token ids as text, as a {@link TextWriter} writes it. */
export function writeText(ids: readonly number[], corpus: PreparedCorpus): string {
  const writer = new TextWriter(corpus);
  return ids.map((id) => writer.write(id)).join('');
}

const JOINS_LEFT = /^(?:n't|'(?:s|m|d|ll|re|ve)?|[.,;:!?%)\]}…]+)$/;
const JOINS_RIGHT = /^[([{]$/;
/** Alone, or as in the Treebank's "c$" and "hk$". */
const CURRENCY = /^(?:\p{L}{1,2})?[$£#]$/u;
const NUMBER = /^(?:N$|\d)/;

/** @param end the last character of the text so far */
function spaceBetween(previous: string, word: string, end: string): string {
  if (end === '' || end === '\n') return '';
  if (JOINS_RIGHT.test(previous) || (CURRENCY.test(previous) && NUMBER.test(word))) return '';
  return JOINS_LEFT.test(word) && previous !== END_OF_LINE ? '' : ' ';
}

/** An abbreviation ("u.s.") brings its own; and nothing is ended where nothing was said. */
function fullStop(end: string): string {
  return end === '' || end === '.' ? '' : '.';
}
