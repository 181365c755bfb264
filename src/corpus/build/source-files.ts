/** The files that a corpus is made from. Standard input can be read only once, so it is copied to a private file first. */

import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { stopIfAborted, UserError } from '../../errors.js';
import { describeFileError } from '../../storage/file-error.js';
import { sha256File } from '../../storage/file-identity.js';
import type { SourceFile } from '../manifest-record.js';

/**
 * Returns name, size and hash of a file that a corpus is made from.
 *
 * @throws UserError('data') when it cannot be read
 */
export async function identifyFile(path: string): Promise<SourceFile> {
  try {
    const { size } = await stat(path);
    return { name: basename(path), bytes: size, sha256: await sha256File(path) };
  } catch (error) {
    throw describeFileError(error, path, 'read') ?? error;
  }
}

/** Path that means standard input. */
export const STANDARD_INPUT_PATH = '-';

/** Name of standard input in messages and manifests. */
export const STANDARD_INPUT = 'standard input';

/**
 * Copies a stream into a file that only this user can read.
 *
 * @param folder an empty folder
 * @returns the path of the copy, and its size and hash
 * @throws UserError('data') when the stream is empty, or the file cannot be written
 * @throws UserError('interrupted') when the signal fires
 */
export async function keepStandardInput(
  stream: Readable,
  folder: string,
  signal: AbortSignal | undefined,
): Promise<{ path: string; file: SourceFile }> {
  const path = join(folder, '.standard-input.tmp');
  const hash = createHash('sha256');
  let bytes = 0;
  const measured = async function* (source: AsyncIterable<Buffer>) {
    for await (const chunk of source) {
      hash.update(chunk);
      bytes += chunk.length;
      yield chunk;
    }
  };
  try {
    await pipeline(stream, measured, createWriteStream(path, { flags: 'wx', mode: 0o600 }), { signal });
  } catch (error) {
    stopIfAborted(signal);
    throw describeFileError(error, path, 'write') ?? error;
  }
  if (bytes === 0) {
    throw new UserError('data', 'Standard input is empty', [
      'Give it text, as in `cat a.txt b.txt | zlm prepare text NAME --text -`, or name a file.',
    ]);
  }
  return { path, file: { name: STANDARD_INPUT, bytes, sha256: hash.digest('hex') } };
}
