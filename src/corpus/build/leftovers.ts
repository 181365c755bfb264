/** What killed preparations leave in a data folder: hidden folders with a part of a corpus, or with one that was being replaced. */
import { lstat, readdir } from 'node:fs/promises';
import { fileErrorCode } from '../../storage/file-error.js';
import { removeLeftoversIn } from '../../storage/temporary.js';
import { isCorpusName } from '../corpus-name.js';
import { isCorpusFile, isUnfinishedCorpusFile } from './staging.js';

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
