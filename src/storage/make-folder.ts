/** The one way to make folders. */
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { UserError } from '../errors.js';
import { describeFileError, fileErrorCode } from './file-error.js';
import { isFolder } from './is-there.js';

/**
 * Makes a folder, and those above it that are missing; one that is there already stays as it is.
 *
 * Not `mkdir` with `recursive: true`: Node 20 tries without end where a folder above exists and takes no new ones
 * (`/proc/x`), and neither Ctrl-C nor `kill` ends it.
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
  // The parent is there now, so ENOENT has another meaning.
  if (fileErrorCode(again) === 'ENOENT') throw takesNoFolders(path, parent, again);
  throw again;
}

/** Makes one folder. Returns null when it is there now, else the error. */
async function refusalOf(path: string, mode: number): Promise<unknown> {
  try {
    await mkdir(path, mode);
    return null;
  } catch (error) {
    // Which error a folder that exists gives differs: EEXIST, or EROFS, EPERM or EISDIR on some systems.
    return (await isFolder(path)) ? null : error;
  }
}

function takesNoFolders(path: string, parent: string, cause: unknown): UserError {
  return new UserError(
    'data',
    `Cannot create ${path}: the file system of ${parent} takes no new folders`,
    ['Choose a folder on an ordinary disk.'],
    { cause },
  );
}
