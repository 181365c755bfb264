/**
 * The link `latest` beside the runs. It is a convenience: anything else of that name is kept, and no failure stops a
 * training.
 */
import { lstat, readlink, rename, rm, symlink } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { shellWord } from '../shell-word.js';
import { describeFileError } from '../storage/file-error.js';
import { isThere } from '../storage/files.js';
import { removeLeftovers, temporaryPath } from '../storage/temporary.js';
import { LATEST, RunFolder } from './run-folder.js';

/** Kind of the file in the place of the link. */
type Found = 'nothing' | 'our link' | "a link that is not zlm's" | 'a folder' | 'a file';

/**
 * Points the link `latest` beside a run to it, replacing an older link of zlm's in one step.
 *
 * @returns null, or one line that says why there is no such link: something else has its name, or the file system has no
 *   symbolic links
 */
export async function markLatest(run: RunFolder): Promise<string | null> {
  // Beside the run, which need not lie in the runs folder of this command: a run can be resumed by its path.
  const link = join(dirname(run.path), LATEST);
  const instead = `name the run instead: ${shellWord(run.name)}`;
  try {
    const found = await whatIsAt(link);
    if (found === 'nothing') await symlink(targetOf(run), link, 'junction');
    else if (found === 'our link') await replaceLink(run, link);
    else return `Warning: ${link} is ${found} and was left as it is; ${instead}`;
    return null;
  } catch (error) {
    const message = describeFileError(error, link, 'make the link')?.message ?? (error as Error).message;
    return `Warning: ${message}; ${instead}`;
  }
}

/**
 * Tells whether `<runs>/latest` is a link that zlm made: to the name of a run in the same folder, or one that is gone.
 * Any other link, file or folder is the user's own.
 */
export async function isOurLink(runsFolder: string): Promise<boolean> {
  return (await whatIsAt(join(runsFolder, LATEST)).catch(() => 'nothing')) === 'our link';
}

async function whatIsAt(link: string): Promise<Found> {
  const status = await lstat(link).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (status === null) return 'nothing';
  if (status.isDirectory()) return 'a folder';
  if (!status.isSymbolicLink()) return 'a file';
  return (await leadsToRunBeside(link)) ? 'our link' : "a link that is not zlm's";
}

async function leadsToRunBeside(link: string): Promise<boolean> {
  const folder = dirname(link);
  const target = await readlink(link);
  // A junction of Windows is absolute.
  const name = process.platform === 'win32' ? basename(target) : target;
  const isBeside = name === basename(name) && name !== '..' && name !== '.';
  if (!isBeside || (process.platform === 'win32' && dirname(resolve(target)) !== resolve(folder)))
    return false;
  const run = new RunFolder(join(folder, name));
  // The run that zlm linked may have been removed since.
  return (await isThere(run.spec)) || !(await isThere(run.path));
}

async function replaceLink(run: RunFolder, link: string): Promise<void> {
  const temporary = temporaryPath(link);
  try {
    await removeLeftovers(link);
    await symlink(targetOf(run), temporary, 'junction');
    await rename(temporary, link);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw error;
  }
}

/** Relative, so that the runs folder may be moved; Windows only has junctions for everyone, and they are absolute. */
function targetOf(run: RunFolder): string {
  return process.platform === 'win32' ? resolve(run.path) : run.name;
}
