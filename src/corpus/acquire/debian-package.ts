/** Reads files out of a Debian package: an ar archive whose member `data.tar.xz` has them. */
import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { createGunzip } from 'node:zlib';
import xz from 'xz-decompress';
import { ArchiveFault, describeArchiveError, limited, walkTar } from './archive.js';

/** A file of a package. */
export interface PackagedFile {
  /** Its path in the package: `usr/share/doc/x/copyright`. */
  readonly path: string;
  readonly content: Buffer;
}

/** Limits against archive bombs, which no package of texts reaches. */
const LARGEST_FILE = 16e6;
const UNPACKED_BYTES = 1e9;

const AR_MAGIC = '!<arch>\n';
const AR_HEADER_BYTES = 60;

/**
 * Returns the files of a package that `wants` accepts by their path, in the order of the package.
 *
 * @throws UserError('data') when the file is not a Debian package, is damaged, or exceeds the limits
 */
export async function readDebianPackage(
  path: string,
  wants: (path: string) => boolean,
): Promise<PackagedFile[]> {
  const files: PackagedFile[] = [];
  const take = (file: PackagedFile) => {
    files.push(file);
  };
  await walkDebianPackage(path, wants, take);
  return files;
}

/**
 * Calls `take` with one file of a package after the other, so that only one is in memory. See {@link readDebianPackage}.
 *
 * @param onBytes called with the number of bytes that were unpacked so far
 */
export async function walkDebianPackage(
  path: string,
  wants: (path: string) => boolean,
  take: (file: PackagedFile) => void | Promise<void>,
  onBytes: (bytes: number) => void = () => {},
): Promise<void> {
  try {
    const data = await findData(path);
    await walkTar(
      counted(limited(unpack(path, data), UNPACKED_BYTES), onBytes),
      (entry) => {
        if (!wants(plainPath(entry.path))) return false;
        if (entry.size > LARGEST_FILE)
          throw new ArchiveFault(`"${entry.path}" in it has ${entry.size} bytes, far too many`);
        return true;
      },
      (entry, content) => take({ path: plainPath(entry.path), content }),
    );
  } catch (error) {
    throw describeArchiveError(error, path);
  }
}

async function* counted(
  chunks: AsyncIterable<Buffer>,
  onBytes: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  let total = 0;
  for await (const chunk of chunks) {
    total += chunk.length;
    onBytes(total);
    yield chunk;
  }
}

/** Paths in packages begin with "./". */
function plainPath(path: string): string {
  return path.replace(/^\.\//, '');
}

/** The member with the files: its name, and its bytes in the package. */
interface Member {
  readonly name: string;
  readonly start: number;
  readonly bytes: number;
}

/** Finds the member that has the files. @throws ArchiveFault when there is none */
async function findData(path: string): Promise<Member> {
  const handle = await open(path);
  try {
    if ((await read(handle, 0, AR_MAGIC.length)) !== AR_MAGIC)
      throw new ArchiveFault('it is not a Debian package');
    for (let at = AR_MAGIC.length; ; ) {
      const header = await read(handle, at, AR_HEADER_BYTES);
      if (header.length < AR_HEADER_BYTES) throw new ArchiveFault('it has no member "data.tar"');
      const name = header.slice(0, 16).trim().replace(/\/$/, '');
      const size = /^\d+ *$/.exec(header.slice(48, 58));
      if (!header.endsWith('`\n') || !size) throw new ArchiveFault('it is damaged');
      const bytes = Number(size[0]);
      const start = at + AR_HEADER_BYTES;
      if (name.startsWith('data.tar')) return { name, start, bytes };
      // Members begin at even places.
      at = start + bytes + (bytes % 2);
    }
  } finally {
    await handle.close();
  }
}

async function read(handle: FileHandle, position: number, length: number): Promise<string> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, position);
  return buffer.toString('latin1', 0, bytesRead);
}

/** Yields the tar archive in a member, decompressed. */
async function* unpack(path: string, { name, start, bytes }: Member): AsyncGenerator<Buffer> {
  const decompress = DECOMPRESS[name];
  if (decompress === undefined)
    throw new ArchiveFault(`its member "${name}" is compressed in a way that zlm cannot read`);
  if (bytes === 0) throw new ArchiveFault(`its member "${name}" is empty`);
  const packed = createReadStream(path, { start, end: start + bytes - 1 });
  try {
    yield* decompress(packed);
  } finally {
    packed.destroy();
  }
}

/** Decompresses the member with the files, by its name. */
const DECOMPRESS: Readonly<Record<string, (packed: Readable) => AsyncIterable<Buffer>>> = {
  'data.tar': (packed) => packed,
  'data.tar.gz': (packed) => {
    const gunzip = createGunzip();
    packed.on('error', (error) => gunzip.destroy(error));
    return packed.pipe(gunzip);
  },
  'data.tar.xz': unpackXz,
};

async function* unpackXz(packed: Readable): AsyncGenerator<Buffer> {
  const unpacked = new xz.XzReadableStream(Readable.toWeb(packed) as unknown as globalThis.ReadableStream);
  try {
    for await (const chunk of unpacked as unknown as ReadableStream<Uint8Array>) yield Buffer.from(chunk);
  } catch (error) {
    // The decoder throws errors of several kinds, on some damage TypeErrors of its own; those of the file system have a code.
    if (error instanceof Error && 'code' in error) throw error;
    throw new ArchiveFault('it is damaged or cut off', { cause: error });
  }
}
