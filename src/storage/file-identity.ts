/** Identity of contents: SHA-256 hashes, and the state of a file without reading it. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { describeFileError } from './file-error.js';

/** Returns the SHA-256 of a text (as UTF-8) or of bytes, in lower-case hex. */
export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

const CHUNK_BYTES = 2 ** 20;

/** Hooks while a large file is hashed. */
export interface HashOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called with the number of bytes hashed so far, about once per megabyte. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

/**
 * Returns the SHA-256 of a file in lower-case hex. The file is read in pieces, so it may have any size.
 *
 * @throws UserError('data') when the file cannot be read; the signal's reason when it is aborted
 */
export async function sha256File(path: string, { signal, onBytes }: HashOptions = {}): Promise<string> {
  const hash = createHash('sha256');
  let done = 0;
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES })) {
      signal?.throwIfAborted();
      hash.update(chunk);
      done += chunk.length;
      onBytes?.(done);
    }
  } catch (error) {
    throw describeFileError(error, path, 'read') ?? error;
  }
  return hash.digest('hex');
}

/** State of a file. */
export interface FileState {
  readonly bytes: number;
  /**
   * Size, times of change and inode. Equal texts mean equal content: every write and every replacement changes the
   * text, except a write within the same tick of the file system's clock (see `settled`).
   */
  readonly identity: string;
  /** Whether the last change is so old that another change would get another time. */
  readonly settled: boolean;
}

/** The coarsest clock of a file system in use (FAT) counts two seconds. */
const COARSEST_TICK_MS = 2000;

/**
 * Reads the state of a file.
 *
 * @throws the error of the file system
 */
export async function fileState(path: string): Promise<FileState> {
  const { size, mtimeNs, ctimeNs, ino } = await stat(path, { bigint: true });
  const changed = Number((mtimeNs > ctimeNs ? mtimeNs : ctimeNs) / 1_000_000n);
  return {
    bytes: Number(size),
    identity: [size, mtimeNs, ctimeNs, ino].join('-'),
    settled: Date.now() - changed > COARSEST_TICK_MS,
  };
}
