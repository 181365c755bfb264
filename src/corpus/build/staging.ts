/** Where a corpus grows before it gets its name, and what may be replaced by it. */
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { UserError } from '../../errors.js';
import { describeFileError } from '../../storage/atomic-write.js';
import { processIsDead } from '../../storage/process-state.js';
import { MANIFEST_FILE, SPLITS, tokenFileName, VOCABULARY_FILE } from '../manifest.js';

const CORPUS_FILES = new Set([MANIFEST_FILE, VOCABULARY_FILE, ...SPLITS.map(tokenFileName)]);

/**
 * Creates an empty folder beside `target`, and removes what killed processes of this machine left of theirs.
 * @returns its path: hidden, and named after this process, so that its leftovers can be told
 * @throws UserError('data') when the folder above cannot be written
 */
export async function makeStagingFolder(target: string, name: string): Promise<string> {
  const parent = dirname(target);
  const prefix = `.${name}.${hostname()}.`;
  const folder = join(parent, `${prefix}${process.pid}.${randomBytes(4).toString('hex')}.tmp`);
  try {
    await mkdir(parent, { recursive: true });
    await removeLeftovers(parent, prefix);
    await mkdir(folder);
  } catch (error) {
    throw describeFileError(error, parent, 'write') ?? error;
  }
  return folder;
}

/**
 * Makes sure that replacing `folder` destroys nothing but a corpus.
 * @throws UserError('data') when it is a file or holds anything that no prepared corpus holds
 */
export async function assertReplaceable(folder: string): Promise<void> {
  let entries: string[];
  try {
    entries = await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw describeFileError(error, folder, 'replace') ?? error;
  }
  const foreign = entries.find((entry) => !CORPUS_FILES.has(entry));
  if (foreign === undefined) return;
  throw new UserError(
    'data',
    `${folder} exists and is not a prepared corpus: it holds "${foreign}"; it was left as it is`,
    ['Choose another name for the corpus, another folder with --data, or move that folder away.'],
  );
}

async function removeLeftovers(parent: string, prefix: string): Promise<void> {
  for (const entry of await readdir(parent)) {
    if (!entry.startsWith(prefix)) continue;
    const pid = /^(\d+)\.[0-9a-f]{8}\.tmp$/.exec(entry.slice(prefix.length))?.[1];
    if (pid === undefined || !(await processIsDead(Number(pid)))) continue;
    await rm(join(parent, entry), { recursive: true, force: true });
  }
}
