/** Identity of contents: SHA-256 hashes, and the state of a file without reading it. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { describeFileError } from './file-error.js';

/** SHA-256 of a text (as UTF-8) or of bytes, in lower-case hex. */
export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

const CHUNK_BYTES = 2 ** 20;

/** What a caller may ask of the hashing of a large file. */
export interface HashOptions {
  readonly signal?: AbortSignal | undefined;
  /** Told the number of bytes hashed so far, about once a megabyte. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

/**
 * SHA-256 of a file in lower-case hex, read in pieces, so that its size does not matter.
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

/** A file as it is now. */
export interface FileState {
  readonly bytes: number;
  /**
   * Size, times of change and inode. An equal text means equal content: every write and every replacement changes one of
   * them, except a write within the same tick of the file system's clock (see `settled`).
   */
  readonly identity: string;
  /** Whether the last change is so long ago that a further one would get another time. */
  readonly settled: boolean;
}

/** The coarsest clock of a file system in use (FAT) counts two seconds. */
const COARSEST_TICK_MS = 2000;

/** @throws the error of the file system */
export async function fileState(path: string): Promise<FileState> {
  const { size, mtimeNs, ctimeNs, ino } = await stat(path, { bigint: true });
  const changed = Number((mtimeNs > ctimeNs ? mtimeNs : ctimeNs) / 1_000_000n);
  return {
    bytes: Number(size),
    identity: [size, mtimeNs, ctimeNs, ino].join('-'),
    settled: Date.now() - changed > COARSEST_TICK_MS,
  };
}
