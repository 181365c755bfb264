/**
 * What lies in the cache is loaded and run, so nobody else may have a say in it: not who may write the file or its folder,
 * and not who may rename a folder above and put another in its place.
 */
import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats } from 'node:fs';
import { chmod, lstat, readdir, readFile, realpath } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { dirname } from 'node:path';
import { UserError } from '../../errors.js';
import { shellWord } from '../../shell-word.js';
import { makeFolder } from '../../storage/files.js';

/** Permission bits by which the group, and all others, may write. */
const [GROUP_WRITES, ALL_WRITE] = [0o020, 0o002];

/** In such a folder only the owner of an entry, of the folder, or root may rename and remove it: `/tmp`. */
const STICKY = 0o1000;

/** A file that was checked: what the descriptor leads to is what was read, whatever happens to the name since. */
export interface OwnFile {
  /** Open until the process ends. */
  readonly descriptor: number;
  readonly content: Buffer;
}

/**
 * Makes a folder in which nobody else can put, rename or replace anything, or takes the others' permissions away from one
 * that is there and holds nothing but what `isOurs`.
 *
 * @param isOurs whether the name of an entry is of our making
 * @returns its path without symbolic links
 * @throws UserError('data') that names the folder, it or one above it, in which others could
 */
export async function makePrivateFolder(folder: string, isOurs: (name: string) => boolean): Promise<string> {
  await makeFolder(folder, 0o700);
  const path = await realpath(folder);
  const status = await lstat(path);
  if (isUser(status.uid) && (await othersMayWrite(status)) && (await readdir(path)).every(isOurs)) {
    await chmod(path, 0o700);
    // Some file systems take a change of permissions and make none.
    if (await othersMayWrite(await lstat(path)))
      throw new UserError('data', `others can write to ${path}: its file system keeps no permissions`);
  }
  return await checkPrivateFolder(path);
}

/**
 * Checks that nobody else can put, rename or replace anything in a folder: it is the user's, those above are the user's or
 * the system's, and no others may write to any of them. Only where a folder is sticky (`/tmp`) may others write above it:
 * they can then not touch what is not theirs.
 *
 * @returns its path without symbolic links
 * @throws UserError('data') that names the folder in which others could
 */
export async function checkPrivateFolder(folder: string): Promise<string> {
  const path = await realpath(folder);
  if (process.platform === 'win32') return path;
  // From the root down: a folder below one that was checked can no longer be exchanged by others.
  for (const above of foldersDownTo(path)) {
    const status = await lstat(above);
    const isLast = above === path;
    if (!status.isDirectory()) throw new UserError('data', `${above} was exchanged while it was checked`);
    if (!isUser(status.uid) && (isLast || !(await isSystem(status.uid))))
      throw new UserError(
        'data',
        `${above} belongs to another user${isLast ? '' : ', who could exchange the cache below it'}`,
      );
    const isGuarded = !isLast && (status.mode & STICKY) !== 0;
    if (!isGuarded && (await othersMayWrite(status))) {
      const cure = `take the permission away with \`chmod go-w ${shellWord(above)}\``;
      throw new UserError('data', `others can write to ${above}: ${cure}`);
    }
  }
  return path;
}

/**
 * Opens and reads a file, not a link, that belongs to the user and that nobody else may write.
 *
 * @returns null for any other, and where there is none
 */
export async function openOwnFile(path: string): Promise<OwnFile | null> {
  const descriptor = tryToOpen(path);
  if (descriptor === null) return null;
  try {
    const status = fstatSync(descriptor);
    const isOwn = status.isFile() && isUser(status.uid) && !(await othersMayWrite(status));
    if (isOwn) return { descriptor, content: readFileSync(descriptor) };
  } catch {
    // It cannot be read: as good as none.
  }
  closeSync(descriptor);
  return null;
}

function tryToOpen(path: string): number | null {
  try {
    // Windows has no O_NOFOLLOW, and no permissions to be checked either. A pipe must not be waited for.
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

/** Never so on Windows, which has no such permissions. */
async function othersMayWrite({ mode, gid }: Stats): Promise<boolean> {
  if (process.platform === 'win32') return false;
  if ((mode & ALL_WRITE) !== 0) return true;
  return (mode & GROUP_WRITES) !== 0 && !(await isPrivateGroup(gid));
}

/** Always so on Windows, which has no numbers for users. */
function isUser(uid: number): boolean {
  return process.getuid === undefined || process.getuid() === uid;
}

/**
 * Whether a user number is root's, or stands for it: in a user namespace (Apptainer, bubblewrap) that root is not part of,
 * its folders belong to the "overflow" user. So do those of any other user outside, which cannot be told apart.
 */
async function isSystem(uid: number): Promise<boolean> {
  if (uid === 0) return true;
  const read = (path: string) => readFile(path, 'utf8').catch(() => '');
  const overflow = await read('/proc/sys/kernel/overflowuid');
  if (overflow.trim() !== String(uid)) return false;
  // Lines of "first number inside, first number outside, how many".
  const ranges = (await read('/proc/self/uid_map')).trim().split('\n');
  const isMapped = ranges.some((line) => {
    const [first, , count] = line.trim().split(/\s+/).map(Number);
    return uid >= first && uid < first + count;
  });
  return !isMapped;
}

/**
 * Whether a group is the user's alone, as most Linux systems give one to each user, together with a umask by which the
 * group may write. Only the system's own files are asked: a group of a network's directory counts as shared.
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
