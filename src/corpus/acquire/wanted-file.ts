/** Files that are known to the byte: recognizing them, and finding them in a folder. */

import type { Dirent } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../errors.js';
import { describeFileError } from '../../storage/atomic-write.js';
import { sha256 } from '../../storage/file-identity.js';

export interface WantedFile {
  readonly name: string;
  readonly bytes: number;
  /** SHA-256, hex. */
  readonly sha256: string;
}

/** A file with the name of a wanted file. */
export interface Candidate {
  /** Base name. */
  readonly name: string;
  /** Its place, for messages: a path, a path within an archive, an address. */
  readonly origin: string;
  readonly content: Buffer;
}

/**
 * Returns what is wrong with `content` as the wanted file, as the end of a sentence "X …"; undefined when nothing is.
 */
export function faultOfContent(content: Buffer, wanted: WantedFile): string | undefined {
  if (content.length === wanted.bytes && sha256(content) === wanted.sha256) return undefined;
  const what = nameContent(content);
  if (what !== undefined) return `is ${what}`;
  if (content.length < wanted.bytes) return `has only ${content.length} of ${wanted.bytes} bytes`;
  if (content.includes('\r\n')) return 'has CR LF line ends, so it was converted';
  if (content.length > wanted.bytes) return `has ${content.length} bytes instead of ${wanted.bytes}`;
  return `has the right size but other contents: SHA-256 ${sha256(content)} instead of ${wanted.sha256}`;
}

/** Returns the content of the first candidate that is the wanted file, or what is wrong with each, as sentences. */
export function pickCandidate(candidates: readonly Candidate[], wanted: WantedFile): Buffer | string {
  const namesakes = candidates.filter(({ name }) => name === wanted.name);
  const faults: string[] = [];
  for (const { origin, content } of namesakes) {
    const fault = faultOfContent(content, wanted);
    if (fault === undefined) return content;
    faults.push(`${origin} ${fault}`);
  }
  return faults.length === 0 ? `${wanted.name} is missing` : faults.join('\n  ');
}

/** Returns what a file that is no plain text is, judged by its first bytes: "an HTML page". */
export function nameContent(content: Buffer): string | undefined {
  if (content.length === 0) return 'empty';
  const start = content.subarray(0, 512).toString('latin1').trimStart().toLowerCase();
  if (/^(?:<!doctype html|<html|<head|<\?xml|<!--)/.test(start))
    return 'an HTML page, as saved from a web site';
  if (start.startsWith('version https://git-lfs')) return 'a Git LFS pointer, not the file itself';
  if (start.startsWith('{"')) return 'a JSON document';
  if (isZip(content)) return 'a zip archive';
  if (isGzip(content)) return 'a gzip archive';
  return undefined;
}

export function isZip(content: Buffer): boolean {
  return content.subarray(0, 2).toString('latin1') === 'PK';
}

export function isGzip(content: Buffer): boolean {
  return content[0] === 0x1f && content[1] === 0x8b;
}

/** A folder with more entries is a whole disk rather than a corpus. */
const MAX_ENTRIES = 50_000;

/** Larger files are not read: every wanted file is much smaller. */
const MAX_FILE_BYTES = 64e6;

/**
 * Returns the files at or below `folder` whose base name is wanted, those nearest to `folder` first. Links to folders
 * are not followed.
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

// A subfolder that cannot be read is skipped.
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
