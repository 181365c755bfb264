import type { Dirent } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../errors.js';
import { describeFileError } from '../../storage/atomic-write.js';
import type { Candidate } from './wanted-file.js';

/** Beyond this many entries, the folder is a whole disk rather than a corpus. */
const MAX_ENTRIES = 50_000;

/** Larger files are not read: no wanted file comes near. */
const MAX_FILE_BYTES = 64e6;

/**
 * The files at or below `folder` whose base name is wanted, those nearest to `folder` first. Links to folders are not
 * followed.
 * @throws UserError('data') when the folder cannot be read or is far too large to be searched
 */
export async function findFiles(folder: string, wants: (baseName: string) => boolean): Promise<Candidate[]> {
  const candidates: Candidate[] = [];
  const folders = [folder];
  let seen = 0;
  for (const current of folders) {
    for (const entry of await list(current, current === folder)) {
      if (++seen > MAX_ENTRIES) throw tooManyEntries(folder);
      const path = join(current, entry.name);
      if (entry.isDirectory()) folders.push(path);
      else if (wants(entry.name)) candidates.push(...(await load(path, entry.name)));
    }
  }
  return candidates;
}

// A folder further down that cannot be read is no reason to give up.
async function list(folder: string, mustRead: boolean): Promise<Dirent[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    if (!mustRead) return [];
    throw describeFileError(error, folder, 'read') ?? error;
  }
}

async function load(path: string, name: string): Promise<Candidate[]> {
  try {
    const facts = await stat(path);
    if (!facts.isFile() || facts.size > MAX_FILE_BYTES) return [];
    return [{ name, origin: path, content: await readFile(path) }];
  } catch (error) {
    throw describeFileError(error, path, 'read') ?? error;
  }
}

function tooManyEntries(folder: string): UserError {
  return new UserError('data', `${folder} has more than ${MAX_ENTRIES} files and folders below it`, [
    'Name the folder that holds the files themselves.',
  ]);
}
