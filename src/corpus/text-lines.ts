/** Lines of a text that is read once, from a file or from standard input. */
import { createReadStream } from 'node:fs';
import { addAbortSignal, type Readable } from 'node:stream';
import { describeFileError } from '../storage/file-error.js';
import { STANDARD_INPUT, STANDARD_INPUT_PATH } from './build/source-files.js';
import { type TextForm, textBlocks, textLines } from './build/text-blocks.js';

/** A text to be read line by line. */
export interface LineSource {
  /** Its name in messages: a path, or "standard input". */
  readonly name: string;
  /** The lines without their ends, once. */
  readonly lines: AsyncIterable<string>;
}

/**
 * Opens a text. A line ends with LF, CR LF or CR; a last line without an end counts too, and so does an empty line.
 *
 * @param path          of a file or a pipe; "-" is `standardInput`
 * @param form          how the lines will become tokens: it decides where a line without white space may be cut
 * @param signal        ends the reading, also while it waits for more
 * @returns lines that throw UserError('data') when the text cannot be read or is not UTF-8
 */
export function openLines(
  path: string,
  standardInput: Readable,
  form: TextForm,
  signal: AbortSignal,
): LineSource {
  const isStandardInput = path === STANDARD_INPUT_PATH;
  const name = isStandardInput ? STANDARD_INPUT : path;
  const stream = isStandardInput ? standardInput : createReadStream(path, { highWaterMark: 2 ** 18 });
  const chunks = async function* (): AsyncGenerator<Buffer> {
    try {
      for await (const chunk of addAbortSignal(signal, stream)) yield Buffer.from(chunk);
    } catch (error) {
      signal.throwIfAborted();
      throw describeFileError(error, name, 'read') ?? error;
    }
  };
  const blocks = textBlocks({ name, bytes: 0, chunks }, form, { formIsGiven: true });
  return { name, lines: textLines(blocks) };
}
