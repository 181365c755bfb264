/** Inspects a folder that zlm writes to, whether it exists or not. */
import { access, constants, lstat, readdir, statfs } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { isFolder, isThere } from '../storage/files.js';

/** The state of a folder. */
export interface FolderReport {
  /** Absolute; null when no folder is known. */
  readonly path: string | null;
  readonly exists: boolean;
  /** Files can be made in it, or the folder itself can be made. */
  readonly writable: boolean;
  /** Size of all files below it; 0 when it does not exist. */
  readonly bytes: number;
  /** Free space of its disk for an ordinary user; null when the system does not report it. */
  readonly freeBytes: number | null;
  /** The problem with it, or null. */
  readonly problem: string | null;
}

/** Inspects a folder without changing anything. */
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

/** Returns the folder itself, or the lowest one above it that exists. */
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

/** Sums the sizes of readable files: a file that vanishes meanwhile, or an unreadable folder, counts 0. */
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
