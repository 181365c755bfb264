/** Operations on files and folders that `node:fs` lacks or does badly. */
import { access, type FileHandle, mkdir, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { UserError } from '../errors.js';
import { describeFileError, fileErrorCode } from './file-error.js';

/** Tells whether a path leads to a file or a folder that this process may see. */
export function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Tells whether a path leads to a folder. */
export function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/**
 * Makes a folder and its missing parents. An existing folder is left unchanged.
 *
 * Not `mkdir` with `recursive: true`: in a parent that accepts no folders (`/proc/x`) Node 20 retries forever, and
 * neither Ctrl-C nor `kill` ends it.
 *
 * @param mode permissions of each folder that is made, before the umask
 * @throws UserError('data') that names the folder when it cannot be made, or something else is in its place
 */
export async function makeFolder(path: string, mode = 0o777): Promise<void> {
  try {
    await makeWithParents(path, mode);
  } catch (error) {
    throw describeFileError(error, path, 'create') ?? error;
  }
}

async function makeWithParents(path: string, mode: number): Promise<void> {
  const refusal = await refusalOf(path, mode);
  if (refusal === null) return;
  const parent = dirname(path);
  if (fileErrorCode(refusal) !== 'ENOENT' || parent === path) throw refusal;
  await makeWithParents(parent, mode);
  const again = await refusalOf(path, mode);
  if (again === null) return;
  // The parent exists now, so ENOENT has another meaning.
  if (fileErrorCode(again) === 'ENOENT') throw takesNoFolders(path, parent, again);
  throw again;
}

/** Makes one folder. Returns null when it exists afterwards, else the error. */
async function refusalOf(path: string, mode: number): Promise<unknown> {
  try {
    await mkdir(path, mode);
    return null;
  } catch (error) {
    // An existing folder gives different errors: EEXIST, or EROFS, EPERM or EISDIR on some systems.
    return (await isFolder(path)) ? null : error;
  }
}

function takesNoFolders(path: string, parent: string, cause: unknown): UserError {
  return new UserError(
    'data',
    `Cannot create ${path}: the file system of ${parent} accepts no new folders`,
    ['Choose a folder on an ordinary disk.'],
    { cause },
  );
}

/** Length of the longest typed array of Node 20, into which a file is read. */
export const MAX_FILE_BYTES = 2 ** 32;

/** Largest single read; the system limits it to 2 GiB. */
const PIECE_BYTES = 2 ** 30;

/**
 * Reads a whole file.
 *
 * @param piece bytes asked for at once
 * @throws the error of the file system; UserError('data') when the file has more than {@link MAX_FILE_BYTES}
 */
export async function readBytes(path: string, piece = PIECE_BYTES): Promise<Uint8Array> {
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    if (size > MAX_FILE_BYTES) throw tooLarge(path, size);
    const bytes = new Uint8Array(size);
    const length = await fill(bytes, handle, piece);
    return length < bytes.length ? bytes.subarray(0, length) : bytes;
  } finally {
    await handle.close();
  }
}

/** Fills an array from a file. Returns the number of bytes read: fewer than fit when the file shrank meanwhile. */
async function fill(bytes: Uint8Array, handle: FileHandle, piece: number): Promise<number> {
  let length = 0;
  while (length < bytes.length) {
    const wanted = Math.min(piece, bytes.length - length);
    const { bytesRead } = await handle.read(bytes, length, wanted, length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return length;
}

function tooLarge(path: string, size: number): UserError {
  const [found, most] = [size, MAX_FILE_BYTES].map((bytes) => `${(bytes / 2 ** 30).toFixed(1)} GiB`);
  return new UserError('data', `${path} has ${found}, but at most ${most} can be read`, []);
}
