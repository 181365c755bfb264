/**
 * The `manifest.json` of a prepared corpus: what it contains, and from which files and options it was made. It is
 * written last, so its presence means that the other files are whole.
 */
import {
  type FORMAT_VERSION,
  hasCounts,
  type Options,
  readManifestOf,
  type SourceFile,
} from './manifest-record.js';
import type { Normalization, Unit } from './normalize.js';

export type { Unit } from './normalize.js';

export const VOCABULARY_FILE = 'vocabulary.txt';

/** The splits, in the order they are shown. */
export const SPLITS = ['train', 'valid', 'test'] as const;
export type SplitName = (typeof SPLITS)[number];

/** Returns the name of the token file of a split. */
export const tokenFileName = (split: SplitName): string => `${split}.bin`;

/** Counts and identity of one split's token file. */
export interface SplitFacts {
  /** Ids in the file: words plus one `<eos>` a line. */
  readonly tokens: number;
  readonly lines: number;
  /** Distinct ids. */
  readonly types: number;
  /** Number of tokens that are `<unk>`. */
  readonly unknown: number;
  readonly sha256: string;
  readonly bytes: number;
}

export interface Manifest {
  readonly formatVersion: typeof FORMAT_VERSION;
  readonly name: string;
  readonly unit: Unit;
  /** Description of the corpus, for people. */
  readonly source: string;
  readonly sourceFiles: readonly SourceFile[];
  readonly options: Options;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly vocabulary: { readonly size: number; readonly sha256: string; readonly unk: boolean };
  readonly splits: Readonly<Record<SplitName, SplitFacts>>;
  /** The normalization of the text. Prompts are normalized in the same way. */
  readonly normalization: Normalization;
  /** The command that made the corpus, for messages that ask to make it again; absent where a program made it. */
  readonly command?: string;
}

/**
 * Reads the manifest of a corpus for language models.
 *
 * @returns undefined when the folder, or the manifest in it, does not exist
 * @throws WrongKindError when it is a corpus of another kind; UserError('data') when the manifest is unreadable, damaged, or has
 *   another format version
 */
export async function readManifest(folder: string): Promise<Manifest | undefined> {
  const keys = await readManifestOf(folder, 'text', RECORDS, missingKey);
  return keys && withDefaults(keys as unknown as Manifest);
}

/** Fills in what corpora of older versions leave out: they kept Unicode's normal form and the case of a text. */
function withDefaults(manifest: Manifest): Manifest {
  const older = { normalize: 'none', lowerCase: false } as const;
  const isOwnText = 'unit' in manifest.options;
  return {
    ...manifest,
    options: isOwnText ? { ...older, ...manifest.options } : manifest.options,
    normalization: { ...older, ...manifest.normalization },
  };
}

/**
 * Returns what the checks of a spec read of the corpus that it is to be trained on.
 *
 * @param name the name of the corpus
 */
export function corpusFacts(
  name: string,
  { vocabulary, splits: { train, valid } }: Pick<Manifest, 'vocabulary' | 'splits'>,
): { name: string; vocabulary: number; trainTokens: number; validTokens: number } {
  return { name, vocabulary: vocabulary.size, trainTokens: train.tokens, validTokens: valid.tokens };
}

/** Keys whose values are objects. */
const RECORDS = ['options', 'normalization', 'vocabulary', 'splits'];

function missingKey(manifest: Record<string, unknown>): string | undefined {
  if (manifest.unit !== 'word' && manifest.unit !== 'character') return 'unit';
  if (!hasCounts(manifest.vocabulary, ['size'])) return 'vocabulary.size';
  const splits = manifest.splits as Record<string, unknown>;
  return SPLITS.map((split) => (isSplitFacts(splits[split]) ? undefined : `splits.${split}`)).find(Boolean);
}

function isSplitFacts(value: unknown): boolean {
  return (
    hasCounts(value, ['tokens', 'lines', 'types', 'unknown', 'bytes']) && typeof value.sha256 === 'string'
  );
}
