/** The corpus "festvox-ru": real speech with labels, from Debian's package of a Russian voice, under a license like that of BSD. */
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { stopIfAborted, UserError } from '../../../errors.js';
import { describeFileError } from '../../../storage/file-error.js';
import { walkDebianPackage } from '../../acquire/debian-package.js';
import {
  checkRelease,
  DEBIAN_ARCHIVE,
  type DebianMirrors,
  newestReleases,
  type PinnedDebianPackage,
  pinnedRelease,
} from '../../acquire/debian-release.js';
import type { DownloadOptions } from '../../acquire/download.js';
import type { PrepareOptions } from '../../build/corpus-recipe.js';
import { identifyFile } from '../../build/source-files.js';
import type { SplitName } from '../../manifest.js';
import { USUAL_FEATURES } from '../features/extractor.js';
import { FESTVOX_FORMAT } from '../formats/festvox.js';
import type { RawUtterance } from '../formats/raw-utterance.js';
import type { SpeechFeatureOptions } from '../prepare.js';
import { type PreparedSpeech, prepareSpeechCorpus } from '../prepare-corpus.js';
import { featureFacts, featureOptionsRecord, openUtterances } from '../raw-splits.js';
import type { OpenContext } from '../recipe.js';

/** To be raised with every change of the rules that gives other utterances for the same package. */
const EDITION = 1;

/** The release that the corpus is made from. */
export const FESTVOX_RU_PACKAGE: PinnedDebianPackage = {
  package: 'festvox-ru',
  name: 'festvox-ru_0.5+dfsg-6_all.deb',
  bytes: 178_728_512,
  sha1: '4eff334b2af3e0ca044ba068db1f0cfa8479b250',
  sha256: '21ef3f0f2978ecf2e2eddb367cb0ff4a72572196d28dc69feb84f4177af5e6c4',
};

const MIRRORS: DebianMirrors = {
  pool: 'https://deb.debian.org/debian/pool/main/f/festvox-ru/',
  archive: DEBIAN_ARCHIVE,
};

const CURES = [
  'Where Debian has a newer release, take that one: --any-release.',
  'Or get the package on a Debian machine with `apt-get download festvox-ru`, and name it with --from.',
];

export interface PrepareFestvoxRuOptions extends PrepareOptions, DownloadOptions, SpeechFeatureOptions {
  /** Folder for the download; needed unless `from` names the package. */
  readonly cacheFolder?: string | undefined;
  /** The package, instead of a download. */
  readonly from?: string | undefined;
  /** Take another release than the pinned one, too: of a download, the newest. */
  readonly anyRelease?: boolean | undefined;
  readonly mirrors?: DebianMirrors;
  readonly package?: PinnedDebianPackage;
}

/**
 * Prepares the corpus "festvox-ru": one man reads 620 sentences in Russian. Of every twenty recordings in the order of their names,
 * the tenth is for validation and the last for test. The phones are those of the labels, 51 with the pause.
 *
 * @throws UserError('data') when the package is not available or not the pinned one, or has other files
 */
export async function prepareFestvoxRu(options: PrepareFestvoxRuOptions): Promise<PreparedSpeech> {
  const { normalize = 'global', signal } = options;
  const features = { ...USUAL_FEATURES, ...options.features };
  const path = await findPackage(options);
  return await prepareSpeechCorpus(
    {
      name: 'festvox-ru',
      description: 'one man reads sentences in Russian: the recordings of the voice festvox-ru, from Debian',
      sourceFiles: [await identifyFile(path)],
      options: { edition: EDITION, ...featureOptionsRecord(features, normalize) },
      features: featureFacts(features, normalize),
      open: async (context) => {
        await unpack(path, context);
        const { utterances } = await FESTVOX_FORMAT.open(context.scratch, context.scratch, 'all');
        const ofSplit = (split: SplitName): RawUtterance[] =>
          utterances
            .filter((_, index) => splitOfRecording(index) === split)
            .map((utterance) => ({ ...utterance, speaker: 'nsh' }));
        const splits = { train: ofSplit('train'), valid: ofSplit('valid'), test: ofSplit('test') };
        return await openUtterances(splits, { phones: 'as-is', features, isTimit: false, signal });
      },
    },
    options,
  );
}

/** Returns the split of the recording with this place in the order of names, counted from 0: about 90, 5 and 5 percent. */
export function splitOfRecording(index: number): SplitName {
  if (index % 20 === 9) return 'valid';
  return index % 20 === 19 ? 'test' : 'train';
}

async function findPackage(options: PrepareFestvoxRuOptions): Promise<string> {
  const { from, cacheFolder, anyRelease = false, mirrors = MIRRORS } = options;
  const wanted = options.package ?? FESTVOX_RU_PACKAGE;
  if (from !== undefined) {
    if (!anyRelease) await checkRelease(from, wanted, 'other recordings or labels');
    return from;
  }
  if (cacheFolder === undefined) throw new Error('A download needs a cache folder');
  const place = { folder: join(cacheFolder, 'festvox-ru'), mirrors, cures: CURES };
  if (!anyRelease) return await pinnedRelease(wanted, place, options);
  const [newest] = await newestReleases([wanted], newestFestvoxRu, place, options);
  return newest;
}

/** Returns the newest release in a listing of the pool: the last one in the order of their numbers. */
export function newestFestvoxRu(listing: string): string | undefined {
  const releases = [
    ...listing.matchAll(/festvox-ru_(\d[\w.]*(?:(?:\+|%2[Bb])dfsg)?-\d+(?:\.\d+)?)_all\.deb/g),
  ];
  return releases
    .map(([, release]) => release.replace(/%2b/i, '+'))
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    .at(-1);
}

/** Where the package has a recording or its labels: `…/msu_ru_nsh_clunits/wav/ru_0001.wav`. */
const RECORDING = /^usr\/share\/festival\/voices\/russian\/[\w-]+\/(wav|lab)\/([\w-]+)\.\1$/;

/** Writes recordings and labels into the scratch folder, as a folder of festvox. */
async function unpack(path: string, { scratch, signal, onProgress }: OpenContext): Promise<void> {
  let files = 0;
  const folders = { '.wav': join(scratch, 'wav'), '.lab': join(scratch, 'lab') };
  for (const folder of Object.values(folders)) await mkdir(folder);
  const report = (bytes: number) => {
    stopIfAborted(signal);
    onProgress?.({ label: `unpack ${basename(path)}`, done: bytes, unit: 'bytes' });
  };
  const take = async ({ path: packed, content }: { path: string; content: Buffer }) => {
    const folder = folders[extname(packed) as keyof typeof folders];
    const target = join(folder, basename(packed));
    await writeFile(target, content).catch((error) => {
      throw describeFileError(error, target, 'write') ?? error;
    });
    files++;
  };
  await walkDebianPackage(path, (packed) => RECORDING.test(packed), take, report);
  if (files > 0) return;
  throw new UserError('data', `${path} has no recordings of a Russian voice with labels`, [
    'Name the package festvox-ru.',
  ]);
}
