/** Debian's packages of LibreOffice's help: their download into the cache folder, and packages that the user has. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../errors.js';
import { describeFileError } from '../../storage/file-error.js';
import { isThere, readBytes } from '../../storage/files.js';
import { type PackagedFile, readDebianPackage } from '../acquire/debian-package.js';
import {
  type DownloadOptions,
  downloadArchive,
  downloadFile,
  type MirrorFailure,
} from '../acquire/download.js';
import { faultOfContent, type WantedFile } from '../acquire/wanted-file.js';
import { SIDES, type Side } from '../parallel/manifest.js';
import { isHelpPage } from './help-pairs.js';

/** A package of one language. */
export interface HelpPackage extends WantedFile {
  /** The name without version: "libreoffice-help-fr". */
  readonly package: string;
  /** As in the paths of the package: "fr". */
  readonly language: string;
  /** SHA-1, hex, by which the archive of all releases has it. */
  readonly sha1: string;
}

/** The release that the corpus is made from. */
const RELEASE = '7.4.7-1+deb12u14';

/** English to French. */
export const HELP_PACKAGES: Readonly<Record<Side, HelpPackage>> = {
  source: {
    package: 'libreoffice-help-en-us',
    name: `libreoffice-help-en-us_${RELEASE}_all.deb`,
    language: 'en-US',
    bytes: 1_753_504,
    sha1: 'd4ccd840972b4de88129de9268cfdde5fa039296',
    sha256: '8faa840285734d6cfe1ed25537b48f07e74bd6412e3917bf8e5f8a653f7b3712',
  },
  target: {
    package: 'libreoffice-help-fr',
    name: `libreoffice-help-fr_${RELEASE}_all.deb`,
    language: 'fr',
    bytes: 3_237_008,
    sha1: 'a9443698722e4ab13e1e947466b1ebd5a84247c9',
    sha256: 'c796530d3e95af1ea4d054076682efc8aad2b569ae9513f3d4a776b2df3fd206',
  },
};

/** Addresses that have the packages; each ends with a slash. */
export interface HelpMirrors {
  /** Folder of Debian's pool with the packages of the present point release. */
  readonly pool: string;
  /** Has every file that Debian ever had, by its SHA-1. */
  readonly archive: string;
}

const MIRRORS: HelpMirrors = {
  pool: 'https://deb.debian.org/debian/pool/main/libr/libreoffice/',
  archive: 'https://snapshot.debian.org/file/',
};

export interface HelpPackageOptions extends DownloadOptions {
  /** Folder for downloads; needed unless `from` names the packages. */
  readonly cacheFolder?: string | undefined;
  /** The two packages, in any order, instead of a download. */
  readonly from?: readonly string[] | undefined;
  /** Take another release than the pinned one, too: of a download, the newest point release. */
  readonly anyRelease?: boolean | undefined;
  readonly mirrors?: HelpMirrors;
  readonly packages?: Readonly<Record<Side, HelpPackage>>;
}

/**
 * Returns the paths of the two packages.
 *
 * @throws UserError('data') when a package is not available or not the pinned one
 */
export async function findHelpPackages(options: HelpPackageOptions): Promise<Record<Side, string>> {
  const { from, cacheFolder, anyRelease = false, packages = HELP_PACKAGES } = options;
  if (from !== undefined) return await localPackages(from, packages, anyRelease);
  if (cacheFolder === undefined) throw new Error('A download needs a cache folder');
  const folder = join(cacheFolder, 'libreoffice');
  if (anyRelease) return await newestPackages(folder, packages, options);
  return {
    source: await pinnedPackage(folder, packages.source, options),
    target: await pinnedPackage(folder, packages.target, options),
  };
}

/** Reads the pages of one language out of its package. @throws UserError('data') when there are none */
export async function readPages(path: string, { language }: HelpPackage): Promise<PackagedFile[]> {
  const pages = await readDebianPackage(path, (file) => isHelpPage(file, language));
  if (pages.length > 0) return pages;
  throw new UserError('data', `${path} has no pages of LibreOffice's help in the language "${language}"`, [
    'Name the packages libreoffice-help-en-us and libreoffice-help-fr.',
  ]);
}

async function localPackages(
  from: readonly string[],
  packages: Readonly<Record<Side, HelpPackage>>,
  anyRelease: boolean,
): Promise<Record<Side, string>> {
  const found: Partial<Record<Side, string>> = {};
  for (const path of from) {
    const side = SIDES.find((one) => path.includes(packages[one].package));
    if (side === undefined || found[side] !== undefined) throw wrongPackages(packages);
    if (!anyRelease) await checkRelease(path, packages[side]);
    found[side] = path;
  }
  const { source, target } = found;
  if (source === undefined || target === undefined) throw wrongPackages(packages);
  return { source, target };
}

async function checkRelease(path: string, wanted: HelpPackage): Promise<void> {
  const fault = await faultOfFile(path, wanted);
  if (fault === undefined) return;
  throw new UserError('data', `${path} is not ${wanted.name}: it ${fault}`, [
    'To make a corpus from another release, which has other sentences, add --any-release.',
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

/** Returns the path of a pinned package in the cache folder, downloaded if it is not there. */
async function pinnedPackage(
  folder: string,
  wanted: HelpPackage,
  options: HelpPackageOptions,
): Promise<string> {
  const path = join(folder, wanted.name);
  if ((await isThere(path)) && (await faultOfFile(path, wanted)) === undefined) return path;
  const { pool, archive } = options.mirrors ?? MIRRORS;
  const urls = [pool + encodeURIComponent(wanted.name), archive + wanted.sha1];
  const failures = await downloadFile(urls, path, wanted, options);
  if (failures !== undefined) throw noMirror(wanted.package, failures);
  return path;
}

/** Downloads the newest release that the pool has of both packages. */
async function newestPackages(
  folder: string,
  packages: Readonly<Record<Side, HelpPackage>>,
  options: HelpPackageOptions,
): Promise<Record<Side, string>> {
  const { pool } = options.mirrors ?? MIRRORS;
  const index = join(folder, 'pool.html');
  await download(pool, index, 'list of packages', packages.source, options);
  const release = newestRelease(await readFile(index, 'utf8'), packages);
  if (release === undefined) {
    throw noMirror(packages.source.package, [{ url: pool, reason: 'lists no release of both packages' }]);
  }
  const fetchOne = async (wanted: HelpPackage) => {
    const name = `${wanted.package}_${release}_all.deb`;
    const path = join(folder, name);
    await download(pool + encodeURIComponent(name), path, name, wanted, options);
    return path;
  };
  return { source: await fetchOne(packages.source), target: await fetchOne(packages.target) };
}

async function download(
  url: string,
  path: string,
  name: string,
  wanted: HelpPackage,
  options: HelpPackageOptions,
): Promise<void> {
  const reason = await downloadArchive(url, path, name, options);
  if (reason !== undefined) throw noMirror(wanted.package, [{ url, reason }]);
}

/**
 * Returns the newest release in a listing of the pool that both packages have: of the same version of LibreOffice as the
 * pinned one, the last update of Debian 12.
 */
export function newestRelease(
  listing: string,
  packages: Readonly<Record<Side, HelpPackage>> = HELP_PACKAGES,
): string | undefined {
  const updatesOf = ({ package: name }: HelpPackage) => {
    const file = new RegExp(`${name}_(\\d[\\d.]*-\\d+(?:\\+|%2[Bb])deb12u\\d+)_all\\.deb`, 'g');
    return new Set([...listing.matchAll(file)].map(([, release]) => release.replace(/%2b/i, '+')));
  };
  const targets = updatesOf(packages.target);
  const updateOf = (release: string) => Number(/\d+$/.exec(release)?.[0]);
  return [...updatesOf(packages.source)]
    .filter((release) => targets.has(release))
    .sort((a, b) => updateOf(a) - updateOf(b))
    .at(-1);
}

function wrongPackages({ source, target }: Readonly<Record<Side, HelpPackage>>): UserError {
  return new UserError('usage', 'Two packages are needed, one of each language', [
    `Name both: --from ${source.name} --from ${target.name}.`,
  ]);
}

function noMirror(name: string, failures: readonly MirrorFailure[]): UserError {
  const lines = failures.map(({ url, reason }) => `${url} ${reason}`);
  return new UserError('data', [`The package ${name} could not be downloaded:`, ...lines].join('\n  '), [
    'Check the network connection, then run the same command again.',
    'Where Debian has a newer point release, take that one: --any-release.',
    'Or get both packages on a Debian 12 machine with `apt-get download libreoffice-help-en-us libreoffice-help-fr`, and name them with --from.',
  ]);
}
