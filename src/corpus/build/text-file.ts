import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { UserError } from '../../errors.js';
import { describeFileError } from '../../storage/atomic-write.js';

const CHUNK_BYTES = 2 ** 20;

/** What a reading may be told. */
export interface ReadOptions {
  readonly signal?: AbortSignal | undefined;
  /** Told the number of bytes read so far, about once a megabyte. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

/**
 * Size and time of change of a text file.
 * @throws UserError('data') when it is missing, no regular file, or empty
 */
export async function statTextFile(path: string): Promise<{ size: number; mtimeMs: number }> {
  let facts: Awaited<ReturnType<typeof stat>>;
  try {
    facts = await stat(path);
  } catch (error) {
    throw describeFileError(error, path, 'read') ?? error;
  }
  if (!facts.isFile()) {
    throw new UserError('data', `${path} is not a regular file`, [
      'Name a text file on disk: it is read more than once, so a folder or a pipe cannot serve.',
    ]);
  }
  if (facts.size === 0) throw new UserError('data', `${path} is empty`, ['Name a file with text in it.']);
  return facts;
}

/** The bytes from `start` up to, not including, `end`, a megabyte at a time. */
export async function* readChunks(
  path: string,
  { start, end }: { start: number; end: number },
): AsyncGenerator<Buffer> {
  if (start === end) return;
  try {
    yield* createReadStream(path, { start, end: end - 1, highWaterMark: CHUNK_BYTES });
  } catch (error) {
    throw describeFileError(error, path, 'read') ?? error;
  }
}
