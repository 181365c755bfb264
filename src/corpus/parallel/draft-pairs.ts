/** Reads the pairs of a parallel corpus once: cuts words, leaves out pairs, and writes the rest as a draft. */
import { UserError } from '../../errors.js';
import type { Draft } from '../build/draft.js';
import type { ReadOptions } from '../build/text-source.js';
import { TypeTable } from '../build/type-table.js';
import type { SplitName } from '../manifest.js';
import { DistinctPairs } from './distinct-pairs.js';
import { type ParallelForm, wordsOfSentence } from './form.js';
import { HeldOutPairs } from './held-out.js';
import type { DroppedPairs, HeldOut, Side } from './manifest.js';
import type { PairText, SentencePair } from './pair-text.js';
import type { PairFilter, ParallelRecipe } from './recipe.js';

/** The pairs that are kept, as words. */
export interface DraftedPairs {
  /** The words of both sides. */
  readonly types: TypeTable;
  /** Number of pairs of each split. */
  readonly pairs: Readonly<Record<SplitName, number>>;
  /** Returns the split of a pair of the drafts. */
  splitOf(index: number): SplitName;
  /** The pairs of valid and test as they were given, in the order of the drafts. */
  readonly text: Readonly<Record<HeldOut, readonly SentencePair[]>>;
  readonly dropped: DroppedPairs;
}

/**
 * Drafts all pairs of a recipe, one sentence of each side a line.
 *
 * @param drafts receive the numbers of the words
 * @throws UserError('data') when no pairs are left for a split; see also {@link PairText}
 */
export async function draftPairs(
  recipe: ParallelRecipe,
  drafts: Readonly<Record<Side, Draft>>,
  options: ReadOptions,
): Promise<DraftedPairs> {
  const reader = new PairReader(recipe, drafts, options);
  const splits = new Map<number, SplitName>();
  const text: Record<HeldOut, SentencePair[]> = { valid: [], test: [] };
  // Valid and test first: a training pair that repeats one of theirs is a repetition.
  for (const split of ['test', 'valid'] as const) {
    const texts = recipe[split];
    if (typeof texts === 'number') continue;
    await reader.read(texts, recipe.filter.heldOut, (pair, index) => {
      splits.set(index, split);
      text[split].push(pair);
    });
  }
  const [validCount, testCount] = [countOf(recipe.valid), countOf(recipe.test)];
  const candidates = new HeldOutPairs(validCount + testCount, recipe.cut);
  let trainPairs = 0;
  await reader.read(recipe.train, true, (pair, index) => {
    candidates.offer({ ...pair, index });
    trainPairs++;
  });
  if (trainPairs <= validCount + testCount) throw tooFewPairs(recipe, trainPairs, reader.dropped);
  const chosen = candidates.chosen();
  for (const [split, pairs] of [
    ['test', chosen.slice(0, testCount)],
    ['valid', chosen.slice(testCount)],
  ] as const) {
    for (const { index, source, target } of pairs.sort((a, b) => a.index - b.index)) {
      splits.set(index, split);
      text[split].push({ source, target });
    }
  }
  const empty = (['valid', 'test'] as const).find((split) => text[split].length === 0);
  if (empty !== undefined) throw noPairs(recipe, empty);
  return {
    types: reader.types,
    pairs: {
      train: trainPairs - chosen.length,
      valid: text.valid.length,
      test: text.test.length,
    },
    splitOf: (index) => splits.get(index) ?? 'train',
    text,
    dropped: reader.dropped,
  };
}

/** Returns the number of bytes that {@link draftPairs} reads, in the unit of `onBytes`. */
export function bytesOf({ train, valid, test }: ParallelRecipe): number {
  const texts = [train, valid, test].flatMap((split) => (typeof split === 'number' ? [] : split));
  return texts.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Reads texts into drafts, with the progress of all of them as one. */
class PairReader {
  readonly types = new TypeTable();
  readonly dropped = { empty: 0, length: 0, repeated: 0 };
  readonly #form: ParallelForm;
  readonly #filter: PairFilter;
  readonly #seen = new DistinctPairs();
  #pairs = 0;
  #bytesBefore = 0;

  constructor(
    { form, filter }: ParallelRecipe,
    private readonly drafts: Readonly<Record<Side, Draft>>,
    private readonly options: ReadOptions,
  ) {
    this.#form = form;
    this.#filter = filter;
  }

  /**
   * @param filtered whether the rules of the filter apply
   * @param onPair   called with each pair that is kept and its place in the drafts
   */
  async read(
    texts: readonly PairText[],
    filtered: boolean,
    onPair: (pair: SentencePair, index: number) => void,
  ): Promise<void> {
    const { signal, onBytes } = this.options;
    for (const text of texts) {
      const start = this.#bytesBefore;
      let line = 0;
      for await (const pair of text.pairs({ signal, onBytes: (bytes) => onBytes?.(start + bytes) })) {
        line++;
        const source = wordsOfSentence(pair.source, this.#form);
        const target = wordsOfSentence(pair.target, this.#form);
        if (!this.#keeps(source, target, filtered)) continue;
        this.#write('source', source, text.source, line);
        this.#write('target', target, text.target, line);
        onPair(pair, this.#pairs++);
      }
      this.#bytesBefore += text.bytes;
    }
  }

  #keeps(source: readonly string[], target: readonly string[], filtered: boolean): boolean {
    const { minLength, maxLength, deduplicate } = this.#filter;
    const [shorter, longer] = [source.length, target.length].sort((a, b) => a - b);
    const fault =
      shorter === 0
        ? 'empty'
        : filtered && (shorter < minLength || longer > (maxLength ?? longer))
          ? 'length'
          : deduplicate && !this.#seen.add(source, target) && filtered
            ? 'repeated'
            : undefined;
    if (fault !== undefined) this.dropped[fault]++;
    return fault === undefined;
  }

  #write(side: Side, words: readonly string[], name: string, line: number): void {
    const draft = this.drafts[side];
    for (const word of words) draft.add(this.types.number(word, name, line));
    draft.endLine();
  }
}

function countOf(split: readonly PairText[] | number): number {
  return typeof split === 'number' ? split : 0;
}

function tooFewPairs(recipe: ParallelRecipe, pairs: number, dropped: DroppedPairs): UserError {
  const { empty, length, repeated } = dropped;
  const cutOff = countOf(recipe.valid) + countOf(recipe.test);
  const names = recipe.train.map(({ source }) => source).join(', ');
  return new UserError(
    'data',
    `${names}: ${pairs} pairs are left, too few for training with ${cutOff} held out: ` +
      `${empty} were empty, ${length} too short or too long, and ${repeated} repeated`,
    ['Give more text, hold out fewer pairs for validation and test, or keep more of them with other limits.'],
  );
}

function noPairs(recipe: ParallelRecipe, split: HeldOut): UserError {
  const texts = recipe[split];
  const names = typeof texts === 'number' ? split : texts.map(({ source }) => source).join(', ');
  return new UserError('data', `${names}: No pairs are left for ${split}`, [
    'Name two files with sentences, as many in each.',
  ]);
}
