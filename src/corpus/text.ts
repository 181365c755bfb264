/** A user's own text as a corpus. */
import { UserError } from '../errors.js';
import { identifyFile } from './build/identify-file.js';
import { countLines, rangesOfLines } from './build/line-ranges.js';
import { fileLines, type LineSource } from './build/line-source.js';
import { prepareCorpus } from './build/prepare.js';
import type { PreparedSummary, PrepareOptions } from './build/recipe.js';
import { checkCorpusName } from './corpus-name.js';
import { type Options, SPLITS, type SplitName, type Unit } from './manifest.js';
import type { Normalization } from './normalize.js';

/** Shares of the lines of a text that become train, valid and test, in this order: each above 0, in all 1. */
export type SplitFractions = readonly [train: number, valid: number, test: number];

/** Three files, or one that is split. */
export type TextInput =
  | { readonly files: Readonly<Record<SplitName, string>> }
  | { readonly file: string; readonly fractions: SplitFractions };

export interface PrepareTextOptions extends PrepareOptions {
  readonly name: string;
  readonly input: TextInput;
  readonly unit: Unit;
  readonly normalization: Normalization;
  /** Most words in the vocabulary, `<eos>` and `<unk>` among them; null for no limit. */
  readonly vocabularySize: number | null;
  /** Fewest occurrences in train of a word of the vocabulary. */
  readonly minCount: number;
  /** What becomes of words outside the vocabulary: `<unk>`, or a failure that names the first of them. */
  readonly unknown: 'unk' | 'fail';
}

/**
 * Prepares a corpus from UTF-8 text, a line at a time: train is read twice, to count words and to number them, the other
 * splits once. Memory grows with the number of distinct words alone.
 *
 * One file is split into contiguous parts of whole lines: the first for train, the next for valid, the last for test.
 *
 * @throws UserError('usage') for a name that cannot be
 * @throws UserError('data') for text that is not UTF-8, too short to be split, or has words outside the vocabulary under
 *   `unknown: 'fail'`; see also {@link prepareCorpus}
 */
export async function prepareText(options: PrepareTextOptions): Promise<PreparedSummary> {
  const { name, input, unit, normalization, vocabularySize, minCount, unknown } = options;
  checkCorpusName(name);
  const files = 'files' in input ? SPLITS.map((split) => input.files[split]) : [input.file];
  const splits = 'files' in input ? await separateFiles(input.files, options) : await oneFile(input, options);
  const choices: Options = {
    unit,
    ...normalization,
    vocabularySize: vocabularySize ?? 'all',
    minCount,
    unknown,
  };
  return await prepareCorpus(
    {
      name,
      unit,
      source: `text of ${files.join(', ')}`,
      sourceFiles: await Promise.all(files.map(identifyFile)),
      options: 'files' in input ? choices : { ...choices, split: input.fractions },
      normalization,
      splits,
      vocabulary: { size: vocabularySize, minCount, unknown: unknown === 'unk' },
    },
    options,
  );
}

/**
 * Reads fractions written as "0.9,0.05,0.05".
 * @throws UserError('usage') when they are not three numbers above 0 whose sum is 1
 */
export function parseFractions(text: string): SplitFractions {
  const fractions = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  const sum = fractions.reduce((total, fraction) => total + fraction, 0);
  // Decimal fractions do not add up exactly.
  const whole = Math.abs(sum - 1) < 1e-9;
  if (fractions.length === 3 && fractions.every((fraction) => fraction > 0) && whole) {
    return fractions as unknown as SplitFractions;
  }
  throw new UserError('usage', `"${text}" does not split a text`, [
    'Give three numbers above 0 whose sum is 1, for train, valid and test: --split 0.9,0.05,0.05.',
  ]);
}

type Splits = Record<SplitName, LineSource>;

async function separateFiles(
  files: Readonly<Record<SplitName, string>>,
  { unit, normalization }: PrepareTextOptions,
): Promise<Splits> {
  const source = (split: SplitName) => fileLines(files[split], { unit, ...normalization });
  return { train: await source('train'), valid: await source('valid'), test: await source('test') };
}

async function oneFile(
  { file, fractions }: { readonly file: string; readonly fractions: SplitFractions },
  { unit, normalization, signal }: PrepareTextOptions,
): Promise<Splits> {
  const counts = splitLines(await countLines(file, { signal }), fractions);
  if (counts.some((count) => count === 0)) throw tooFewLines(file, fractions);
  const ranges = await rangesOfLines(file, counts, { signal });
  const [train, valid, test] = await Promise.all(
    ranges.map((range) => fileLines(file, { unit, ...normalization }, range)),
  );
  return { train, valid, test } as Splits;
}

/** How many lines each split has; the cuts are rounded to whole lines. */
function splitLines(lines: number, [train, valid]: SplitFractions): [number, number, number] {
  const firstCut = Math.round(lines * train);
  const secondCut = Math.round(lines * (train + valid));
  return [firstCut, secondCut - firstCut, lines - secondCut];
}

function tooFewLines(file: string, fractions: SplitFractions): UserError {
  return new UserError('data', `${file} has too few lines to be split into ${fractions.join(', ')}`, [
    'Give a longer text, break it into lines (best a sentence on each), or give three files: --train F --valid F --test F.',
  ]);
}
