/**
 * Atomic writes: files and folders are whole or absent, whenever the process dies. Everything is written under a
 * temporary name, forced to the disk where the file system can do it, and then renamed.
 */

import { fsyncSync } from 'node:fs';
import { type FileHandle, open, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describeFileError, fileErrorCode } from './file-error.js';
import { makeFolder } from './files.js';
import { removeLeftovers, temporaryPath } from './temporary.js';

export { describeFileError } from './file-error.js';

/**
 * Writes a file so that a reader, or a crash at any moment, finds the old content or the new, never a part: temporary
 * file beside the target, fsync, rename, fsync of the folder. Parent folders are created; a symbolic link at `path` is
 * replaced, not followed. Temporary files of killed writers of the same target are removed.
 *
 * @param data text (as UTF-8), bytes, or pieces of bytes that are written one after the other
 * @throws UserError('data') naming `path` when the disk is full or the folder cannot be written
 */
export async function writeFileAtomically(
  path: string,
  data: string | Uint8Array | Iterable<Uint8Array>,
): Promise<void> {
  const folder = dirname(path);
  const temp = temporaryPath(path);
  try {
    await makeFolder(folder);
    await removeLeftovers(path);
    await writeAndSync(temp, data);
    await rename(temp, path);
    await syncFolder(folder);
  } catch (error) {
    await rm(temp, { force: true }).catch(() => {});
    throw describeFileError(error, path, 'write') ?? error;
  }
}

/**
 * Renames a finished folder to `target`, replacing an older folder. Its files are forced to the disk first. The older
 * folder is moved aside before the rename and removed after it: a crash between the two leaves no folder of that name,
 * never a mixture.
 *
 * @param temp the finished folder, on the same file system as `target`
 * @param target its new name; parent folders are created
 * @throws UserError('data') naming `target` when it is a file or cannot be replaced
 */
export async function replaceFolderAtomically(temp: string, target: string): Promise<void> {
  const parent = dirname(target);
  try {
    await makeFolder(parent);
    await syncTree(temp);
    await renameReplacing(temp, target, temporaryPath(target));
    await syncFolder(parent);
    await removeLeftovers(target);
  } catch (error) {
    throw describeFileError(error, target, 'write') ?? error;
  }
}

async function renameReplacing(temp: string, target: string, aside: string): Promise<void> {
  try {
    await rename(temp, target);
    return;
  } catch (error) {
    // A rename can only replace an empty folder.
    if (!['ENOTEMPTY', 'EEXIST'].includes(fileErrorCode(error) ?? '')) throw error;
  }
  await rename(target, aside);
  try {
    await rename(temp, target);
  } catch (error) {
    await rename(aside, target);
    throw error;
  }
  await rm(aside, { recursive: true, force: true });
}

async function writeAndSync(path: string, data: string | Uint8Array | Iterable<Uint8Array>): Promise<void> {
  const handle = await open(path, 'wx');
  try {
    await writeFile(handle, data);
    await syncFile(handle);
  } finally {
    await handle.close();
  }
}

async function syncTree(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await syncTree(path);
    else if (entry.isFile()) await syncPath(path);
  }
  await syncFolder(folder);
}

/**
 * Error codes of file systems that have no `fsync`, or none for this kind of file: network and shared folders refuse it
 * for folders (EINVAL), FUSE file systems do not have it. The operating system then writes the data on its own
 * schedule; only a loss of power in the next seconds could lose it.
 */
const NOT_OFFERED = ['EINVAL', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'ENOTTY', 'EBADF', 'EISDIR'];

/** A folder can be writable without being readable, but only a readable folder can be opened and synced. */
const NOT_ALLOWED = ['EACCES', 'EPERM'];

/**
 * Forces an open file to the disk.
 *
 * @throws the file system's error when the disk fails or is full
 */
export async function syncFile(handle: FileHandle): Promise<void> {
  await passingOver(NOT_OFFERED, () => handle.sync());
}

/** Forces an open file to the disk, synchronously. */
export function syncDescriptor(descriptor: number): void {
  try {
    fsyncSync(descriptor);
  } catch (error) {
    if (!NOT_OFFERED.includes(fileErrorCode(error) ?? '')) throw error;
  }
}

/** Forces a closed file to the disk. */
export async function syncPath(path: string): Promise<void> {
  // Windows syncs only what is open for writing.
  await syncOpened(path, process.platform === 'win32' ? 'r+' : 'r');
}

/** Forces the names in a folder to the disk. */
export async function syncFolder(folder: string): Promise<void> {
  // Windows cannot open a folder; there the rename itself is durable.
  if (process.platform === 'win32') return;
  await passingOver([...NOT_OFFERED, ...NOT_ALLOWED], () => syncOpened(folder, 'r'));
}

async function syncOpened(path: string, flags: string): Promise<void> {
  const handle = await open(path, flags);
  try {
    await syncFile(handle);
  } finally {
    await handle.close();
  }
}

async function passingOver(codes: readonly string[], work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!codes.includes(fileErrorCode(error) ?? '')) throw error;
  }
}
