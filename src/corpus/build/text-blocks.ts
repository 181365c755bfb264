/** Splits texts of any size into blocks of checked UTF-8 in bounded memory, with any line ends. */
import { isUtf8 } from 'node:buffer';
import { UserError } from '../../errors.js';
import type { Unit } from '../manifest.js';
import { type Normalization, safeCut } from '../normalize.js';
import { describeForeignText } from './foreign-text.js';
import type { ReadOptions, Text } from './text-source.js';

const LINE_FEED = 0x0a;
const RETURN = 0x0d;
const BYTE_ORDER_MARK = Buffer.from('\uFEFF');

/** A longer run of bytes without white space is not a word; memory is not spent on finding its end. */
export const MAX_WORD_BYTES = 2 ** 20;

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
  form: Normalization & { readonly unit: Unit },
  options: ReadOptions = {},
): AsyncGenerator<Block> {
  let line = 1;
  let rest: Buffer = Buffer.alloc(0);
  let begun = false;
  let lastByte = LINE_FEED;
  const blockOf = (raw: Buffer): Block => {
    if (raw.includes(0) || !isUtf8(raw)) throw describeForeignText(text.name, raw, line);
    const bytes = withLineFeeds(raw);
    lastByte = bytes.at(-1) ?? lastByte;
    const block = { bytes, line };
    line += countFeeds(bytes);
    return block;
  };
  for await (const chunk of text.chunks(options)) {
    let buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    if (!begun && buffer.length >= BYTE_ORDER_MARK.length) {
      begun = true;
      if (startsWithMark(buffer)) buffer = buffer.subarray(BYTE_ORDER_MARK.length);
    }
    let end = buffer.lastIndexOf(LINE_FEED) + 1 || lastSpaceEnd(buffer);
    if (end === 0 && buffer.length > MAX_WORD_BYTES) end = cutInside(text.name, buffer, line, form);
    // A copy: the rest must not keep its chunk alive.
    rest = Buffer.from(buffer.subarray(end));
    if (end > 0) yield blockOf(buffer.subarray(0, end));
  }
  if (rest.length > 0) yield blockOf(rest);
  if (lastByte !== LINE_FEED) yield { bytes: Buffer.from('\n'), line };
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
function lastSpaceEnd(buffer: Buffer): number {
  let end = buffer.length;
  if (buffer[end - 1] === RETURN) end--;
  while (end > 0 && !isSpace(buffer[end - 1])) end--;
  return end;
}

/** Tells whether a byte is white space of ASCII: tab, line feed, vertical tab, form feed, carriage return or space. */
export function isSpace(byte: number): boolean {
  return byte <= 0x20 && (byte === 0x20 || (byte >= 0x09 && byte <= 0x0d));
}

/** Returns a cut in a line without white space. Only a text whose tokens are characters can be cut there. */
function cutInside(
  name: string,
  buffer: Buffer,
  line: number,
  form: Normalization & { readonly unit: Unit },
): number {
  if (buffer.includes(0)) throw describeForeignText(name, buffer, line);
  const at = form.unit === 'character' && form.punctuation === 'keep' ? cutOfCharacters(buffer, form) : 0;
  if (at > 0) return at;
  if (!isUtf8(buffer.subarray(0, characterStart(buffer, buffer.length - 1)))) {
    throw describeForeignText(name, buffer, line);
  }
  const cures = [
    'Words are what white space separates: put spaces between the words of the text first.',
    'For a text without spaces, such as Chinese, Japanese or DNA: --unit character --punctuation keep.',
  ];
  const longest = `${MAX_WORD_BYTES / 2 ** 20} MiB`;
  throw new UserError('data', `${name}:${line}: A word is longer than ${longest}`, cures);
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
