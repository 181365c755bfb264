/** Reads known files out of archives into memory. Nothing is ever written under a name from an archive. */
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { posix } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { createGunzip } from 'node:zlib';
import { extract, type Header } from 'tar-stream';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { UserError } from '../../errors.js';
import { describeFileError } from '../../storage/atomic-write.js';
import { type Candidate, isGzip, isZip, nameContent } from './wanted-file.js';

/** Limits against archive bombs. No honest archive of a text corpus reaches them. */
export interface ArchiveLimits {
  /** Largest file that is taken. */
  readonly fileBytes: number;
  /** Most bytes taken in all. */
  readonly takenBytes: number;
  /** Most bytes that the archive may unpack to, wanted or not. */
  readonly unpackedBytes: number;
}

const LIMITS: ArchiveLimits = { fileBytes: 64e6, takenBytes: 256e6, unpackedBytes: 4e9 };

/**
 * Returns the files of an archive that `wants` accepts by their base name. The kind of archive (zip, tar, gzipped tar)
 * is recognized by its contents. Folders inside the archive do not matter; links and devices are skipped.
 *
 * @throws UserError('data') when the file is not such an archive, is damaged or encrypted, or exceeds the limits
 */
export async function readArchive(
  path: string,
  wants: (baseName: string) => boolean,
  limits: ArchiveLimits = LIMITS,
): Promise<Candidate[]> {
  const candidates: Candidate[] = [];
  let taken = 0;
  const wantsEntry = (entry: ArchiveEntry) => {
    if (!wants(baseNameOf(entry))) return false;
    if (entry.size > limits.fileBytes)
      throw new ArchiveFault(`"${entry.path}" in it has ${entry.size} bytes, far too many`);
    taken += entry.size;
    if (taken > limits.takenBytes) throw new ArchiveFault(`the files in it are far larger than they can be`);
    return true;
  };
  const take = (entry: ArchiveEntry, content: Buffer) => {
    candidates.push({ name: baseNameOf(entry), origin: `${entry.path} in ${path}`, content });
  };
  try {
    const start = await firstBytes(path);
    if (isZip(start)) await walkZip(path, wantsEntry, take);
    else if (isGzip(start)) await walkTar(unpacked(path, limits.unpackedBytes), wantsEntry, take);
    else if (isTar(start)) await walkTar(createReadStream(path), wantsEntry, take);
    else
      throw new ArchiveFault(
        `it is ${nameContent(start) ?? 'neither a zip nor a tar archive, gzipped or not'}`,
      );
  } catch (error) {
    throw describeArchiveError(error, path);
  }
  return candidates;
}

function baseNameOf(entry: ArchiveEntry): string {
  return posix.basename(entry.path.replaceAll('\\', '/'));
}

async function* unpacked(path: string, limit: number): AsyncGenerator<Buffer> {
  const packed = createReadStream(path);
  const gunzip = createGunzip();
  packed.on('error', (error) => gunzip.destroy(error));
  try {
    yield* limited(packed.pipe(gunzip), limit);
  } finally {
    packed.destroy();
    gunzip.destroy();
  }
}

/** Passes on what an archive unpacks to. @throws ArchiveFault when it is more than `limit` bytes */
export async function* limited(chunks: AsyncIterable<Buffer>, limit: number): AsyncGenerator<Buffer> {
  let total = 0;
  for await (const chunk of chunks) {
    total += chunk.length;
    if (total > limit) throw new ArchiveFault(`it unpacks to more than ${limit} bytes`);
    yield chunk;
  }
}

async function firstBytes(path: string): Promise<Buffer> {
  const handle = await open(path);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(512), 0, 512, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

function isTar(start: Buffer): boolean {
  return start.length === 512 && start.subarray(257, 262).toString('latin1') === 'ustar';
}

/** Describes a failure to read an archive: a fault of its own, of its compression, or of the file system. */
export function describeArchiveError(error: unknown, path: string): unknown {
  const cures = ['Get the archive again, or unpack it yourself and name the folder.'];
  if (error instanceof ArchiveFault)
    return new UserError('data', `Cannot read ${path}: ${error.message}`, cures, { cause: error });
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  // zlib's own codes: Z_DATA_ERROR, Z_BUF_ERROR (cut off).
  if (code.startsWith('Z_'))
    return new UserError('data', `Cannot read ${path}: it is damaged or cut off`, cures, { cause: error });
  return describeFileError(error, path, 'read') ?? error;
}

/** Message of tar-stream for an archive that ends too early. */
const CUT_OFF = 'Unexpected end of data';

/**
 * Calls `wants` with each entry of a tar archive as it streams by, and `take` with the contents of those wanted.
 *
 * @param chunks the archive's bytes, decompressed
 * @throws ArchiveFault when it is cut off or not a tar archive
 */
export async function walkTar(
  chunks: AsyncIterable<Buffer>,
  wants: (entry: ArchiveEntry) => boolean,
  take: (entry: ArchiveEntry, content: Buffer) => void | Promise<void>,
): Promise<void> {
  const archive = extract();
  const source = Readable.from(chunks);
  source.on('error', (error) => archive.destroy(error));
  try {
    for await (const entry of source.pipe(archive)) {
      const facts = describe(entry.header);
      if (facts.isFile && wants(facts)) await take(facts, await buffer(entry));
      else entry.resume();
    }
  } catch (error) {
    throw describeTarError(error);
  } finally {
    source.destroy();
  }
}

function describe(header: Header): ArchiveEntry {
  const isFile = header.type === 'file' || header.type === 'contiguous-file';
  return { path: header.name, size: header.size ?? 0, isFile };
}

/**
 * Describes an error of tar-stream, which throws plain errors. Errors of the file system and of zlib have a code and
 * are described elsewhere.
 */
function describeTarError(error: unknown): unknown {
  if (!(error instanceof Error) || error.name !== 'Error' || 'code' in error) return error;
  if (error.message === CUT_OFF) return new ArchiveFault('it is cut off', { cause: error });
  return new ArchiveFault('it is damaged or not a tar archive', { cause: error });
}

/**
 * Calls `take` with the contents of the wanted files of a zip archive; yauzl checks sizes and sums.
 * @throws ArchiveFault when it is damaged or encrypted
 */
async function walkZip(
  path: string,
  wants: (entry: ArchiveEntry) => boolean,
  take: (entry: ArchiveEntry, content: Buffer) => void,
): Promise<void> {
  // Without decoding, names are not checked. A name such as "../x" would fail the whole archive, but is harmless: no file is written under it.
  const zip = await openPromise(path, { autoClose: false, decodeStrings: false }).catch(throwZipError);
  try {
    for await (const entry of zip.eachEntry()) {
      const facts = {
        path: entry.fileNameRaw.toString('utf8'),
        size: entry.uncompressedSize,
        isFile: isRegularFile(entry),
      };
      if (facts.isFile && wants(facts)) take(facts, await contentOf(zip, entry));
    }
  } catch (error) {
    return throwZipError(error);
  } finally {
    zip.close();
  }
}

// The upper half of the attributes is the Unix mode, when a Unix program made the entry.
function isRegularFile(entry: Entry): boolean {
  const type = (entry.externalFileAttributes >>> 16) & 0o170000;
  const isFolder = entry.fileNameRaw.at(-1) === '/'.charCodeAt(0);
  return !isFolder && (type === 0 || type === 0o100000);
}

async function contentOf(zip: ZipFile, entry: Entry): Promise<Buffer> {
  if (entry.isEncrypted()) throw new ArchiveFault('it is encrypted');
  return await buffer(await zip.openReadStreamPromise(entry));
}

/** Zip archives that are intact and still cannot be read, by yauzl's message. */
const UNSUPPORTED: readonly (readonly [message: RegExp, fault: string])[] = [
  [/^unsupported compression/, 'it is compressed in a way that zlm cannot read'],
  [/encrypt/, 'it is encrypted'],
  [/^multi-disk/, 'it is only one part of an archive of several files'],
];

// yauzl throws plain errors; errors of the file system have a code and are described elsewhere, as are our own.
function throwZipError(error: unknown): never {
  if (!(error instanceof Error) || error.name !== 'Error' || 'code' in error) throw error;
  const [, fault = 'it is damaged or cut off'] =
    UNSUPPORTED.find(([message]) => message.test(error.message)) ?? [];
  throw new ArchiveFault(fault, { cause: error });
}

export interface ArchiveEntry {
  /** As written in the archive: it may be absolute or climb with "..", so it is never a path to write to. */
  readonly path: string;
  /** Size of the contents in bytes, as the archive claims. */
  readonly size: number;
  /** False for folders, links, devices and everything else without contents of its own. */
  readonly isFile: boolean;
}

/** Fault of an archive, as the rest of a sentence "Cannot read x.tgz: …". */
export class ArchiveFault extends Error {
  override readonly name = 'ArchiveFault';
}
