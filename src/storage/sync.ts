/**
 * Forcing files to the disk, where the file system can. Some cannot: network and shared folders refuse `fsync` of a
 * folder with EINVAL, FUSE file systems have no `fsync` at all. What was written is in the system's hands then, as it
 * is for every other program; only a loss of power in the next seconds could take it back.
 */
import { fsyncSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { fileErrorCode } from './file-error.js';

/** What a file system answers that has no `fsync`, or none for this kind of file. */
const NOT_OFFERED = ['EINVAL', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'ENOTTY', 'EBADF', 'EISDIR'];

/** A folder may be written without being read, and only a folder that can be read can be opened and synced. */
const NOT_ALLOWED = ['EACCES', 'EPERM'];

/**
 * Forces an open file to the disk.
 *
 * @throws the file system's error when the disk fails or is full
 */
export async function syncFile(handle: FileHandle): Promise<void> {
  await passingOver(NOT_OFFERED, () => handle.sync());
}

/** Does what {@link syncFile} does for a descriptor, before it returns. */
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
