/**
 * The `manifest.json` of a prepared corpus: what it contains, and from which files and options it was made. It is
 * written last, so its presence means that the other files are whole.
 */
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../errors.js';
import { describeFileError } from '../storage/atomic-write.js';
import { sha256 } from '../storage/file-identity.js';
import { prepareAgainCure, prepareCommand } from './corpus-folder.js';
import type { Normalization, Unit } from './normalize.js';

export type { Unit } from './normalize.js';

/** To be raised when an older reader could misread a newer folder. */
export const FORMAT_VERSION = 1;

export const MANIFEST_FILE = 'manifest.json';
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

/** A file the corpus was made from. */
export interface SourceFile {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** The choices that, with the source files, decide every byte of the corpus. */
export type Options = Readonly<Record<string, string | number | boolean | readonly number[]>>;

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

/** Only in the file: the hash of all its other keys, which detects a changed count or option. */
const CHECKSUM_KEY = 'sha256';

/** Returns the text of the file, with a checksum. */
export function manifestText(manifest: Manifest): string {
  return `${JSON.stringify({ ...manifest, [CHECKSUM_KEY]: checksumOf(manifest) }, null, 2)}\n`;
}

/**
 * Returns the checksum of a manifest. It covers values and their order, not white space, so the file may be
 * reformatted.
 */
function checksumOf(manifest: object): string {
  return sha256(JSON.stringify(manifest));
}

/** Error for a corpus in a format version that this zlm does not read. */
export class ForeignVersionError extends UserError {
  constructor(path: string, version: number) {
    super('data', `${path} has format version ${version}; this zlm reads version ${FORMAT_VERSION}`, [
      `Prepare the corpus again with this version of zlm: \`${prepareCommand(basename(dirname(path)))} --force\`.`,
      'To keep this one, prepare it in another folder: --data FOLDER.',
    ]);
  }
}

/**
 * Reads the manifest in a corpus's folder.
 * @returns undefined when the folder, or the manifest in it, does not exist
 * @throws UserError('data') when it is unreadable, damaged, or has another format version
 */
export async function readManifest(folder: string): Promise<Manifest | undefined> {
  const path = join(folder, MANIFEST_FILE);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw describeFileError(error, path, 'read') ?? error;
  }
  return parseManifest(text, path);
}

/**
 * @param path where the text comes from, for messages
 * @throws UserError('data') when the text is not a manifest, or has another format version
 */
function parseManifest(text: string, path: string): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw damaged(path, 'it is cut off, or not JSON');
  }
  const version = isRecord(value) ? value.formatVersion : undefined;
  if (typeof version !== 'number') throw damaged(path, 'it has no formatVersion');
  if (version !== FORMAT_VERSION) {
    throw new ForeignVersionError(path, version);
  }
  const { [CHECKSUM_KEY]: checksum, ...manifest } = value as Record<string, unknown>;
  const missing = missingKey(manifest);
  if (missing !== undefined) throw damaged(path, `it has no valid ${missing}`);
  // Older versions of zlm wrote none.
  if (checksum !== undefined && checksum !== checksumOf(manifest)) {
    throw damaged(path, 'its checksum shows that it was changed after it was written');
  }
  return withDefaults(manifest as unknown as Manifest);
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

function missingKey(manifest: Record<string, unknown>): string | undefined {
  if (typeof manifest.name !== 'string') return 'name';
  if (manifest.unit !== 'word' && manifest.unit !== 'character') return 'unit';
  if (!Array.isArray(manifest.sourceFiles)) return 'sourceFiles';
  for (const key of ['options', 'normalization', 'vocabulary', 'splits']) {
    if (!isRecord(manifest[key])) return key;
  }
  if (!hasNumbers(manifest.vocabulary, ['size'])) return 'vocabulary.size';
  const splits = manifest.splits as Record<string, unknown>;
  return SPLITS.map((split) => (isSplitFacts(splits[split]) ? undefined : `splits.${split}`)).find(Boolean);
}

function isSplitFacts(value: unknown): boolean {
  return (
    hasNumbers(value, ['tokens', 'lines', 'types', 'unknown', 'bytes']) && typeof value.sha256 === 'string'
  );
}

function hasNumbers(value: unknown, keys: readonly string[]): value is Record<string, unknown> {
  return (
    isRecord(value) && keys.every((key) => Number.isSafeInteger(value[key]) && (value[key] as number) >= 0)
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function damaged(path: string, fault: string): UserError {
  return new UserError('data', `${path} is damaged: ${fault}`, [prepareAgainCure(path)]);
}
