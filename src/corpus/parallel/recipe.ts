/** Everything that determines the bytes of a parallel corpus. */
import type { Options, SourceFile } from '../manifest-record.js';
import type { ParallelForm } from './form.js';
import type { Cut } from './held-out.js';
import type { PairText } from './pair-text.js';

/** Rules for the pairs that are kept. Pairs with an empty sentence are always left out. */
export interface PairFilter {
  /** Fewest words of each sentence. */
  readonly minLength: number;
  /** Most words of each sentence; null for no limit. */
  readonly maxLength: number | null;
  /** Leave out pairs that occurred before, in any split. */
  readonly deduplicate: boolean;
  /**
   * Whether the rules apply to texts for valid and test, too. Without it those texts stay whole, as published test sets
   * must, and training pairs that repeat them are left out.
   */
  readonly heldOut: boolean;
}

export interface ParallelRecipe {
  /** Name of the corpus, which is the name of its folder. */
  readonly name: string;
  /** Where the text is from, for people. */
  readonly description: string;
  readonly sourceFiles: readonly SourceFile[];
  readonly options: Options;
  readonly form: ParallelForm;
  readonly train: readonly PairText[];
  /** Texts, or the number of pairs that are cut off from the texts of train. */
  readonly valid: readonly PairText[] | number;
  readonly test: readonly PairText[] | number;
  /** Which pairs are cut off. */
  readonly cut: Cut;
  readonly filter: PairFilter;
  readonly vocabulary: {
    /** One vocabulary for both sides, with the counts of both. */
    readonly shared: boolean;
    /** Most words of each vocabulary, `<eos>` and `<unk>` among them; null for no limit. */
    readonly size: number | null;
    /** Fewest occurrences in train of a word that is kept. */
    readonly minCount: number;
  };
  /** Most BPE merges, learned from train: of both sides together for a shared vocabulary, else of each. Null for whole words. */
  readonly bpe: number | null;
}
