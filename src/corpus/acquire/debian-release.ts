/** Debian's packages of a pinned release: their download into the cache folder, and packages that the user has. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../errors.js';
import { describeFileError } from '../../storage/file-error.js';
import { isThere, readBytes } from '../../storage/files.js';
import { type DownloadOptions, downloadArchive, downloadFile, type MirrorFailure } from './download.js';
import { faultOfContent, type WantedFile } from './wanted-file.js';

/** A package of one release. */
export interface PinnedDebianPackage extends WantedFile {
  /** The name without version: "libreoffice-help-fr". */
  readonly package: string;
  /** SHA-1, hex, by which the archive of all releases has it. */
  readonly sha1: string;
}

/** Addresses that have the packages; each ends with a slash. */
export interface DebianMirrors {
  /** Folder of Debian's pool with the packages of the present point release. */
  readonly pool: string;
  /** Has every file that Debian ever had, by its SHA-1. */
  readonly archive: string;
}

/** Has every file that Debian ever had. */
export const DEBIAN_ARCHIVE = 'https://snapshot.debian.org/file/';

/** Where packages are kept and found. */
export interface ReleasePlace {
  /** Folder for downloads. */
  readonly folder: string;
  readonly mirrors: DebianMirrors;
  /** What to do where none of the mirrors has a package, after a check of the network. */
  readonly cures: readonly string[];
}

/**
 * Checks that a package is the pinned one.
 *
 * @throws UserError('data') when it is another, or cannot be read
 */
export async function checkRelease(path: string, wanted: WantedFile, other: string): Promise<void> {
  const fault = await faultOfFile(path, wanted);
  if (fault === undefined) return;
  throw new UserError('data', `${path} is not ${wanted.name}: it ${fault}`, [
    `To make a corpus from another release, which has ${other}, add --any-release.`,
  ]);
}

/** Returns what is wrong with a file as a wanted one, as the end of a sentence; undefined when nothing is. */
async function faultOfFile(path: string, wanted: WantedFile): Promise<string | undefined> {
  try {
    return faultOfContent(Buffer.from(await readBytes(path)), wanted);
  } catch (error) {
    throw describeFileError(error, path, 'read') ?? error;
  }
}

/**
 * Returns the path of a pinned package in the cache folder, downloaded if it is not there.
 *
 * @throws UserError('data') when no mirror has it
 */
export async function pinnedRelease(
  wanted: PinnedDebianPackage,
  place: ReleasePlace,
  options: DownloadOptions,
): Promise<string> {
  const path = join(place.folder, wanted.name);
  if ((await isThere(path)) && (await faultOfFile(path, wanted)) === undefined) return path;
  const { pool, archive } = place.mirrors;
  const urls = [pool + encodeURIComponent(wanted.name), archive + wanted.sha1];
  const failures = await downloadFile(urls, path, wanted, options);
  if (failures !== undefined) throw noMirror(wanted, failures, place);
  return path;
}

/**
 * Downloads the newest release that the pool has of some packages.
 *
 * @param newestOf finds the release in the pool's listing, an HTML page
 * @returns the paths of the packages, in order
 * @throws UserError('data') when the pool has none, or cannot be reached
 */
export async function newestReleases(
  packages: readonly PinnedDebianPackage[],
  newestOf: (listing: string) => string | undefined,
  place: ReleasePlace,
  options: DownloadOptions,
): Promise<string[]> {
  const { pool } = place.mirrors;
  const index = join(place.folder, 'pool.html');
  const download = async (url: string, path: string, name: string, wanted: PinnedDebianPackage) => {
    const reason = await downloadArchive(url, path, name, options);
    if (reason !== undefined) throw noMirror(wanted, [{ url, reason }], place);
  };
  await download(pool, index, 'list of packages', packages[0]);
  const release = newestOf(await readFile(index, 'utf8'));
  if (release === undefined) {
    const reason = packages.length === 1 ? 'lists no release of it' : 'lists no release of both packages';
    throw noMirror(packages[0], [{ url: pool, reason }], place);
  }
  const paths: string[] = [];
  for (const wanted of packages) {
    const name = `${wanted.package}_${release}_all.deb`;
    const path = join(place.folder, name);
    await download(pool + encodeURIComponent(name), path, name, wanted);
    paths.push(path);
  }
  return paths;
}

function noMirror(
  { package: name }: PinnedDebianPackage,
  failures: readonly MirrorFailure[],
  { cures }: ReleasePlace,
): UserError {
  const lines = failures.map(({ url, reason }) => `${url} ${reason}`);
  return new UserError('data', [`The package ${name} could not be downloaded:`, ...lines].join('\n  '), [
    'Check the network connection, then run the same command again.',
    ...cures,
  ]);
}
