/** Texts that a corpus is made from: files, plain or gzip, and text in memory. */
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { pipeline, Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createGunzip } from 'node:zlib';
import { stopIfAborted, UserError } from '../../errors.js';
import { describeFileError, fileErrorCode } from '../../storage/file-error.js';

const CHUNK_BYTES = 2 ** 20;

const GZIP_MAGIC = Buffer.from([0x1f, 0x8b]);

/** Hooks while a text is read. */
export interface ReadOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called with the number of bytes read so far, about once per megabyte. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

/** A text that can be read repeatedly and is the same each time. */
export interface Text {
  /** Name in messages: a path, or "standard input". */
  readonly name: string;
  /** Its stored size, in the unit of `onBytes`; a compressed text is longer. */
  readonly bytes: number;
  /** Whether it is stored as a gzip file. */
  readonly isGzip?: boolean;
  /** Yields its bytes, decompressed, about a megabyte at a time. */
  chunks(options?: ReadOptions): AsyncGenerator<Buffer>;
}

/**
 * Returns the text in a file. A gzip file is recognized by its first two bytes and decompressed while it is read.
 *
 * @param path a file on disk; it is read more than once
 * @param name its name in messages
 * @throws UserError('data') when it is missing, empty, or not a regular file
 */
export async function fileText(path: string, name = path): Promise<Text> {
  const before = await statFile(path, name);
  const isGzip = (await firstBytes(path, name, GZIP_MAGIC.length)).equals(GZIP_MAGIC);
  return {
    name,
    bytes: before.size,
    isGzip,
    async *chunks(options = {}) {
      const raw = rawChunks(path, name, options);
      yield* isGzip ? decompressed(raw, name) : raw;
      const after = await statFile(path, name);
      if (after.size === before.size && after.mtimeMs === before.mtimeMs) return;
      throw new UserError('data', `${name} was changed while it was being read`, [
        'Run the same command again when no other program writes to the file.',
      ]);
    },
  };
}

/** Returns a text whose bytes are in memory. */
export function memoryText(name: string, bytes: Buffer): Text {
  return {
    name,
    bytes: bytes.length,
    async *chunks({ signal, onBytes } = {}) {
      for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
        stopIfAborted(signal);
        const chunk = bytes.subarray(at, at + CHUNK_BYTES);
        yield chunk;
        onBytes?.(at + chunk.length);
        await nextTurn();
      }
    },
  };
}

async function statFile(path: string, name: string): Promise<{ size: number; mtimeMs: number }> {
  let facts: Awaited<ReturnType<typeof stat>>;
  try {
    facts = await stat(path);
  } catch (error) {
    throw describeFileError(error, name, 'read') ?? error;
  }
  if (!facts.isFile()) {
    throw new UserError('data', `${name} is not a regular file`, [
      'Name a text file on disk; the output of another program is read from standard input: --text -',
    ]);
  }
  if (facts.size === 0) throw new UserError('data', `${name} is empty`, ['Name a file with text in it.']);
  return facts;
}

async function firstBytes(path: string, name: string, count: number): Promise<Buffer> {
  try {
    const handle = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(count), 0, count, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw describeFileError(error, name, 'read') ?? error;
  }
}

async function* rawChunks(
  path: string,
  name: string,
  { signal, onBytes }: ReadOptions,
): AsyncGenerator<Buffer> {
  let read = 0;
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES })) {
      stopIfAborted(signal);
      yield chunk;
      read += chunk.length;
      onBytes?.(read);
    }
  } catch (error) {
    throw describeFileError(error, name, 'read') ?? error;
  }
}

async function* decompressed(raw: AsyncGenerator<Buffer>, name: string): AsyncGenerator<Buffer> {
  // Errors reach the reader of the last stream; the empty callback keeps them from being unhandled too.
  const unzipped = pipeline(Readable.from(raw), createGunzip({ chunkSize: CHUNK_BYTES }), () => {});
  try {
    yield* unzipped;
  } catch (error) {
    if (fileErrorCode(error)?.startsWith('Z_')) {
      throw new UserError('data', `${name} is a gzip file that is damaged or cut off`, [
        'Get the file again, then run the same command.',
      ]);
    }
    throw error;
  }
}
