/** The temporary folder in which a corpus is made, and the check of what it may replace. */
import { lstat, mkdir, readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UserError } from '../../errors.js';
import { describeFileError } from '../../storage/atomic-write.js';
import { fileErrorCode } from '../../storage/file-error.js';
import { makeFolder } from '../../storage/files.js';
import { removeLeftovers, removeLeftoversIn, temporaryPath } from '../../storage/temporary.js';
import { isCorpusName, isTopicsFile } from '../corpus-folder.js';
import { SPLITS, tokenFileName, VOCABULARY_FILE } from '../manifest.js';
import { MANIFEST_FILE } from '../manifest-record.js';
import { MERGES_FILES, PARALLEL_FILES } from '../parallel/manifest.js';
import { LABELS_FILES, SPEECH_FILES } from '../speech/manifest.js';

/** The files that each kind of corpus has in any case, except the manifest. */
const FILES_OF_KINDS: readonly (readonly string[])[] = [
  [VOCABULARY_FILE, ...SPLITS.map(tokenFileName)],
  PARALLEL_FILES,
  SPEECH_FILES,
];

const CORPUS_FILES: readonly string[] = [
  MANIFEST_FILE,
  ...FILES_OF_KINDS.flat(),
  ...MERGES_FILES,
  ...LABELS_FILES,
];

/** Tells whether a file of this name belongs to a corpus, finished or not. */
export function isCorpusFile(name: string): boolean {
  return CORPUS_FILES.includes(name) || isTopicsFile(name);
}

/** Files that exist only during preparation: drafts, the parts of a shuffled text, the copy of standard input, made speech. */
const WORK_FILE =
  /^\.(?:draft|source-draft|target-draft|(?:train|valid|test)-draft|bucket-\d+|standard-input|spoken)\.tmp$/;

/** Tells whether a file of this name is the temporary file of a killed process; see storage/temporary.ts. */
export function isUnfinishedCorpusFile(name: string): boolean {
  if (WORK_FILE.test(name)) return true;
  return name.endsWith('.tmp') && CORPUS_FILES.some((file) => name.startsWith(`.${file}.`));
}

/**
 * Creates an empty folder beside `target`, and removes those that killed processes of this machine left.
 * @returns its path: hidden, with the id of this process in its name, so that it can be recognized later
 * @throws UserError('data') when the folder above cannot be written, or `target` is a symbolic link, which a folder
 *   cannot replace
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
  return new UserError('data', `${target} is a symbolic link, which a prepared corpus cannot replace`, [
    `Remove the link: the corpus then lies in ${parent} itself.`,
    'To have it elsewhere, name that folder with --data, or link the whole data folder.',
  ]);
}

/**
 * Checks that replacing `folder` destroys only a corpus and its topics. The user may have files with the same names as
 * those of a corpus.
 * @throws UserError('data') when it is a file, has files that no corpus has, or was not made by zlm
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
  if (foreign !== undefined) throw notACorpus(folder, `it contains "${foreign}"`);
  if (entries.length === 0 || (await hasManifest(folder))) return;
  // A corpus with a damaged or lost manifest still has all of its other files.
  const missing = FILES_OF_KINDS.map((files) => files.find((file) => !entries.includes(file)));
  if (!missing.includes(undefined))
    throw notACorpus(folder, `it has no "${missing[0]}" and no manifest that zlm wrote`);
}

/** Tells whether the folder has a manifest of any version of zlm. */
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
 * Removes the temporary folders that dead processes of this host left, of any corpus. Those of living processes stay,
 * as does everything that does not look like a corpus under preparation. A data folder that is missing, or cannot be
 * read or written, is left unchanged.
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
