/** Where the lines of a file are, found without decoding it. */
import { stopIfAborted } from '../interrupt.js';
import { type ReadOptions, readChunks, statTextFile } from './text-file.js';

const LINE_FEED = 0x0a;

/** A part of a file, in whole lines. */
export interface LineRange {
  /** First byte. */
  readonly start: number;
  /** One past the last byte. */
  readonly end: number;
  /** Number of the first line, from 1, for messages. */
  readonly firstLine: number;
}

/** The number of lines in a file, counted a last one without a line end included. */
export async function countLines(path: string, { signal }: ReadOptions = {}): Promise<number> {
  const { size } = await statTextFile(path);
  let count = 0;
  let lastByte = LINE_FEED;
  for await (const chunk of readChunks(path, { start: 0, end: size })) {
    stopIfAborted(signal);
    for (let at = chunk.indexOf(LINE_FEED); at >= 0; at = chunk.indexOf(LINE_FEED, at + 1)) count++;
    lastByte = chunk.at(-1) ?? lastByte;
  }
  return lastByte === LINE_FEED ? count : count + 1;
}

/**
 * Cuts a file into consecutive ranges of so many lines each.
 * @param lineCounts lines of each range; together no more than the file has
 */
export async function rangesOfLines(
  path: string,
  lineCounts: readonly number[],
  { signal }: ReadOptions = {},
): Promise<LineRange[]> {
  const { size } = await statTextFile(path);
  const ranges: LineRange[] = [];
  let [start, firstLine, line, offset] = [0, 1, 1, 0];
  for await (const chunk of readChunks(path, { start: 0, end: size })) {
    stopIfAborted(signal);
    for (let at = chunk.indexOf(LINE_FEED); at >= 0; at = chunk.indexOf(LINE_FEED, at + 1)) {
      line++;
      if (line - firstLine !== lineCounts[ranges.length]) continue;
      const end = offset + at + 1;
      ranges.push({ start, end, firstLine });
      [start, firstLine] = [end, line];
    }
    offset += chunk.length;
  }
  if (ranges.length < lineCounts.length) ranges.push({ start, end: size, firstLine });
  return ranges;
}
