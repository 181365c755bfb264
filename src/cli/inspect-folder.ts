/** What there is to know about a folder that zlm writes to, whether it exists yet or not. */
import { access, constants, lstat, readdir, statfs } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { isFolder, isThere } from '../storage/files.js';

/** The state of a folder. */
export interface FolderReport {
  /** Absolute; null where no folder is known. */
  readonly path: string | null;
  readonly exists: boolean;
  /** Whether files can be made in it, or the folder itself can be made when it does not exist. */
  readonly writable: boolean;
  /** Size of all files below it; 0 when it does not exist. */
  readonly bytes: number;
  /** Free space of its disk for an ordinary user; null when the system does not say. */
  readonly freeBytes: number | null;
  /** What is wrong with it, if anything. */
  readonly problem: string | null;
}

/** Looks at a folder without changing anything. */
export async function inspectFolder(folder: string): Promise<FolderReport> {
  const path = resolve(folder);
  const existing = await nearestExisting(path);
  const [writable, isAFolder, freeBytes] = await Promise.all([
    isWritable(existing),
    isFolder(existing),
    freeSpace(existing),
  ]);
  const exists = existing === path;
  return {
    path,
    exists,
    writable: writable && isAFolder,
    bytes: exists && isAFolder ? await sizeBelow(path) : 0,
    freeBytes,
    problem: problemOf(existing, isAFolder, writable),
  };
}

function problemOf(existing: string, isAFolder: boolean, writable: boolean): string | null {
  if (!isAFolder) return `${existing} is not a folder`;
  return writable ? null : `${existing} is not writable`;
}

/** The folder itself, or the lowest above it that is there; the root when that cannot be seen either. */
async function nearestExisting(path: string): Promise<string> {
  if (path === dirname(path) || (await isThere(path))) return path;
  return nearestExisting(dirname(path));
}

async function isWritable(path: string): Promise<boolean> {
  return access(path, constants.W_OK).then(
    () => true,
    () => false,
  );
}

async function freeSpace(path: string): Promise<number | null> {
  return statfs(path).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => null,
  );
}

/** Counts what it may read: a file that vanishes meanwhile, or a closed folder, counts nothing. */
async function sizeBelow(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const sizes = entries.map(async (entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sizeBelow(path);
    return lstat(path).then(
      ({ size }) => size,
      () => 0,
    );
  });
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
