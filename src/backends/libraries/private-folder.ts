/**
 * Folders and files that no other user can change. Libraries in the cache are loaded and run, so no one else may write the file
 * or its folder, or rename a folder above and replace it.
 */
import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats } from 'node:fs';
import { chmod, lstat, readdir, readFile, realpath } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { dirname } from 'node:path';
import { UserError } from '../../errors.js';
import { shellWord } from '../../shell-word.js';
import { makeFolder } from '../../storage/files.js';

/** Permission bits that let the group, and all others, write. */
const [GROUP_WRITES, ALL_WRITE] = [0o020, 0o002];

/** Permission bit of a folder like `/tmp`, where only the owner of an entry, the owner of the folder, or root may rename it. */
const STICKY = 0o1000;

/** A checked file. The descriptor refers to the content that was read, whatever happens to the name. */
export interface OwnFile {
  /** Open until the process ends. */
  readonly descriptor: number;
  readonly content: Buffer;
}

/**
 * Makes a folder in which no one else can add, rename or replace anything. Removes the others' permissions from an existing one
 * that contains only entries that `isOurs` accepts.
 *
 * @param isOurs returns whether zlm makes entries of this name
 * @returns its path without symbolic links
 * @throws UserError('data') with the name of the folder, this or one above it, in which others could
 */
export async function makePrivateFolder(folder: string, isOurs: (name: string) => boolean): Promise<string> {
  await makeFolder(folder, 0o700);
  const path = await realpath(folder);
  const status = await lstat(path);
  if (isUser(status.uid) && (await othersMayWrite(status)) && (await readdir(path)).every(isOurs)) {
    await chmod(path, 0o700);
    // Some file systems accept a change of permissions and ignore it.
    if (await othersMayWrite(await lstat(path)))
      throw new UserError('data', `Others can write to ${path}: its file system does not store permissions`);
  }
  return await checkPrivateFolder(path);
}

/**
 * Checks that no one else can add, rename or replace anything in a folder: it belongs to the user, the folders above belong to
 * the user or the system, and no one else may write to any of them. A sticky folder above (`/tmp`) may be writable, since
 * others can change only their own entries in it.
 *
 * @returns its path without symbolic links
 * @throws UserError('data') with the name of the folder in which others could
 */
export async function checkPrivateFolder(folder: string): Promise<string> {
  const path = await realpath(folder);
  if (process.platform === 'win32') return path;
  // From the root down: others can no longer replace a folder below a checked one.
  for (const above of foldersDownTo(path)) {
    const status = await lstat(above);
    const isLast = above === path;
    if (!status.isDirectory()) throw new UserError('data', `${above} was replaced while it was checked`);
    if (!isUser(status.uid) && (isLast || !(await isSystem(status.uid))))
      throw new UserError(
        'data',
        `${above} belongs to another user${isLast ? '' : ', who could replace the cache below it'}`,
      );
    const isGuarded = !isLast && (status.mode & STICKY) !== 0;
    if (!isGuarded && (await othersMayWrite(status))) {
      const cure = `remove the permission with \`chmod go-w ${shellWord(above)}\``;
      throw new UserError('data', `Others can write to ${above}: ${cure}`);
    }
  }
  return path;
}

/**
 * Opens and reads a file, not a link, that belongs to the user and that no one else may write.
 *
 * @returns null for any other file, and for none
 */
export async function openOwnFile(path: string): Promise<OwnFile | null> {
  const descriptor = tryToOpen(path);
  if (descriptor === null) return null;
  try {
    const status = fstatSync(descriptor);
    const isOwn = status.isFile() && isUser(status.uid) && !(await othersMayWrite(status));
    if (isOwn) return { descriptor, content: readFileSync(descriptor) };
  } catch {
    // An unreadable file is no better than none.
  }
  closeSync(descriptor);
  return null;
}

function tryToOpen(path: string): number | null {
  try {
    // Windows has neither O_NOFOLLOW nor permissions to check. O_NONBLOCK, so that a pipe does not block.
    return openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  } catch {
    return null;
  }
}

/** "/a/b" → "/", "/a", "/a/b". */
function foldersDownTo(path: string): string[] {
  const parent = dirname(path);
  return parent === path ? [path] : [...foldersDownTo(parent), path];
}

/** Returns whether others may write; false on Windows, which has no such permissions. */
async function othersMayWrite({ mode, gid }: Stats): Promise<boolean> {
  if (process.platform === 'win32') return false;
  if ((mode & ALL_WRITE) !== 0) return true;
  return (mode & GROUP_WRITES) !== 0 && !(await isPrivateGroup(gid));
}

/** Returns whether a user number is this user's; true on Windows, which has none. */
function isUser(uid: number): boolean {
  return process.getuid === undefined || process.getuid() === uid;
}

/**
 * Returns whether a user number is root's, or represents root: in a user namespace without root (Apptainer, bubblewrap) root's
 * folders belong to the "overflow" user. So do the folders of any other user outside, which cannot be distinguished.
 */
async function isSystem(uid: number): Promise<boolean> {
  if (uid === 0) return true;
  const read = (path: string) => readFile(path, 'utf8').catch(() => '');
  const overflow = await read('/proc/sys/kernel/overflowuid');
  if (overflow.trim() !== String(uid)) return false;
  // Each line has the first number inside, the first number outside, and the count.
  const ranges = (await read('/proc/self/uid_map')).trim().split('\n');
  const isMapped = ranges.some((line) => {
    const [first, , count] = line.trim().split(/\s+/).map(Number);
    return uid >= first && uid < first + count;
  });
  return !isMapped;
}

/**
 * Returns whether a group belongs to this user alone. Most Linux systems give each user such a group, with a umask that lets it
 * write. Only local files are consulted: a group from a network directory counts as shared.
 */
async function isPrivateGroup(gid: number): Promise<boolean> {
  if (process.getgid?.() !== gid) return false;
  try {
    const { username, uid } = userInfo();
    const lines = async (path: string) =>
      (await readFile(path, 'utf8')).split('\n').map((line) => line.split(':'));
    const group = (await lines('/etc/group')).find(([, , number]) => number === String(gid));
    if (!group) return false;
    const members = (group[3] ?? '').split(',').filter((member) => member !== '' && member !== username);
    const others = (await lines('/etc/passwd')).filter(
      ([, , number, own]) => own === String(gid) && number !== String(uid),
    );
    return members.length === 0 && others.length === 0;
  } catch {
    return false;
  }
}
