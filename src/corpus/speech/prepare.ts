/** A user's own speech as a corpus: folders in the form of TIMIT, Kaldi, HTK or festvox. */
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { stopIfAborted, UserError } from '../../errors.js';
import { sha256File } from '../../storage/file-identity.js';
import type { PrepareOptions } from '../build/corpus-recipe.js';
import { checkOwnName } from '../corpus-folder.js';
import type { SourceFile } from '../manifest-record.js';
import { type FeatureOptions, USUAL_FEATURES } from './features/extractor.js';
import { FESTVOX_FORMAT } from './formats/festvox.js';
import { HTK_FORMAT } from './formats/htk.js';
import { KALDI_FORMAT } from './formats/kaldi.js';
import { type FolderFormat, type RawFolder, type RawUtterance, relativeTo } from './formats/raw-utterance.js';
import { CORE_TEST_SPEAKERS, DEVELOPMENT_SPEAKERS, TIMIT_FORMAT, utterancesOf } from './formats/timit.js';
import type { PhoneChoice } from './labels/phone-sets.js';
import type { NormalizationOf } from './manifest.js';
import { type PreparedSpeech, prepareSpeechCorpus } from './prepare-corpus.js';
import { featureFacts, featureOptionsRecord, openUtterances, type RawSplits } from './raw-splits.js';

/** The formats of folders. */
export type SpeechFormat = 'timit' | 'kaldi' | 'htk' | 'festvox';

const FORMATS: Readonly<Record<SpeechFormat, FolderFormat>> = {
  timit: TIMIT_FORMAT,
  kaldi: KALDI_FORMAT,
  htk: HTK_FORMAT,
  festvox: FESTVOX_FORMAT,
};

/** Choices of features that every speech corpus has. */
export interface SpeechFeatureOptions {
  /** By default 40 filters with energy and derivatives up to the second. */
  readonly features?: Partial<FeatureOptions> | undefined;
  /** By default the mean and the variance of train. */
  readonly normalize?: NormalizationOf | undefined;
}

export interface PrepareSpeechOptions extends PrepareOptions, SpeechFeatureOptions {
  readonly name: string;
  readonly format: SpeechFormat;
  readonly train: string;
  /** May be left out for TIMIT: the 50 speakers of the development set in the folder of test. */
  readonly valid?: string | undefined;
  readonly test: string;
  /** Classes that a model predicts; by default TIMIT's 48 for TIMIT, else the phones as they are. */
  readonly phones?: PhoneChoice | undefined;
}

/**
 * Prepares a speech corpus. Memory has the path of each utterance, and the audio of one.
 *
 * @throws UserError('usage') for an invalid name; UserError('data') that names file and line, or file and byte, for whatever is
 *   wrong with audio and labels
 */
export async function prepareSpeech(options: PrepareSpeechOptions): Promise<PreparedSpeech> {
  const { name, format, train, valid, test, normalize = 'global', signal, onProgress } = options;
  checkOwnName(name);
  const features = { ...USUAL_FEATURES, ...options.features };
  const phones = options.phones ?? (format === 'timit' ? 'timit48' : 'as-is');
  if (valid === undefined && format !== 'timit') throw noValid();
  const folders = [train, ...(valid === undefined ? [] : [valid]), test];
  const sourceFiles: SourceFile[] = [];
  for (const folder of folders)
    sourceFiles.push(await identifyFolder(folder, format, { signal, onProgress }));
  return await prepareSpeechCorpus(
    {
      name,
      description: `speech of ${folders.join(', ')}`,
      sourceFiles,
      options: { format, phones, ...featureOptionsRecord(features, normalize) },
      features: featureFacts(features, normalize),
      open: async ({ scratch }) => {
        const opened: RawFolder[] = [];
        const open = async (folder: string, prefix: string) => {
          const raw = await FORMATS[format].open(folder, scratch, prefix);
          opened.push(raw);
          return raw.utterances;
        };
        const close = () => {
          for (const folder of opened) folder.close?.();
        };
        try {
          const found = {
            train: await open(train, 'train'),
            valid: valid === undefined ? undefined : await open(valid, 'valid'),
            test: await open(test, 'test'),
          };
          const splits =
            format === 'timit' ? timitSplits(found, options) : { ...found, valid: found.valid ?? [] };
          const utterances = await openUtterances(splits, {
            phones,
            features,
            isTimit: format === 'timit',
            signal,
          });
          return { ...utterances, close };
        } catch (error) {
          close();
          throw error;
        }
      },
    },
    options,
  );
}

/** The utterances of the named folders. */
interface FoundSplits {
  readonly train: readonly RawUtterance[];
  readonly valid: readonly RawUtterance[] | undefined;
  readonly test: readonly RawUtterance[];
}

/** Chooses TIMIT's core test set and development set where their speakers are there. */
function timitSplits(
  { train, valid, test }: FoundSplits,
  { test: folder, onNote }: PrepareSpeechOptions,
): RawSplits {
  const core = utterancesOf(test, CORE_TEST_SPEAKERS);
  if (core === undefined)
    onNote?.(`${folder} lacks speakers of TIMIT's core test set, so all of its speakers are tested`);
  const development = valid ?? utterancesOf(test, DEVELOPMENT_SPEAKERS);
  if (development === undefined) {
    throw new UserError('data', `${folder} lacks speakers of TIMIT's development set, which would be valid`, [
      'Name a folder for valid: --valid FOLDER.',
    ]);
  }
  return { train, valid: development, test: core ?? test };
}

function noValid(): UserError {
  return new UserError('usage', 'There is no folder for valid', [
    'Name one: --valid FOLDER. Only TIMIT has one in its test folder.',
  ]);
}

/** Returns one entry for all files of a folder: their number and size, and the SHA-256 of their names and hashes. */
async function identifyFolder(
  folder: string,
  format: SpeechFormat,
  { signal, onProgress }: Pick<PrepareOptions, 'signal' | 'onProgress'>,
): Promise<SourceFile> {
  const files = await FORMATS[format].files(folder);
  const hash = createHash('sha256');
  let bytes = 0;
  for (const [index, path] of files.entries()) {
    stopIfAborted(signal);
    hash.update(`${await sha256File(path)} ${relativeTo(folder, path)}\n`);
    bytes += (await stat(path)).size;
    onProgress?.({ label: `check ${basename(folder)}`, done: index + 1, total: files.length, unit: 'files' });
  }
  return { name: `${basename(folder)} (${files.length} files)`, bytes, sha256: hash.digest('hex') };
}
