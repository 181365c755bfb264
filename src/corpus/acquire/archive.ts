/** Takes known files out of archives, into memory: nothing is ever written under a name from an archive. */
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { posix } from 'node:path';
import { createGunzip } from 'node:zlib';
import { UserError } from '../../errors.js';
import { describeFileError } from '../../storage/atomic-write.js';
import { type ArchiveEntry, ArchiveFault } from './archive-entry.js';
import { walkTar } from './tar.js';
import { type Candidate, isGzip, isZip, nameContent } from './wanted-file.js';
import { walkZip } from './zip.js';

/** Bounds that no honest archive of a text corpus reaches; an archive bomb does. */
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
 * The files of an archive that `wants` accepts by their base name. The kind of archive (zip, tar, gzipped tar) is
 * told by its contents. Folders inside the archive do not matter; links and devices are passed over.
 *
 * @throws UserError('data') when the file is no such archive, is damaged or encrypted, or exceeds the limits
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
  let total = 0;
  try {
    for await (const chunk of packed.pipe(gunzip)) {
      total += chunk.length;
      if (total > limit) throw new ArchiveFault(`it unpacks to more than ${limit} bytes`);
      yield chunk;
    }
  } finally {
    packed.destroy();
    gunzip.destroy();
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

function describeArchiveError(error: unknown, path: string): unknown {
  const cures = ['Get the archive again, or unpack it yourself and name the folder.'];
  if (error instanceof ArchiveFault)
    return new UserError('data', `Cannot read ${path}: ${error.message}`, cures, { cause: error });
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  // zlib's own codes: Z_DATA_ERROR, Z_BUF_ERROR (cut off).
  if (code.startsWith('Z_'))
    return new UserError('data', `Cannot read ${path}: it is damaged or cut off`, cures, { cause: error });
  return describeFileError(error, path, 'read') ?? error;
}
