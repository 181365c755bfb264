/** What lies in the cache is loaded and run, so it must be the user's own: nobody else may have written it. */
import { chmod, lstat, mkdir, stat } from 'node:fs/promises';
import { UserError } from '../../errors.js';

/** Permission bits by which others than the owner may write. */
const WRITABLE_BY_OTHERS = 0o022;

/**
 * Makes a folder that its owner alone can use, or takes the others' permissions away from one that is there.
 *
 * @throws UserError('data') when the folder belongs to somebody else, or its file system keeps no permissions
 * @throws Error of the file system
 */
export async function makePrivateFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { uid, mode } = await stat(folder);
  if (!isUser(uid)) throw new UserError('data', `${folder} belongs to another user`);
  if ((mode & 0o777) === 0o700) return;
  await chmod(folder, 0o700);
  // Some file systems take a change of permissions and make none.
  if (othersMayWrite(await stat(folder)))
    throw new UserError('data', `others can write to ${folder}: its file system keeps no permissions`);
}

/** Whether this is a file, not a link, that belongs to the user and that nobody else may write. */
export async function isUsersOwnFile(path: string): Promise<boolean> {
  const status = await lstat(path);
  return status.isFile() && isUser(status.uid) && !othersMayWrite(status);
}

/** Never so on Windows, which has no such permissions. */
function othersMayWrite({ mode }: { readonly mode: number }): boolean {
  return process.platform !== 'win32' && (mode & WRITABLE_BY_OTHERS) !== 0;
}

/** Always so on Windows, which has no numbers for users. */
function isUser(uid: number): boolean {
  return process.getuid === undefined || process.getuid() === uid;
}
