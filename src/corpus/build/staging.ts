/** Where a corpus grows before it gets its name, and what may be replaced by it. */
import { lstat, mkdir, readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UserError } from '../../errors.js';
import { describeFileError } from '../../storage/atomic-write.js';
import { fileErrorCode } from '../../storage/file-error.js';
import { makeFolder } from '../../storage/files.js';
import { removeLeftovers, removeLeftoversIn, temporaryPath } from '../../storage/temporary.js';
import { isCorpusName, isTopicsFile } from '../corpus-folder.js';
import { MANIFEST_FILE, SPLITS, tokenFileName, VOCABULARY_FILE } from '../manifest.js';

const CORPUS_FILES: readonly string[] = [MANIFEST_FILE, VOCABULARY_FILE, ...SPLITS.map(tokenFileName)];

/** Tells whether a file of this name lies in the folder of a corpus, or of one that is being prepared. */
export function isCorpusFile(name: string): boolean {
  return CORPUS_FILES.includes(name) || isTopicsFile(name);
}

/** Files that are there only while a corpus is prepared: the draft, parts of a shuffled text, the text of standard input. */
const WORK_FILE = /^\.(?:draft|bucket-\d+|standard-input)\.tmp$/;

/** Tells whether a file of this name is what a killed process leaves of a corpus's file; see storage/temporary.ts. */
export function isUnfinishedCorpusFile(name: string): boolean {
  if (WORK_FILE.test(name)) return true;
  return name.endsWith('.tmp') && CORPUS_FILES.some((file) => name.startsWith(`.${file}.`));
}

/**
 * Creates an empty folder beside `target`, and removes what killed processes of this machine left of theirs.
 * @returns its path: hidden, and named after this process, so that its leftovers can be told
 * @throws UserError('data') when the folder above cannot be written, or `target` is a link, of which no folder takes
 *   the place
 */
export async function makeStagingFolder(target: string): Promise<string> {
  const parent = dirname(target);
  const folder = temporaryPath(target);
  try {
    await makeFolder(parent);
    if (await isLink(target)) throw linkInTheWay(target, parent);
    await removeLeftovers(target);
    await mkdir(folder);
  } catch (error) {
    throw describeFileError(error, parent, 'write') ?? error;
  }
  return folder;
}

async function isLink(path: string): Promise<boolean> {
  return lstat(path).then(
    (found) => found.isSymbolicLink(),
    () => false,
  );
}

function linkInTheWay(target: string, parent: string): UserError {
  return new UserError(
    'data',
    `${target} is a symbolic link, of which no prepared corpus can take the place`,
    [
      `Remove the link: the corpus then lies in ${parent} itself.`,
      'To have it elsewhere, name that folder with --data, or link the whole data folder.',
    ],
  );
}

/**
 * Makes sure that replacing `folder` destroys nothing but a corpus and the topics that were made from it: files of the
 * user's own may have the names of a corpus's.
 * @throws UserError('data') when it is a file, holds anything that no prepared corpus holds, or is no corpus of zlm's
 */
export async function assertReplaceable(folder: string): Promise<void> {
  let entries: string[];
  try {
    entries = await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw describeFileError(error, folder, 'replace') ?? error;
  }
  const foreign = entries.find((entry) => !isCorpusFile(entry));
  if (foreign !== undefined) throw notACorpus(folder, `it holds "${foreign}"`);
  if (entries.length === 0 || (await hasManifest(folder))) return;
  // One whose manifest was damaged or lost still has all of its other files.
  const missing = [...CORPUS_FILES].find((file) => file !== MANIFEST_FILE && !entries.includes(file));
  if (missing !== undefined) throw notACorpus(folder, `it has no "${missing}" and no manifest of zlm's`);
}

/** Tells whether the folder's manifest is one of zlm's, of whatever version. */
async function hasManifest(folder: string): Promise<boolean> {
  try {
    const manifest: unknown = JSON.parse(await readFile(join(folder, MANIFEST_FILE), 'utf8'));
    return typeof manifest === 'object' && manifest !== null && 'formatVersion' in manifest;
  } catch {
    return false;
  }
}

function notACorpus(folder: string, why: string): UserError {
  return new UserError(
    'data',
    `${folder} exists and is not a prepared corpus: ${why}; it was left as it is`,
    ['Choose another name for the corpus, another folder with --data, or move that folder away.'],
  );
}

/**
 * Removes the hidden folders that dead processes of this host left, whichever corpus they were preparing. That of a
 * living process stays, as does everything that is not named and filled like a corpus under preparation. A data
 * folder that is missing, or cannot be read or written, is left as it is.
 */
export async function removeAbandonedCorpora(dataFolder: string): Promise<void> {
  try {
    await removeLeftoversIn(
      dataFolder,
      async (name, path) => isCorpusName(name) && holdsCorpusFilesOnly(path),
    );
  } catch (error) {
    if (fileErrorCode(error) === undefined) throw error;
  }
}

async function holdsCorpusFilesOnly(path: string): Promise<boolean> {
  if (!(await lstat(path)).isDirectory()) return false;
  return (await readdir(path)).every((entry) => isCorpusFile(entry) || isUnfinishedCorpusFile(entry));
}
