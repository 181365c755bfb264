// Files and folders that are whole or absent, whenever the process dies: everything is written under a
// temporary name, forced to the disk, and only then given its real name.
import { open, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describeFileError, fileErrorCode } from './file-error.js';
import { makeFolder } from './make-folder.js';
import { syncFile, syncFolder, syncPath } from './sync.js';
import { removeLeftovers, temporaryPath } from './temporary.js';

export { describeFileError } from './file-error.js';

/**
 * Writes a file so that a reader, or a crash at any moment, finds the old content or the new, never a part:
 * temporary file beside the target, fsync, rename, fsync of the folder. Parent folders are created; a
 * symbolic link at `path` is replaced, not followed. Temporary files that killed writers of the same target
 * left behind are removed.
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
 * Gives a finished folder its real name, replacing an older one. The files in it are forced to the disk
 * first. An older folder is moved aside before and removed after, so a crash between the two renames leaves no
 * folder of that name, never a mixture.
 *
 * @param temp   the finished folder, on the same file system as `target`
 * @param target the name it is to have; its parent folders are created
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
    // The system renames onto nothing or an empty folder only.
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
