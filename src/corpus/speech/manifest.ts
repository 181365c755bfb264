/** The `manifest.json` of a speech corpus: acoustic features of utterances, and the phones that are spoken in them. */
import { SPLITS, type SplitName } from '../manifest.js';
import {
  type FORMAT_VERSION,
  hasCounts,
  type Options,
  readManifestOf,
  type SourceFile,
} from '../manifest-record.js';

/** The phones that a model predicts, one a line: line i (from 0) is the phone with id i. */
export const PHONES_FILE = 'phones.txt';

/** Returns the name of a file with float32 features, [frames, F] of all utterances of a split one after the other. */
export const featuresFileName = (split: SplitName): string => `${split}.features.bin`;

/** Returns the name of a file with a phone id (int32) for each frame of a split. */
export const labelsFileName = (split: SplitName): string => `${split}.labels.bin`;

/** Returns the name of a file with the phone sequences (int32) of a split, one after the other. */
export const phonesFileName = (split: SplitName): string => `${split}.phones.bin`;

/** Returns the name of a file with one JSON object a line for each utterance of a split. */
export const utterancesFileName = (split: SplitName): string => `${split}.utterances.jsonl`;

/** The files of every speech corpus, except its manifest. */
export const SPEECH_FILES: readonly string[] = [
  PHONES_FILE,
  ...SPLITS.flatMap((split) => [featuresFileName(split), phonesFileName(split), utterancesFileName(split)]),
];

/** The files that a corpus with aligned phones has as well. */
export const LABELS_FILES: readonly string[] = SPLITS.map(labelsFileName);

/** Set of phones by which errors are counted: TIMIT's 39 of Lee and Hon (1989), or the phones as they are. */
export type Folding = 'timit' | 'none';

/** How phones are scored. */
export interface Scoring {
  readonly folding: Folding;
  /** By phone id, the class that is scored; null for a phone that is left out. */
  readonly classes: readonly (string | null)[];
}

/** How the mean and the variance of features are removed. */
export type NormalizationOf = 'global' | 'speaker' | 'none';

/** Facts about the rows of features. */
export interface FeatureFacts {
  /** Numbers of a frame, F. */
  readonly size: number;
  /** Seconds from one frame to the next. */
  readonly frameSeconds: number;
  readonly normalize: NormalizationOf;
}

/** Counts of a split. */
export interface SpeechFacts {
  readonly utterances: number;
  readonly speakers: number;
  readonly frames: number;
  /** Phones of all sequences. */
  readonly phones: number;
  /** Duration of the audio. */
  readonly seconds: number;
}

export interface SpeechManifest {
  readonly formatVersion: typeof FORMAT_VERSION;
  readonly kind: 'speech';
  readonly name: string;
  /** What is spoken by whom, for people. */
  readonly description: string;
  readonly sourceFiles: readonly SourceFile[];
  readonly options: Options;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly features: FeatureFacts;
  /** Number of phones that a model predicts. */
  readonly phones: number;
  /** Whether every frame has a label. */
  readonly aligned: boolean;
  readonly scoring: Scoring;
  readonly splits: Readonly<Record<SplitName, SpeechFacts>>;
  /** All other files of the corpus by name. */
  readonly files: Readonly<Record<string, { readonly bytes: number; readonly sha256: string }>>;
  /** The command that made the corpus, for messages that ask to make it again; absent where a program made it. */
  readonly command?: string;
}

/**
 * Reads the manifest of a speech corpus.
 *
 * @returns undefined when the folder, or the manifest in it, does not exist
 * @throws WrongKindError when it is a corpus of another kind; UserError('data') when the manifest is unreadable, damaged,
 *   or has another format version
 */
export async function readSpeechManifest(folder: string): Promise<SpeechManifest | undefined> {
  const keys = await readManifestOf(folder, 'speech', RECORDS, missingKey);
  return keys as SpeechManifest | undefined;
}

/** Keys whose values are objects. */
const RECORDS = ['options', 'features', 'scoring', 'splits', 'files'];

function missingKey(manifest: Record<string, unknown>): string | undefined {
  if (!hasCounts(manifest, ['phones'])) return 'phones';
  if (typeof manifest.aligned !== 'boolean') return 'aligned';
  if (!hasCounts(manifest.features, ['size'])) return 'features';
  const { classes } = manifest.scoring as Record<string, unknown>;
  if (!Array.isArray(classes) || classes.length !== manifest.phones) return 'scoring';
  const splits = manifest.splits as Record<string, unknown>;
  const isWhole = (split: SplitName) =>
    hasCounts(splits[split], ['utterances', 'speakers', 'frames', 'phones']);
  const incomplete = SPLITS.find((split) => !isWhole(split));
  if (incomplete !== undefined) return `splits.${incomplete}`;
  const expected = [...SPEECH_FILES, ...(manifest.aligned ? LABELS_FILES : [])];
  const files = manifest.files as Record<string, unknown>;
  const unlisted = expected.find((file) => !hasCounts(files[file], ['bytes']));
  return unlisted === undefined ? undefined : `files["${unlisted}"]`;
}
