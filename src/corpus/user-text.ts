/** A user's own text as a corpus. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { UserError } from '../errors.js';
import type { VocabularyRule } from './build/choose-vocabulary.js';
import type { PreparedSummary, PrepareOptions } from './build/corpus-recipe.js';
import type { Division, SplitFractions } from './build/divide.js';
import { prepareCorpus } from './build/prepare-corpus.js';
import type { Shuffle } from './build/shuffle.js';
import { identifyFile, keepStandardInput, STANDARD_INPUT_PATH } from './build/source-files.js';
import { makeStagingFolder } from './build/staging.js';
import { fileText, type Text } from './build/text-source.js';
import { checkOwnName } from './corpus-folder.js';
import { SPLITS, type SplitName, type Unit } from './manifest.js';
import type { Options, SourceFile } from './manifest-record.js';
import type { Normalization } from './normalize.js';
import { PreparedCorpus } from './prepared.js';
import type { Vocabulary } from './vocabulary.js';

export type { SplitFractions } from './build/divide.js';
export type { Shuffle } from './build/shuffle.js';

/** Files that are joined into one text; the path "-" is standard input. */
type Files = string | readonly string[];

/** One text per split, or one text to be split. */
export type TextInput =
  | { readonly files: Readonly<Record<SplitName, Files>> }
  | {
      readonly file: Files;
      readonly fractions: SplitFractions;
      /** Split between lines (the default), or between tokens, which a text of one long line needs. */
      readonly splitBy?: 'lines' | 'tokens' | undefined;
      /** Put lines or paragraphs in random order before the text is split. */
      readonly shuffle?: Shuffle | undefined;
    };

/** Rules of normalization and of the vocabulary. */
export interface TextForm {
  readonly unit: Unit;
  /** Unicode's form is NFC when `normalize` is left out. */
  readonly normalization: Omit<Normalization, 'normalize'> & Partial<Normalization>;
  /** Most words in the vocabulary, `<eos>` and `<unk>` among them; null for no limit. */
  readonly vocabularySize: number | null;
  /** Fewest occurrences in train of a word of the vocabulary. */
  readonly minCount: number;
}

export interface PrepareTextOptions extends PrepareOptions, Partial<TextForm> {
  readonly name: string;
  readonly input: TextInput;
  /**
   * A corpus in the same data folder whose normalization and vocabulary are used. The four options of {@link TextForm}
   * must then be left out.
   */
  readonly vocabularyOf?: string | undefined;
  /** Words outside the vocabulary become `<unk>`, or fail with a message that names the first of them. */
  readonly unknown: 'unk' | 'fail';
  /** The stream that the path "-" reads. */
  readonly standardInput?: Readable | undefined;
}

/**
 * Prepares a corpus from UTF-8 text, plain or gzip, which is read twice: for its hash, then for its words. Memory grows
 * only with the number of distinct words.
 *
 * One text is split into contiguous parts of whole lines: the first for train, the next for valid, the last for test.
 *
 * @throws UserError('usage') for an invalid name, or standard input that is named twice or missing
 * @throws UserError('data') for text that is not UTF-8, too short to be split, or has words outside the vocabulary
 *   under `unknown: 'fail'`; see also {@link prepareCorpus}
 */
export async function prepareText(options: PrepareTextOptions): Promise<PreparedSummary> {
  const { name, input, unknown } = options;
  checkOwnName(name);
  const sources = new Sources(options);
  try {
    const form = await formOf(options);
    const texts = await divisionOf(input, sources);
    return await prepareCorpus(
      {
        name,
        unit: form.unit,
        source: `text of ${sources.files.map(({ path }) => path).join(', ')}`,
        sourceFiles: sources.files.map(({ file }) => file),
        options: { ...form.options, unknown, ...divisionOptions(input) },
        normalization: form.normalization,
        texts,
        vocabulary: form.vocabulary,
        substitute: unknown === 'unk',
      },
      options,
    );
  } finally {
    await sources.discard();
  }
}

/**
 * Reads fractions written as "0.9,0.05,0.05".
 * @throws UserError('usage') when they are not three numbers above 0 with the sum 1
 */
export function parseFractions(text: string): SplitFractions {
  const fractions = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  const [train, valid, test] = fractions;
  // Decimal fractions do not add up exactly.
  const isWhole = Math.abs(train + valid + test - 1) < 1e-9;
  if (fractions.length === 3 && fractions.every((fraction) => fraction > 0) && isWhole) {
    return [train, valid, test];
  }
  throw new UserError('usage', `"${text}" does not split a text`, [
    'Give three numbers above 0 whose sum is 1, for train, valid and test: --split 0.9,0.05,0.05.',
  ]);
}

/** Opens the files that a corpus is made from. Standard input is copied to a file first. */
class Sources {
  readonly files: { readonly path: string; readonly file: SourceFile }[] = [];
  #folder: string | undefined;

  constructor(private readonly options: PrepareTextOptions) {}

  /** Identifies files and opens them as texts, in order. */
  async open(files: Files): Promise<Text[]> {
    const texts: Text[] = [];
    for (const path of [files].flat()) {
      const isInput = path === STANDARD_INPUT_PATH;
      const kept = isInput ? await this.#keep() : undefined;
      const text = await fileText(kept?.path ?? path, kept?.file.name);
      this.files.push({ path: text.name, file: kept?.file ?? (await identifyFile(path)) });
      texts.push(text);
    }
    return texts;
  }

  async discard(): Promise<void> {
    if (this.#folder !== undefined) await rm(this.#folder, { recursive: true, force: true });
  }

  async #keep(): Promise<{ path: string; file: SourceFile }> {
    const { standardInput, dataFolder, name, signal } = this.options;
    if (standardInput === undefined) throw new Error('standardInput is missing');
    if (this.#folder !== undefined) {
      throw new UserError('usage', 'Standard input ("-") is named twice, but can be read only once', [
        'Name it once, or put the text into a file.',
      ]);
    }
    // On the disk of the corpora: folders for temporary files are often small.
    this.#folder = await makeStagingFolder(join(dataFolder, name));
    return await keepStandardInput(standardInput, this.#folder, signal);
  }
}

async function divisionOf(input: TextInput, sources: Sources): Promise<Division> {
  if ('files' in input) {
    const { train, valid, test } = input.files;
    return {
      splits: {
        train: await sources.open(train),
        valid: await sources.open(valid),
        test: await sources.open(test),
      },
    };
  }
  const { file, fractions, splitBy = 'lines', shuffle } = input;
  return { texts: await sources.open(file), fractions, by: splitBy, shuffle };
}

/**
 * Returns the options of a division that identify the corpus, besides the files. Options that older versions did not
 * have are left out at their defaults.
 */
function divisionOptions(input: TextInput): Options {
  if ('files' in input) return splitSizes(input.files);
  const { fractions, splitBy = 'lines', shuffle } = input;
  return {
    split: fractions,
    ...(splitBy === 'tokens' && { splitBy }),
    ...(shuffle && { shuffle: shuffle.by, seed: shuffle.seed }),
  };
}

/** Returns the number of files of each split, where one split has several: the list of all files does not tell. */
function splitSizes(files: Readonly<Record<SplitName, Files>>): Options {
  const counts = SPLITS.map((split) => [files[split]].flat().length);
  return counts.every((count) => count === 1) ? {} : { filesPerSplit: counts };
}

interface ResolvedForm {
  readonly unit: Unit;
  readonly normalization: Normalization;
  readonly vocabulary: VocabularyRule | Vocabulary;
  readonly options: Options;
}

async function formOf(options: PrepareTextOptions): Promise<ResolvedForm> {
  const { vocabularyOf, dataFolder, unknown, vocabularySize = null, minCount = 1, unit = 'word' } = options;
  if (vocabularyOf !== undefined) return await formOfCorpus(vocabularyOf, dataFolder);
  const {
    lowerCase = false,
    numbers = 'keep',
    punctuation = 'keep',
    normalize = 'nfc',
  } = {
    ...options.normalization,
  };
  const normalization: Normalization = { normalize, lowerCase, numbers, punctuation };
  return {
    unit,
    normalization,
    vocabulary: { size: vocabularySize, minCount, unknown: unknown === 'unk' },
    options: { unit, ...normalization, vocabularySize: vocabularySize ?? 'all', minCount },
  };
}

/** Returns the form of another corpus, and its vocabulary: the same words get the same ids. */
async function formOfCorpus(name: string, dataFolder: string): Promise<ResolvedForm> {
  const corpus = await PreparedCorpus.open(dataFolder, name);
  const { manifest, vocabulary } = corpus;
  corpus.close();
  const { unit, normalization } = manifest;
  return {
    unit,
    normalization,
    vocabulary,
    options: { unit, ...normalization, vocabularyOf: name, vocabularySha256: vocabulary.sha256 },
  };
}
