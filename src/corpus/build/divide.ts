/** Divides texts into the training, validation and test splits. */
import { UserError } from '../../errors.js';
import type { SplitName, Unit } from '../manifest.js';
import { SPLITS } from '../manifest.js';
import type { Normalization } from '../normalize.js';
import type { Draft } from './draft.js';
import { type Shuffle, ShuffledTexts } from './shuffle.js';
import { type BlockOptions, countLines, textBlocks } from './text-blocks.js';
import type { Text } from './text-source.js';
import { createTokenizer, type Tokenizer } from './tokenizer.js';
import type { TypeTable } from './type-table.js';

/** Shares of train, valid and test, in this order: each above 0, with the sum 1. */
export type SplitFractions = readonly [train: number, valid: number, test: number];

/** The texts of a corpus: one list per split, or one list that is divided. */
export type Division =
  | { readonly splits: Readonly<Record<SplitName, readonly Text[]>> }
  | {
      readonly texts: readonly Text[];
      readonly fractions: SplitFractions;
      /** Cut between lines, or between tokens, which may be in the middle of a line. */
      readonly by: 'lines' | 'tokens';
      readonly shuffle?: Shuffle | undefined;
    };

/** Number of tokens of each split. In the draft the splits follow one another. */
export type SplitTokens = Readonly<Record<SplitName, number>>;

/** Everything that is written while the texts are read. */
export interface Drafting extends BlockOptions {
  readonly form: Normalization & { readonly unit: Unit };
  /** Receives the numbers of the tokens. */
  readonly types: TypeTable;
  readonly draft: Draft;
  /** For temporary files, which are gone afterwards. */
  readonly folder: string;
}

/** Returns all texts, in order. */
export function textsOf(division: Division): readonly Text[] {
  return 'texts' in division ? division.texts : SPLITS.flatMap((split) => division.splits[split]);
}

/**
 * Returns the number of bytes that {@link draftSplits} reads, in the unit of `onBytes`. A text whose lines are counted
 * or shuffled first is read twice.
 */
export function bytesToRead(division: Division): number {
  const once = sizeOf(textsOf(division));
  if (!('texts' in division)) return once;
  return division.by === 'lines' || division.shuffle ? 2 * once : once;
}

/**
 * Writes the tokens of all splits into a draft: train, valid, test.
 * @throws UserError('data') when the texts are too short to be split; see also {@link textBlocks}
 */
export async function draftSplits(division: Division, drafting: Drafting): Promise<SplitTokens> {
  const reader = new DraftReader(drafting);
  if ('splits' in division) {
    const ends: number[] = [];
    for (const split of SPLITS) {
      await reader.read(division.splits[split]);
      ends.push(drafting.draft.tokens);
    }
    return tokensBetween(ends);
  }
  const tokens = tokensBetween(await draftWhole(division, reader, drafting));
  if (SPLITS.some((split) => tokens[split] === 0)) throw tooShort(division);
  return tokens;
}

/** Drafts a text that is divided, and returns the ends of its splits in tokens. */
async function draftWhole(division: Whole, reader: DraftReader, drafting: Drafting): Promise<number[]> {
  const { texts, fractions, by, shuffle } = division;
  const { draft } = drafting;
  const units = shuffle && (await reader.deal(texts, shuffle));
  try {
    if (by === 'tokens') {
      await (units ? reader.readShuffled(units) : reader.read(texts));
      return cutsOf(draft.tokens, fractions);
    }
    const lines = units ? units.lines : await reader.countLines(texts);
    const cuts = cutsOf(lines, fractions);
    const ends: number[] = [];
    // A paragraph belongs as a whole to the split in which it begins.
    const cut = () => {
      while (ends.length < 2 && draft.lines >= cuts[ends.length]) ends.push(draft.tokens);
    };
    if (shuffle?.by !== 'paragraph') draft.onLine = cut;
    await (units ? reader.readShuffled(units, cut) : reader.read(texts));
    return [...ends, draft.tokens];
  } finally {
    units?.discard();
  }
}

type Whole = Extract<Division, { texts: readonly Text[] }>;

/** Reads texts into a draft, with the progress of all readings as one. */
class DraftReader {
  readonly #tokenizer: Tokenizer;
  #bytesBefore = 0;

  constructor(private readonly drafting: Drafting) {
    const { form, types, draft } = drafting;
    this.#tokenizer = createTokenizer(form, types, draft);
  }

  async read(texts: readonly Text[]): Promise<void> {
    for (const text of texts) {
      for await (const block of textBlocks(text, this.drafting.form, this.#next(text.bytes))) {
        this.#tokenizer.read(block, text.name);
      }
    }
  }

  async countLines(texts: readonly Text[]): Promise<number> {
    let lines = 0;
    for (const text of texts) lines += await countLines(text, this.#next(text.bytes));
    return lines;
  }

  async deal(texts: readonly Text[], shuffle: Shuffle): Promise<ShuffledTexts> {
    const { form, folder } = this.drafting;
    return await ShuffledTexts.deal(texts, form, shuffle, folder, this.#next(sizeOf(texts)));
  }

  /** @param onUnit called after each line or paragraph */
  async readShuffled(shuffled: ShuffledTexts, onUnit: () => void = () => {}): Promise<void> {
    for await (const { block, name } of shuffled.units(this.#next(shuffled.bytes))) {
      this.#tokenizer.read(block, name);
      onUnit();
    }
  }

  /** Returns the options for reading so many bytes next. */
  #next(bytes: number): BlockOptions {
    const { signal, onBytes, formIsGiven } = this.drafting;
    const start = this.#bytesBefore;
    this.#bytesBefore += bytes;
    return { signal, onBytes: (read) => onBytes?.(start + read), formIsGiven };
  }
}

/** Returns the ends of train, valid and test in lines or tokens, rounded to whole ones. */
function cutsOf(count: number, [train, valid]: SplitFractions): [number, number, number] {
  return [Math.round(count * train), Math.round(count * (train + valid)), count];
}

function tokensBetween(ends: readonly number[]): SplitTokens {
  const [train = 0, valid = 0, test = 0] = ends;
  return { train, valid: valid - train, test: test - valid };
}

function sizeOf(texts: readonly Text[]): number {
  return texts.reduce((sum, text) => sum + text.bytes, 0);
}

function tooShort({ texts, fractions, by, shuffle }: Whole): UserError {
  const names = texts.map(({ name }) => name).join(', ');
  const [subject, what] = [
    texts.length === 1 ? 'has' : 'have',
    shuffle?.by === 'paragraph' ? 'paragraphs' : by,
  ];
  const cures = ['Give a longer text, or three: --train FILE --valid FILE --test FILE.'];
  if (by === 'lines') {
    cures.unshift(
      'Split it between words instead of lines, as a text of one long line needs: --split-by tokens.',
    );
  }
  return new UserError(
    'data',
    `${names} ${subject} too few ${what} to be split into ${fractions.join(', ')}`,
    cures,
  );
}
