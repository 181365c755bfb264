/** LibreOffice's help in English and French as a parallel corpus, under the Mozilla Public License 2.0. */
import type { PrepareOptions } from '../build/corpus-recipe.js';
import { identifyFile } from '../build/source-files.js';
import type { SplitName } from '../manifest.js';
import type { ParallelForm } from '../parallel/form.js';
import { type PairText, type SentencePair, textOfPairs } from '../parallel/pair-text.js';
import { type PreparedParallel, prepareParallelCorpus } from '../parallel/prepare.js';
import { findHelpPackages, HELP_PACKAGES, type HelpPackageOptions, readPages } from './help-packages.js';
import { type PageOptions, pairsOfPages } from './help-pairs.js';

/** To be raised with every change of the rules that gives other pairs for the same packages. */
const EDITION = 1;

const FORM: ParallelForm = { normalize: 'nfc', lowerCase: false, tokenization: 'joiner' };

export interface PrepareLibreOfficeOptions extends PrepareOptions, HelpPackageOptions {
  /** BPE merges; null for whole words. */
  readonly bpe?: number | null | undefined;
  /** Most words of each vocabulary; null for no limit. */
  readonly vocabularySize?: number | null | undefined;
  readonly sharedVocabulary?: boolean | undefined;
  /** Fewest and most words of a sentence, in all splits. */
  readonly minLength?: number | undefined;
  readonly maxLength?: number | null | undefined;
}

/** BPE merges of each language, unless another number is given. */
export const USUAL_MERGES = 4000;

/** Lengths of sentences, unless others are given. */
export const USUAL_LENGTHS = { min: 4, max: 30 } as const;

/**
 * Prepares the corpus "libreoffice" from the help pages of Debian's packages `libreoffice-help-en-us` and
 * `libreoffice-help-fr`: English to French. Of every twenty pages in the order of their names, one is for validation, one
 * for test.
 *
 * @throws UserError('data') when a package is not available or not the pinned one; see also {@link prepareParallelCorpus}
 */
export async function prepareLibreOffice(options: PrepareLibreOfficeOptions): Promise<PreparedParallel> {
  const { bpe = USUAL_MERGES, vocabularySize: size = null, sharedVocabulary: shared = false } = options;
  const { minLength = USUAL_LENGTHS.min, maxLength = USUAL_LENGTHS.max, packages = HELP_PACKAGES } = options;
  const paths = await findHelpPackages(options);
  const sourceFiles = [await identifyFile(paths.source), await identifyFile(paths.target)];
  let pairs: Promise<Record<SplitName, SentencePair[]>> | undefined;
  const readPairs = async (hooks: PageOptions) =>
    await pairsOfPages(
      await readPages(paths.source, packages.source),
      await readPages(paths.target, packages.target),
      hooks,
    );
  const bytes = sourceFiles.reduce((sum, file) => sum + file.bytes, 0);
  const textOf = (split: SplitName): PairText[] => [
    textOfPairs(`${split} pages`, bytes / 3, ({ signal, onBytes }) => {
      // The first split that is read reads the pages of all.
      pairs ??= readPairs({ signal, onPages: (share) => onBytes?.((share * bytes) / 3) });
      return pairs.then((splits) => splits[split]);
    }),
  ];
  return await prepareParallelCorpus(
    {
      name: 'libreoffice',
      description: "LibreOffice's help in English and French, from Debian, under the MPL-2.0",
      sourceFiles,
      options: {
        edition: EDITION,
        bpe: bpe ?? 'none',
        vocabularySize: size ?? 'all',
        sharedVocabulary: shared,
        minLength,
        maxLength: maxLength ?? 'none',
      },
      form: FORM,
      train: textOf('train'),
      valid: textOf('valid'),
      test: textOf('test'),
      cut: { pick: 'last' },
      filter: { minLength, maxLength, deduplicate: true, heldOut: true },
      vocabulary: { shared, size, minCount: 1 },
      bpe,
    },
    options,
  );
}
