/** Reads the lines of UTF-8 text files of any size in bounded memory, and refuses what is no such text. */
import { UserError } from '../../errors.js';
import { shellWord } from '../../shell-word.js';
import { stopIfAborted } from '../interrupt.js';
import type { LineRange } from './line-ranges.js';
import { type ReadOptions, readChunks } from './text-file.js';

/** Longer lines are taken for a mistake: a binary file, or text that was never broken into lines. */
export const MAX_LINE_BYTES = 16 * 2 ** 20;

const LINE_FEED = 0x0a;

/**
 * Calls `onLine` with each line, without its line end (LF or CR LF) and, on the first line of the file, without
 * a byte order mark. A last line without a line end counts; an empty rest after the last line end does not.
 *
 * @throws UserError('data') naming file and line for invalid UTF-8, a NUL byte or a line longer than
 *   {@link MAX_LINE_BYTES}; naming the file when it cannot be read
 * @throws UserError('interrupted') when the signal fires
 */
export async function visitLines(
  path: string,
  range: LineRange,
  onLine: (line: string, number: number) => void,
  { signal, onBytes }: ReadOptions = {},
): Promise<void> {
  let number = range.firstLine;
  let rest: Buffer = Buffer.alloc(0);
  let read = 0;
  const deliver = (bytes: Buffer) => {
    for (const line of decodeLines(bytes, path, number)) {
      onLine(bareLine(line, number), number);
      number++;
    }
  };
  for await (const chunk of readChunks(path, range)) {
    stopIfAborted(signal);
    const end = chunk.lastIndexOf(LINE_FEED);
    if (end < 0) {
      rest = Buffer.concat([rest, chunk]);
    } else {
      deliver(Buffer.concat([rest, chunk.subarray(0, end)]));
      rest = Buffer.from(chunk.subarray(end + 1));
    }
    if (rest.length > MAX_LINE_BYTES) throw tooLong(path, number);
    read += chunk.length;
    onBytes?.(read);
  }
  if (rest.length > 0) deliver(rest);
}

function decodeLines(bytes: Buffer, path: string, firstLine: number): string[] {
  const nul = bytes.indexOf(0);
  if (nul >= 0) throw notText(path, firstLine + countFeeds(bytes.subarray(0, nul)), 'a NUL byte');
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes).split('\n');
  } catch {
    throw invalidUtf8(bytes, path, firstLine);
  }
}

function bareLine(line: string, number: number): string {
  const withoutReturn = line.endsWith('\r') ? line.slice(0, -1) : line;
  return number === 1 && withoutReturn.startsWith('\uFEFF') ? withoutReturn.slice(1) : withoutReturn;
}

/** Decodes line by line to find where the fault is; only after a failure, since it is slow. */
function invalidUtf8(bytes: Buffer, path: string, firstLine: number): UserError {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let start = 0;
  for (let line = firstLine; start <= bytes.length; line++) {
    const feed = bytes.indexOf(LINE_FEED, start);
    const end = feed < 0 ? bytes.length : feed;
    try {
      decoder.decode(bytes.subarray(start, end));
    } catch {
      return notText(path, line, 'a byte sequence that is not UTF-8');
    }
    start = end + 1;
  }
  throw new Error(`${path}: invalid as a whole, yet valid line by line`);
}

function countFeeds(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(LINE_FEED); at >= 0; at = bytes.indexOf(LINE_FEED, at + 1)) count++;
  return count;
}

function notText(path: string, line: number, what: string): UserError {
  return new UserError('data', `${path}:${line}: ${what}; the file is not UTF-8 text`, [
    `If it is text in another encoding, convert it: \`iconv -f ISO-8859-1 -t UTF-8 ${shellWord(path)}\`, with its real encoding (\`file ${shellWord(path)}\` guesses it).`,
  ]);
}

function tooLong(path: string, line: number): UserError {
  return new UserError('data', `${path}:${line}: the line is longer than ${MAX_LINE_BYTES / 2 ** 20} MiB`, [
    'Break the text into lines, best a sentence on each.',
    `Any line breaks will do for characters: \`fold -s -w 1000 ${shellWord(path)}\`.`,
  ]);
}
