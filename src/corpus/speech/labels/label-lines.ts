/** Text files with labels, line by line. */
import { UserError } from '../../../errors.js';
import { type TextForm, textBlocks, textLines } from '../../build/text-blocks.js';
import { fileText } from '../../build/text-source.js';

/** A line is split by white space only. */
const FORM: TextForm = {
  unit: 'word',
  normalize: 'none',
  lowerCase: false,
  numbers: 'keep',
  punctuation: 'keep',
};

/** A line of a file that is not empty. */
export interface LabelLine {
  /** From 1. */
  readonly line: number;
  readonly text: string;
}

/**
 * Yields the lines of a file that are not empty, plain or gzip, with any line ends, trimmed.
 *
 * @throws UserError('data') that names file and line when it is missing, empty, or not UTF-8
 */
export async function* labelLines(path: string, signal?: AbortSignal): AsyncGenerator<LabelLine> {
  let line = 0;
  for await (const whole of textLines(textBlocks(await fileText(path), FORM, { signal }))) {
    line++;
    const text = whole.trim();
    if (text !== '') yield { line, text };
  }
}

/** Error for a line of a file, or for the whole file where the line is 0. */
export function labelFault(
  path: string,
  line: number,
  fault: string,
  cures: readonly string[] = [],
): UserError {
  return new UserError('data', `${path}${line > 0 ? `:${line}` : ''}: ${fault}`, cures);
}

const DECIMAL = /^[+-]?\d+(?:\.\d*)?(?:e[+-]?\d+)?$/i;

/** Reads a time. @throws UserError('data') that names file and line when it is no number, or negative */
export function parseTime(path: string, line: number, word: string): number {
  const time = DECIMAL.test(word) ? Number(word) : Number.NaN;
  if (time >= 0 && Number.isFinite(time)) return time;
  throw labelFault(path, line, `${JSON.stringify(word)} is no time`);
}
