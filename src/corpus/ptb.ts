/**
 * The Penn Treebank corpus as Mikolov prepared it in 2010: the corpus of the paper, and the standard benchmark of
 * word-level language models.
 */

import type { PreparedSummary, PrepareOptions } from './build/corpus-recipe.js';
import { prepareCorpus } from './build/prepare-corpus.js';
import { memoryText, type Text } from './build/text-source.js';
import { SPLITS, type SplitName } from './manifest.js';
import type { Normalization } from './normalize.js';
import { PTB_FILES, type PtbTexts, ptbFromLocal, ptbFromWeb } from './ptb-files.js';
import { MIRRORS, type Mirror, parseMirror } from './ptb-mirrors.js';

export interface PreparePtbOptions extends PrepareOptions {
  /** Folder for downloads; needed unless `from` names the files. */
  readonly cacheFolder?: string | undefined;
  /** A folder or an archive that has the three files, instead of a download. */
  readonly from?: string | undefined;
  /** Address of a folder or an archive on the web to download from, instead of the known mirrors. */
  readonly url?: string | undefined;
  /** The known mirrors, in the order in which they are tried. */
  readonly mirrors?: readonly Mirror[];
  /** A connection is given up when nothing arrives for so many seconds. */
  readonly stallSeconds?: number | undefined;
  /** Wait before the second attempt at a mirror; doubled before each further one. */
  readonly backoffSeconds?: number | undefined;
}

/** Normalization of prompts. The files already have this form. */
const FORM: Normalization = { normalize: 'nfc', lowerCase: true, numbers: 'N', punctuation: 'treebank' };

/** Normalization of the files: they are only split at their spaces. */
const AS_IT_IS: Normalization = {
  normalize: 'none',
  lowerCase: false,
  numbers: 'keep',
  punctuation: 'keep',
};

/**
 * Prepares the corpus "ptb": 929,589 training, 73,760 validation and 82,430 test tokens, 10,000 types with `<unk>`, `N`
 * and `<eos>`; every word of validation and test occurs in train.
 *
 * @throws UserError('data') when the files are not available, or are not the expected ones; see also {@link
 *   prepareCorpus}
 */
export async function preparePtb(options: PreparePtbOptions): Promise<PreparedSummary> {
  const texts = await readTexts(options);
  return await prepareCorpus(
    {
      name: 'ptb',
      unit: 'word',
      source: 'Penn Treebank (Wall Street Journal), preprocessed by T. Mikolov',
      sourceFiles: SPLITS.map((split) => PTB_FILES[split]),
      options: {},
      normalization: FORM,
      readAs: AS_IT_IS,
      texts: {
        splits: {
          train: textOf(texts, 'train'),
          valid: textOf(texts, 'valid'),
          test: textOf(texts, 'test'),
        },
      },
      vocabulary: { size: null, minCount: 1, unknown: false },
      substitute: false,
    },
    options,
  );
}

async function readTexts(options: PreparePtbOptions): Promise<PtbTexts> {
  const { from, url, cacheFolder } = options;
  if (from !== undefined) return await ptbFromLocal(from);
  if (cacheFolder === undefined) throw new Error('preparePtb needs a cache folder to download into');
  const mirrors = url === undefined ? (options.mirrors ?? MIRRORS) : [parseMirror(url)];
  return await ptbFromWeb(cacheFolder, mirrors, options);
}

function textOf(texts: PtbTexts, split: SplitName): readonly Text[] {
  return [memoryText(PTB_FILES[split].name, texts[split])];
}
