/** Debian's packages of LibreOffice's help: their download into the cache folder, and packages that the user has. */
import { join } from 'node:path';
import { UserError } from '../../errors.js';
import { type PackagedFile, readDebianPackage } from '../acquire/debian-package.js';
import {
  checkRelease,
  DEBIAN_ARCHIVE,
  type DebianMirrors,
  newestReleases,
  type PinnedDebianPackage,
  pinnedRelease,
} from '../acquire/debian-release.js';
import type { DownloadOptions } from '../acquire/download.js';
import { SIDES, type Side } from '../parallel/manifest.js';
import { isHelpPage } from './help-pairs.js';

/** A package of one language. */
export interface HelpPackage extends PinnedDebianPackage {
  /** As in the paths of the package: "fr". */
  readonly language: string;
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

const MIRRORS: DebianMirrors = {
  pool: 'https://deb.debian.org/debian/pool/main/libr/libreoffice/',
  archive: DEBIAN_ARCHIVE,
};

export interface HelpPackageOptions extends DownloadOptions {
  /** Folder for downloads; needed unless `from` names the packages. */
  readonly cacheFolder?: string | undefined;
  /** The two packages, in any order, instead of a download. */
  readonly from?: readonly string[] | undefined;
  /** Take another release than the pinned one, too: of a download, the newest point release. */
  readonly anyRelease?: boolean | undefined;
  readonly mirrors?: DebianMirrors;
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
  const place = {
    folder: join(cacheFolder, 'libreoffice'),
    mirrors: options.mirrors ?? MIRRORS,
    cures: CURES,
  };
  if (anyRelease) {
    const both = [packages.source, packages.target];
    const newestOf = (listing: string) => newestRelease(listing, packages);
    const [source, target] = await newestReleases(both, newestOf, place, options);
    return { source, target };
  }
  return {
    source: await pinnedRelease(packages.source, place, options),
    target: await pinnedRelease(packages.target, place, options),
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
    if (!anyRelease) await checkRelease(path, packages[side], 'other sentences');
    found[side] = path;
  }
  const { source, target } = found;
  if (source === undefined || target === undefined) throw wrongPackages(packages);
  return { source, target };
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

const CURES = [
  'Where Debian has a newer point release, take that one: --any-release.',
  'Or get both packages on a Debian 12 machine with `apt-get download libreoffice-help-en-us libreoffice-help-fr`, and name them with --from.',
];
