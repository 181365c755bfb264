/** Splits texts of any size into blocks of checked UTF-8 in bounded memory, with any line ends. */
import { isUtf8 } from 'node:buffer';
import { UserError } from '../../errors.js';
import type { Unit } from '../manifest.js';
import { type Normalization, safeCut } from '../normalize.js';
import { describeForeignText, lineEndsIn } from './foreign-text.js';
import { type LongWordPlace, lastSpaceEnd, MAX_WORD_BYTES, WordMeter } from './long-word.js';
import type { ReadOptions, Text } from './text-source.js';

const LINE_FEED = 0x0a;
const RETURN = 0x0d;
const BYTE_ORDER_MARK = Buffer.from('\uFEFF');

/** How a text becomes tokens. */
export type TextForm = Normalization & { readonly unit: Unit };

/** A part of a text. */
export interface Block {
  /**
   * UTF-8 that ends after a line; in a long line after white space, or where a cut changes nothing. Every line end is a
   * line feed.
   */
  readonly bytes: Buffer;
  /** Number of its first line, from 1. */
  readonly line: number;
}

/**
 * Yields a text in blocks of about a megabyte. A line ends with LF, CR LF or CR, as in Python and in every editor; a last
 * line without a line end gets one. A byte order mark at the beginning is left out.
 *
 * @param form decides where a line without white space may be cut
 * @throws UserError('data') that names text and line for bytes that are not UTF-8, and says what they look like
 * @throws UserError('interrupted') when the signal fires
 */
export async function* textBlocks(
  text: Text,
  form: TextForm,
  options: BlockOptions = {},
): AsyncGenerator<Block> {
  const meter = isOfCharacters(form) ? null : new WordMeter();
  let line = 1;
  let feeds = 0;
  let rest: Buffer = Buffer.alloc(0);
  let begun = false;
  let lastByte = LINE_FEED;
  const blockOf = (raw: Buffer): Block => {
    if (raw.includes(0) || !isUtf8(raw)) throw describeForeignText(text.name, raw, line);
    const bytes = withLineFeeds(raw);
    lastByte = bytes.at(-1) ?? lastByte;
    const block = { bytes, line };
    line += countFeeds(bytes);
    feeds += countFeeds(raw);
    return block;
  };
  const chunks = text.chunks(options);
  for await (const chunk of chunks) {
    let buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    if (!begun && buffer.length >= BYTE_ORDER_MARK.length) {
      begun = true;
      if (startsWithMark(buffer)) buffer = buffer.subarray(BYTE_ORDER_MARK.length);
    }
    if (meter && !readWords(meter, chunk)) {
      checkEncoding(text.name, buffer, line);
      const lineOfWord = line + lineEndsIn(rest.subarray(0, lastSpaceEnd(rest)));
      const known = { line: lineOfWord, linesBefore: line - 1, feeds, ...options };
      throw meter.fault(await followWord(meter, chunk, chunks, text, known));
    }
    let end = buffer.lastIndexOf(LINE_FEED) + 1 || endOfWords(buffer);
    if (end === 0 && buffer.length > MAX_WORD_BYTES && !meter) end = cutInside(text.name, buffer, line, form);
    // A copy: the rest must not keep its chunk alive.
    rest = Buffer.from(buffer.subarray(end));
    if (end > 0) yield blockOf(buffer.subarray(0, end));
  }
  if (rest.length > 0) yield blockOf(rest);
  if (lastByte !== LINE_FEED) yield { bytes: Buffer.from('\n'), line };
}

/** Yields the lines of a text that comes in blocks, without their ends. A long line may come in several blocks. */
export async function* textLines(blocks: AsyncIterable<{ readonly bytes: Buffer }>): AsyncGenerator<string> {
  let begun = '';
  for await (const { bytes } of blocks) {
    const parts = (begun + bytes.toString('utf8')).split('\n');
    begun = parts.pop() ?? '';
    yield* parts;
  }
}

/** Hooks while a text is read in blocks. */
export interface BlockOptions extends ReadOptions {
  /** The form of the text is given, so a message does not advise another one. */
  readonly formIsGiven?: boolean | undefined;
}

/** Tells whether the tokens are characters, so that a line without white space may be cut. */
function isOfCharacters({ unit, punctuation }: TextForm): boolean {
  return unit === 'character' && punctuation === 'keep';
}

/** Measures the words of a chunk of any size. */
function readWords(meter: WordMeter, chunk: Buffer): boolean {
  for (let at = 0; at < chunk.length; at += MAX_WORD_BYTES) {
    if (!meter.read(chunk.subarray(at, at + MAX_WORD_BYTES))) return false;
  }
  return true;
}

/**
 * Follows a word that is too long to its end, and looks for a line after it.
 *
 * @param chunk the chunk in which it was found to be too long
 * @param rest  the chunks after that
 * @param known what is known of the text before the word
 */
async function followWord(
  meter: WordMeter,
  chunk: Buffer,
  rest: AsyncGenerator<Buffer>,
  { name, isGzip = false }: Text,
  {
    line,
    linesBefore,
    feeds,
    formIsGiven,
  }: { line: number; linesBefore: number; feeds: number; formIsGiven?: boolean | undefined },
): Promise<LongWordPlace> {
  let last = chunk;
  if (meter.isOpen) {
    for await (const next of rest) {
      last = next;
      if (!meter.follow(next)) break;
    }
  }
  const after = last.toString('latin1');
  const isCr = line === 1 ? /\r(?!\n|$)/.test(after) && !after.includes('\n') : feeds === 0;
  return {
    name,
    line,
    hasOtherLines: line > 1 || /[\r\n][^\r\n]/.test(after),
    lineEnds: isCr ? 'CR' : linesBefore === feeds || line === 1 ? 'LF' : 'mixed',
    isGzip,
    choosesForm: formIsGiven !== true,
  };
}

/** Returns the number of lines that {@link textBlocks} yields. */
export async function countLines(text: Text, options: ReadOptions = {}): Promise<number> {
  let count = 0;
  let lastByte = LINE_FEED;
  for await (const chunk of text.chunks(options)) {
    count += countFeeds(chunk);
    // A CR counts unless a line feed follows, which is counted itself.
    if (lastByte === RETURN && chunk[0] !== LINE_FEED) count++;
    for (let at = chunk.indexOf(RETURN); at >= 0; at = chunk.indexOf(RETURN, at + 1)) {
      if (at + 1 < chunk.length && chunk[at + 1] !== LINE_FEED) count++;
    }
    lastByte = chunk.at(-1) ?? lastByte;
  }
  return lastByte === LINE_FEED ? count : count + 1;
}

function countFeeds(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(LINE_FEED); at >= 0; at = bytes.indexOf(LINE_FEED, at + 1)) count++;
  return count;
}

function startsWithMark(buffer: Buffer): boolean {
  return buffer.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK);
}

/**
 * Returns the end of the last white space of ASCII, or 0. A CR at the very end waits for the line feed that may follow.
 */
function endOfWords(buffer: Buffer): number {
  return lastSpaceEnd(buffer.at(-1) === RETURN ? buffer.subarray(0, -1) : buffer);
}

/** Returns a cut in a line without white space, in a text whose tokens are characters. */
function cutInside(name: string, buffer: Buffer, line: number, form: TextForm): number {
  if (buffer.includes(0)) throw describeForeignText(name, buffer, line);
  const at = cutOfCharacters(buffer, form);
  if (at > 0) return at;
  checkEncoding(name, buffer, line);
  const [what, cure] =
    form.numbers === 'N'
      ? ['A number', 'Keep the digits of numbers as characters: `--numbers keep`.']
      : ['A character with its combining marks', 'Keep all characters as they are: `--normalize none`.'];
  const length = buffer.length.toLocaleString('en-US');
  throw new UserError('data', `${name}:${line}: ${what} has more than ${length} bytes`, [
    cure,
    'Or break the text into lines.',
  ]);
}

/** Checks the encoding of a part of a text that may end inside a character. */
function checkEncoding(name: string, buffer: Buffer, line: number): void {
  const whole = buffer.subarray(0, characterStart(buffer, buffer.length - 1));
  if (buffer.includes(0) || !isUtf8(whole)) throw describeForeignText(name, buffer, line);
}

/** Number of bytes before the end of a buffer in which a cut is searched. */
const CUT_WINDOW = 4096;

function cutOfCharacters(buffer: Buffer, form: Normalization): number {
  const start = characterStart(buffer, buffer.length - CUT_WINDOW);
  const end = characterStart(buffer, buffer.length - 1);
  const text = buffer.toString('utf8', start, end);
  const cut = safeCut(text, form);
  return cut === 0 ? 0 : start + Buffer.byteLength(text.slice(0, cut));
}

/** Returns the first byte of the character that has a byte at `at`. */
function characterStart(buffer: Buffer, at: number): number {
  let start = at;
  while (start > 0 && (buffer[start] & 0xc0) === 0x80) start--;
  return start;
}

function withLineFeeds(bytes: Buffer): Buffer {
  if (!bytes.includes(RETURN)) return bytes;
  const result = Buffer.allocUnsafe(bytes.length);
  let length = 0;
  for (let at = 0; at < bytes.length; at++) {
    if (bytes[at] !== RETURN) result[length++] = bytes[at];
    else if (bytes[at + 1] !== LINE_FEED) result[length++] = LINE_FEED;
  }
  return result.subarray(0, length);
}
