/** Downloads one file with retries and resume: a known one with a check of every byte, or an archive of any size. */
import { readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { OnProgress } from '../../progress.js';
import { describeFileError } from '../../storage/atomic-write.js';
import { makeFolder } from '../../storage/make-folder.js';
import { stopIfAborted } from '../interrupt.js';
import { type Attempt, fetchPart } from './fetch-part.js';
import { faultOfContent, nameContent, type WantedFile } from './wanted-file.js';

export interface DownloadOptions {
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
  /** A connection that brings nothing for so long is given up. */
  readonly stallSeconds?: number | undefined;
  /** Wait before the second attempt at a mirror; doubled before each further one. */
  readonly backoffSeconds?: number | undefined;
  /** Told when a source fails and another one is tried. */
  readonly onNote?: ((line: string) => void) | undefined;
}

/** Attempts at one mirror. What came before a connection broke is kept, so each goes further than the last. */
const ATTEMPTS = 4;

/** Why a mirror did not serve. */
export interface MirrorFailure {
  readonly url: string;
  /** The end of a sentence "URL …". */
  readonly reason: string;
}

/**
 * Downloads `wanted` to `path` by way of `path`.part, which a later call resumes when this one is cut short.
 *
 * @param urls addresses of the file, tried in turn
 * @returns what failed at each mirror; undefined when the file is there, whole and verified
 * @throws UserError('data') when the disk cannot be written
 * @throws UserError('interrupted') when the signal fires; the part is kept
 */
export async function downloadFile(
  urls: readonly string[],
  path: string,
  wanted: WantedFile,
  options: DownloadOptions = {},
): Promise<MirrorFailure[] | undefined> {
  const failures: MirrorFailure[] = [];
  try {
    await makeFolder(dirname(path));
    for (const url of urls) {
      const reason = await downloadFrom(url, path, wanted, options);
      if (reason === undefined) return undefined;
      failures.push({ url, reason });
    }
  } catch (error) {
    throw describeFileError(error, path, 'write') ?? error;
  }
  return failures;
}

async function downloadFrom(
  url: string,
  path: string,
  wanted: WantedFile,
  options: DownloadOptions,
): Promise<string | undefined> {
  return await inAttempts(path, (part) => attemptOnce(url, part, wanted, options), options);
}

/** More than any archive of a corpus has. */
const MAX_ARCHIVE_BYTES = 256e6;

/**
 * Downloads an archive whose size is not known beforehand to `path`, by way of `path`.part, which a later call
 * resumes when this one is cut short. What is in it is for the caller to check.
 *
 * @returns why it failed, as the end of a sentence "URL …"; undefined when it is there
 * @throws UserError('data') when the disk cannot be written
 * @throws UserError('interrupted') when the signal fires; the part is kept
 */
export async function downloadArchive(
  url: string,
  path: string,
  name: string,
  options: DownloadOptions = {},
): Promise<string | undefined> {
  const expected = { name, bytes: MAX_ARCHIVE_BYTES, sizeIsKnown: false };
  try {
    await makeFolder(dirname(path));
    return await inAttempts(path, (part) => fetchPart(url, part, expected, options), options);
  } catch (error) {
    throw describeFileError(error, path, 'write') ?? error;
  }
}

/**
 * Tries until a part is complete, which then gets the file's name, or no further try is worth while.
 *
 * @returns why it is not complete
 */
async function inAttempts(
  path: string,
  attemptOne: (part: string) => Promise<Attempt>,
  options: DownloadOptions,
): Promise<string | undefined> {
  const part = `${path}.part`;
  let reason = '';
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (attempt > 0) await waitBefore(attempt, options);
    const outcome = await attemptOne(part);
    if (outcome.kind === 'complete') {
      await rename(part, path);
      return undefined;
    }
    reason = outcome.reason;
    if (outcome.kind === 'refused') break;
  }
  return reason;
}

async function attemptOnce(
  url: string,
  part: string,
  wanted: WantedFile,
  options: DownloadOptions,
): Promise<Attempt> {
  const outcome = await fetchPart(url, part, { ...wanted, sizeIsKnown: true }, options);
  if (outcome.kind !== 'complete') return outcome;
  const content = await readFile(part);
  const fault = faultOfContent(content, wanted);
  if (fault === undefined) return outcome;
  const cutOff = content.length < wanted.bytes && !outcome.lengthKnown && nameContent(content) === undefined;
  if (cutOff) return { kind: 'failed', reason: `broke off after ${content.length} of ${wanted.bytes} bytes` };
  await rm(part, { force: true });
  // The fault may lie in the older piece that was resumed: then the whole file deserves another try.
  return { kind: outcome.resumed ? 'failed' : 'refused', reason: `sent something else: the file ${fault}` };
}

async function waitBefore(attempt: number, { backoffSeconds = 1, signal }: DownloadOptions): Promise<void> {
  await sleep(backoffSeconds * 2 ** (attempt - 1) * 1000, undefined, { signal }).catch(() => {});
  stopIfAborted(signal);
}
