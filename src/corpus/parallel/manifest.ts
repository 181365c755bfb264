/**
 * The `manifest.json` of a parallel corpus: pairs of sentences in two languages, the source and the target of a
 * translation.
 */
import { SPLITS, type SplitFacts, type SplitName } from '../manifest.js';
import {
  type FORMAT_VERSION,
  hasCounts,
  type Options,
  readManifestOf,
  type SourceFile,
} from '../manifest-record.js';
import type { ParallelForm } from './form.js';

/** The sides of a pair: what is translated, and its translation. */
export const SIDES = ['source', 'target'] as const;
export type Side = (typeof SIDES)[number];

/** The splits that models are measured on, whose text is kept as it was given. */
export const HELD_OUT = ['valid', 'test'] as const;
export type HeldOut = (typeof HELD_OUT)[number];

/** Returns the name of a side's vocabulary. A shared vocabulary is written twice. */
export const vocabularyFileName = (side: Side): string => `${side}.vocabulary.txt`;

/** Returns the name of a file with the ids of one side of a split, one `<eos>` after each sentence. */
export const sideTokenFileName = (split: SplitName, side: Side): string => `${split}.${side}.bin`;

/** Returns the name of a file with the text of one side of a split, one sentence a line. */
export const textFileName = (split: HeldOut, side: Side): string => `${split}.${side}.txt`;

/** Returns the name of a side's BPE merges, in the format of subword-nmt. */
export const mergesFileName = (side: Side): string => `${side}.bpe.txt`;

/** The files of every parallel corpus, except its manifest. */
export const PARALLEL_FILES: readonly string[] = SIDES.flatMap((side) => [
  vocabularyFileName(side),
  ...SPLITS.map((split) => sideTokenFileName(split, side)),
  ...HELD_OUT.map((split) => textFileName(split, side)),
]);

/** The files that a corpus of subwords has as well. */
export const MERGES_FILES: readonly string[] = SIDES.map(mergesFileName);

/** Size and hash of a file. */
export interface FileFacts {
  readonly bytes: number;
  /** Hex. */
  readonly sha256: string;
}

/** Counts of a split. Both sides have `pairs` lines. */
export interface PairFacts {
  readonly pairs: number;
  readonly source: SplitFacts;
  readonly target: SplitFacts;
}

/** Numbers of pairs that were left out, by the first reason that applied. */
export interface DroppedPairs {
  /** One of the sentences has no token. */
  readonly empty: number;
  /** One of the sentences is shorter than `minLength` or longer than `maxLength`. */
  readonly length: number;
  /** The same pair of sentences occurs earlier, or in another split. */
  readonly repeated: number;
}

export interface ParallelManifest {
  readonly formatVersion: typeof FORMAT_VERSION;
  readonly kind: 'parallel';
  readonly name: string;
  /** Where the text is from, for people. */
  readonly description: string;
  readonly sourceFiles: readonly SourceFile[];
  readonly options: Options;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly vocabulary: {
    /** Whether both sides have the same vocabulary, so that the same word has the same id on both. */
    readonly shared: boolean;
    /** Words of each side, `<eos>` and `<unk>` among them. */
    readonly source: number;
    readonly target: number;
  };
  readonly splits: Readonly<Record<SplitName, PairFacts>>;
  readonly dropped: DroppedPairs;
  /** How text becomes words. What is translated later is read in the same way. */
  readonly form: ParallelForm;
  /** Numbers of BPE merges; null for a corpus of whole words. */
  readonly merges: { readonly source: number; readonly target: number } | null;
  /** All other files of the corpus by name, except the token files, which `splits` describes. */
  readonly files: Readonly<Record<string, FileFacts>>;
  /** The command that made the corpus, for messages that ask to make it again; absent where a program made it. */
  readonly command?: string;
}

/**
 * Reads the manifest of a parallel corpus.
 *
 * @returns undefined when the folder, or the manifest in it, does not exist
 * @throws WrongKindError when it is a corpus of another kind; UserError('data') when the manifest is unreadable, damaged,
 *   or has another format version
 */
export async function readParallelManifest(folder: string): Promise<ParallelManifest | undefined> {
  const keys = await readManifestOf(folder, 'parallel', RECORDS, missingKey);
  return keys as ParallelManifest | undefined;
}

/** Keys whose values are objects. */
const RECORDS = ['options', 'form', 'vocabulary', 'splits', 'dropped', 'files'];

function missingKey(manifest: Record<string, unknown>): string | undefined {
  if (!hasCounts(manifest.vocabulary, SIDES)) return 'vocabulary';
  const splits = manifest.splits as Record<string, unknown>;
  const isWhole = (facts: unknown) =>
    hasCounts(facts, ['pairs']) &&
    SIDES.every((side) => hasCounts(facts[side], ['tokens', 'lines', 'types', 'unknown', 'bytes']));
  return SPLITS.map((split) => (isWhole(splits[split]) ? undefined : `splits.${split}`)).find(Boolean);
}

/** Lists the files of a corpus with size and hash, its manifest excepted. */
export function filesOf({ splits, files }: ParallelManifest): (FileFacts & { readonly file: string })[] {
  const tokens = SPLITS.flatMap((split) =>
    SIDES.map((side) => {
      const { bytes, sha256 } = splits[split][side];
      return { file: sideTokenFileName(split, side), bytes, sha256 };
    }),
  );
  const others = Object.entries(files).map(([file, { bytes, sha256 }]) => ({ file, bytes, sha256 }));
  return [...others, ...tokens];
}
