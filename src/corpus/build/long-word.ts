/** Words of absurd length: finding them in bounded memory, and the error that says where one is and what to do. */
import { UserError } from '../../errors.js';
import { shellWord } from '../../shell-word.js';
import { STANDARD_INPUT } from './source-files.js';

/**
 * A longer run of bytes without white space is not a word. The longest words that people write, chemical names, have a fifth of
 * it; what is longer is a text without spaces, or data. Each different word is kept in memory and becomes an entry of the
 * vocabulary, so a limit keeps such a text from filling the memory with words that no model can learn.
 */
export const MAX_WORD_BYTES = 2 ** 20;

/** A word is followed so far to tell its length. */
const MOST_MEASURED = 2 ** 26;

/** What is known of a text when one of its words is too long. */
export interface LongWordPlace {
  readonly name: string;
  /** Line of the word, from 1. */
  readonly line: number;
  /** Whether the text has other lines, so that something is left without this one. */
  readonly hasOtherLines: boolean;
  /** How its lines end, as far as it was read. */
  readonly lineEnds: 'LF' | 'CR' | 'mixed';
  readonly isGzip: boolean;
  /** Whether the user can choose how the text is read. */
  readonly choosesForm: boolean;
}

/** Measures runs of bytes without white space of ASCII, over the borders of chunks. */
export class WordMeter {
  /** Bytes of the run at the end of what was read. */
  #open = 0;
  /** Bytes of the run that was found to be too long, which may go on. */
  #tooLong = 0;

  /**
   * Reads a chunk of at most {@link MAX_WORD_BYTES}: a run that is too long then lies over a border.
   *
   * @returns false once there is a word that is too long
   */
  read(chunk: Buffer): boolean {
    const first = firstSpace(chunk);
    const head = this.#open + first;
    if (head > MAX_WORD_BYTES) this.#tooLong = head;
    this.#open = first === chunk.length ? head : chunk.length - lastSpaceEnd(chunk);
    return this.#tooLong === 0;
  }

  /**
   * Reads a chunk that follows on a word that is too long.
   *
   * @returns false when the word ends in it, or has been measured far enough
   */
  follow(chunk: Buffer): boolean {
    const first = firstSpace(chunk);
    this.#tooLong += first;
    return first === chunk.length && this.#tooLong < MOST_MEASURED;
  }

  /** Returns whether the word that is too long may go on in the next chunk. */
  get isOpen(): boolean {
    return this.#open === this.#tooLong;
  }

  /** Returns the error for the word that is too long. */
  fault(place: LongWordPlace): UserError {
    const { name, line, choosesForm } = place;
    const length = this.#tooLong < MOST_MEASURED ? exact(this.#tooLong) : `more than ${exact(MOST_MEASURED)}`;
    const message = `${name}:${line}: A word has ${length} bytes, and a word can have ${exact(MAX_WORD_BYTES)} at most`;
    return new UserError('data', message, [
      'Words are what white space separates: put spaces or line ends between them.',
      ...(choosesForm
        ? ['For a text without spaces, such as Chinese or DNA, add: `--unit character --punctuation keep`.']
        : []),
      ...withoutLine(place),
    ]);
  }
}

/** Returns the command that leaves out the line of a word; none where it would leave nothing, or hit another line. */
function withoutLine({ name, line, hasOtherLines, lineEnds, isGzip }: LongWordPlace): string[] {
  if (!hasOtherLines || lineEnds === 'mixed') return [];
  const file = name === STANDARD_INPUT ? 'FILE' : shellWord(name);
  const reading = isGzip ? `gzip -dc ${file} | ` : '';
  const inLines = lineEnds === 'CR' ? `${isGzip ? '' : `cat ${file} | `}tr '\\r' '\\n' | ` : '';
  const direct = reading + inLines === '' ? ` ${file}` : '';
  return [
    `Or leave out the line in a new file, and name that file: \`${reading}${inLines}sed ${line}d${direct} > text.txt\`.`,
  ];
}

function exact(count: number): string {
  return count.toLocaleString('en-US');
}

/** Returns the index of the first white space of ASCII, or the length. */
function firstSpace(bytes: Buffer): number {
  let at = 0;
  while (at < bytes.length && !isSpace(bytes[at])) at++;
  return at;
}

/** Returns the end of the last white space of ASCII, or 0. */
export function lastSpaceEnd(bytes: Buffer): number {
  let end = bytes.length;
  while (end > 0 && !isSpace(bytes[end - 1])) end--;
  return end;
}

/** Tells whether a byte is white space of ASCII: tab, line feed, vertical tab, form feed, carriage return or space. */
export function isSpace(byte: number): boolean {
  return byte <= 0x20 && (byte === 0x20 || (byte >= 0x09 && byte <= 0x0d));
}
