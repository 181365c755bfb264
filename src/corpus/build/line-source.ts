/** A split before it is numbered: lines of tokens that can be gone through again and again. */
import { UserError } from '../../errors.js';
import { stopIfAborted } from '../interrupt.js';
import type { Unit } from '../manifest.js';
import type { Normalization } from '../normalize.js';
import { normalizeLine } from '../normalize.js';
import type { LineRange } from './line-ranges.js';
import { visitLines } from './lines.js';
import { type ReadOptions, statTextFile } from './text-file.js';

/** Receives one line's tokens, without `<eos>`, and its number, from 1. */
export type OnLine = (tokens: readonly string[], line: number) => void;

export interface LineSource {
  /** Where the lines come from, for messages. */
  readonly path: string;
  /** Size, in the unit of `onBytes`. */
  readonly bytes: number;
  /** Goes through all lines in order; the same lines every time. */
  visit(onLine: OnLine, options?: ReadOptions): Promise<void>;
}

/**
 * The lines of a text file, or of a range of it, normalized as they are read.
 * @throws UserError('data') when the file is missing, empty or no regular file
 */
export async function fileLines(
  path: string,
  form: Normalization & { readonly unit: Unit },
  part?: LineRange,
): Promise<LineSource> {
  const before = await statTextFile(path);
  const range = part ?? { start: 0, end: before.size, firstLine: 1 };
  return {
    path,
    bytes: range.end - range.start,
    async visit(onLine, options) {
      await visitLines(path, range, (line, number) => onLine(normalizeLine(line, form), number), options);
      const after = await statTextFile(path);
      if (after.size === before.size && after.mtimeMs === before.mtimeMs) return;
      throw new UserError('data', `${path} was changed while it was being read`, [
        'Run the same command again when no other program writes to the file.',
      ]);
    },
  };
}

/** Lines of text that are in memory, normalized as they are gone through. */
export function textLines(
  path: string,
  lines: readonly string[],
  form: Normalization & { readonly unit: Unit },
): LineSource {
  const bytes = lines.reduce((sum, line) => sum + line.length + 1, 0);
  return {
    path,
    bytes,
    async visit(onLine, { signal, onBytes } = {}) {
      stopIfAborted(signal);
      for (const [index, line] of lines.entries()) onLine(normalizeLine(line, form), index + 1);
      onBytes?.(bytes);
    },
  };
}
