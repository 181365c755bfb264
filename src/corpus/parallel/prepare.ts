/** A user's own parallel text as a corpus. */
import { UserError } from '../../errors.js';
import type { PreparedFolder, PrepareOptions } from '../build/corpus-recipe.js';
import { type CorpusReader, prepareFolder } from '../build/prepare-corpus.js';
import { identifyFile } from '../build/source-files.js';
import { fileText } from '../build/text-source.js';
import { checkOwnName } from '../corpus-folder.js';
import type { Options, SourceFile } from '../manifest-record.js';
import type { ParallelForm } from './form.js';
import type { Cut } from './held-out.js';
import { filesOf, type ParallelManifest, readParallelManifest } from './manifest.js';
import { type PairText, pairedTexts } from './pair-text.js';
import type { ParallelRecipe } from './recipe.js';
import { writeParallelCorpus } from './write-corpus.js';

/** The files of both sides, plain or gzip: the same line of the same file of each is a pair. */
export interface SideFiles {
  readonly source: string | readonly string[];
  readonly target: string | readonly string[];
}

export interface PrepareParallelOptions extends PrepareOptions {
  readonly name: string;
  readonly train: SideFiles;
  /** Files, or the number of pairs that are cut off from train. */
  readonly valid: SideFiles | number;
  /** Files, or the number of pairs that are cut off from train. */
  readonly test: SideFiles | number;
  /** Which pairs are cut off; by default the last ones. */
  readonly cut?: Cut | undefined;
  /** By default NFC, with the case of the text, and joiners. */
  readonly form?: Partial<ParallelForm> | undefined;
  /** One vocabulary for both sides; by default each has its own. */
  readonly sharedVocabulary?: boolean | undefined;
  /** Most words of each vocabulary, `<eos>` and `<unk>` among them; null, the default, for no limit. */
  readonly vocabularySize?: number | null | undefined;
  /** Fewest occurrences in train of a word of the vocabulary; by default 1. */
  readonly minCount?: number | undefined;
  /**
   * Most BPE merges: words are cut into subwords. With a shared vocabulary they are learned from both sides together. Null,
   * the default, keeps whole words.
   */
  readonly bpe?: number | null | undefined;
  /** Fewest words of a sentence; by default 1. Shorter ones are left out of train, and of what is cut off. */
  readonly minLength?: number | undefined;
  /** Most words of a sentence; null, the default, for no limit. Longer ones are left out of train, and of what is cut off. */
  readonly maxLength?: number | null | undefined;
  /** Leave out pairs of train that occurred before, or occur in valid or test; by default true. */
  readonly deduplicate?: boolean | undefined;
}

const READER: CorpusReader<ParallelManifest> = {
  readManifest: readParallelManifest,
  hashes: (manifest) => filesOf(manifest).map(({ file, sha256 }) => [file, sha256]),
};

/** The prepared parallel corpus. */
export type PreparedParallel = PreparedFolder<ParallelManifest>;

/** Prepares a parallel corpus; see {@link prepareFolder}. */
export async function prepareParallelCorpus(
  recipe: ParallelRecipe,
  options: PrepareOptions,
): Promise<PreparedParallel> {
  const write = (folder: string) => writeParallelCorpus(folder, recipe, options);
  return await prepareFolder(recipe, READER, write, options);
}

/**
 * Prepares a parallel corpus from text files in UTF-8, plain or gzip, as the Moses tools read them: line i of one file is
 * the translation of line i of the other. Memory grows only with the number of distinct words, and by 16 to 32 bytes for
 * each pair under `deduplicate`.
 *
 * @throws UserError('usage') for an invalid name, or different numbers of files
 * @throws UserError('data') for text that is not UTF-8, a sentence without its partner, or too few pairs
 */
export async function prepareParallel(options: PrepareParallelOptions): Promise<PreparedParallel> {
  const { name, valid, test, cut = { pick: 'last' } } = options;
  checkOwnName(name);
  const form = { normalize: 'nfc', lowerCase: false, tokenization: 'joiner', ...options.form } as const;
  const { sharedVocabulary: shared = false, vocabularySize: size = null, minCount = 1 } = options;
  const { minLength = 1, maxLength = null, deduplicate = true, bpe = null } = options;
  const sourceFiles: SourceFile[] = [];
  const open = async (files: SideFiles) => await openFiles(files, sourceFiles);
  const train = await open(options.train);
  return await prepareParallelCorpus(
    {
      name,
      description: `sentences of ${train.map((text) => `${text.source} and ${text.target}`).join(', ')}`,
      sourceFiles,
      options: {
        ...form,
        sharedVocabulary: shared,
        vocabularySize: size ?? 'all',
        minCount,
        bpe: bpe ?? 'none',
        minLength,
        maxLength: maxLength ?? 'none',
        deduplicate,
        ...divisionOptions(options, cut),
      },
      form,
      train,
      valid: typeof valid === 'number' ? valid : await open(valid),
      test: typeof test === 'number' ? test : await open(test),
      cut,
      filter: { minLength, maxLength, deduplicate, heldOut: false },
      vocabulary: { shared, size, minCount },
      bpe,
    },
    options,
  );
}

/** Identifies files and opens them as pairs, in order. */
async function openFiles(files: SideFiles, identified: SourceFile[]): Promise<PairText[]> {
  const [sources, targets] = [[files.source].flat(), [files.target].flat()];
  if (sources.length !== targets.length || sources.length === 0) {
    const counts = `${sources.length} source files and ${targets.length} target files`;
    throw new UserError('usage', `There are ${counts}, but each source file needs one target file`, [
      'Name as many files for both sides, in the same order.',
    ]);
  }
  const texts: PairText[] = [];
  for (const [index, source] of sources.entries()) {
    const target = targets[index];
    texts.push(pairedTexts(await fileText(source), await fileText(target)));
    identified.push(await identifyFile(source), await identifyFile(target));
  }
  return texts;
}

/** Returns the options of the splits that identify the corpus, besides the files. */
function divisionOptions({ valid, test, train }: PrepareParallelOptions, cut: Cut): Options {
  const isCut = typeof valid === 'number' || typeof test === 'number';
  const filesOfSplits = [train, valid, test].map((split) =>
    typeof split === 'number' ? 0 : [split.source].flat().length,
  );
  return {
    ...(typeof valid === 'number' && { valid }),
    ...(typeof test === 'number' && { test }),
    ...(isCut && { cut: cut.pick, ...(cut.pick === 'random' && { seed: cut.seed }) }),
    ...(filesOfSplits.some((count) => count > 1) && { filesPerSplit: filesOfSplits }),
  };
}
