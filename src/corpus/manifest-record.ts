/**
 * The `manifest.json` of a prepared corpus of any kind: reading and writing, format version, checksum. What is in it
 * depends on the kind: see `manifest.ts` for texts and `parallel/manifest.ts` for parallel corpora.
 */
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../errors.js';
import { describeFileError } from '../storage/atomic-write.js';
import { sha256 } from '../storage/file-identity.js';
import { type OtherKind, prepareAgainCure, prepareCommand } from './corpus-folder.js';

/** To be raised when an older reader could misread a newer folder. */
export const FORMAT_VERSION = 1;

export const MANIFEST_FILE = 'manifest.json';

/** A file the corpus was made from. */
export interface SourceFile {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** The choices that, with the source files, decide every byte of the corpus. */
export type Options = Readonly<Record<string, string | number | boolean | readonly number[]>>;

/** Only in the file: the hash of all its other keys, which detects a changed count or option. */
const CHECKSUM_KEY = 'sha256';

/** Returns the text of the file, with a checksum. */
export function manifestText(manifest: object): string {
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

/** Kinds of corpora: a text for language models, pairs of sentences for translation, or speech with its phones. */
export type CorpusKind = 'text' | OtherKind;

const KINDS: Readonly<Record<CorpusKind, { readonly what: string; readonly cure: string }>> = {
  text: {
    what: 'a text for language models',
    cure: 'Name a corpus of one text, such as `zlm prepare text NAME …` makes.',
  },
  parallel: {
    what: 'a parallel corpus for translation',
    cure: 'Name a parallel corpus, such as `zlm prepare parallel NAME …` makes.',
  },
  speech: {
    what: 'a speech corpus',
    cure: 'Name a speech corpus, such as `zlm prepare flite` makes.',
  },
};

function isKind(kind: string): kind is CorpusKind {
  return Object.hasOwn(KINDS, kind);
}

/** Error for a corpus of another kind than is needed. */
export class WrongKindError extends UserError {
  /** The kind of the corpus, as the end of a sentence "It is …". */
  readonly found: string;

  /** @param kind as its manifest says; undefined is a text */
  constructor(path: string, kind: string | undefined, wanted: CorpusKind) {
    const known = kind ?? 'text';
    const found = isKind(known) ? KINDS[known].what : `a corpus of the kind "${kind}"`;
    const message = `The corpus "${basename(dirname(path))}" is ${found}, but ${KINDS[wanted].what} is needed`;
    super('data', message, [KINDS[wanted].cure]);
    this.found = found;
  }
}

/**
 * Reads the manifest of a corpus of one kind.
 *
 * @param records    keys of this kind whose values are objects
 * @param missingKey finds another key that a manifest of this kind must have and does not
 * @returns its keys; undefined when the folder, or the manifest in it, does not exist
 * @throws WrongKindError when it is a corpus of another kind; UserError('data') when the manifest is unreadable, damaged, or has
 *   another format version
 */
export async function readManifestOf(
  folder: string,
  wanted: CorpusKind,
  records: readonly string[],
  missingKey: (keys: Record<string, unknown>) => string | undefined,
): Promise<Record<string, unknown> | undefined> {
  const record = await readRecord(folder);
  if (record === undefined) return undefined;
  const { path, kind, keys } = record;
  if ((kind ?? 'text') !== wanted) throw new WrongKindError(path, kind, wanted);
  const missing = missingOfAny(keys, records) ?? missingKey(keys);
  if (missing !== undefined) throw damagedManifest(path, `it has no valid ${missing}`, wanted);
  verifyChecksum(record, wanted);
  return keys;
}

/** Finds a key that every manifest must have and this one does not. */
function missingOfAny(keys: Record<string, unknown>, records: readonly string[]): string | undefined {
  if (typeof keys.name !== 'string') return 'name';
  if (!Array.isArray(keys.sourceFiles)) return 'sourceFiles';
  return records.find((key) => !isRecord(keys[key]));
}

/** A manifest whose version is known, and nothing else of it yet. */
interface ManifestRecord {
  /** Path of the file, for messages. */
  readonly path: string;
  /** Kind of the corpus; undefined is a text for language models, as all were in older versions. */
  readonly kind: string | undefined;
  /** All keys except the checksum. */
  readonly keys: Record<string, unknown>;
  readonly checksum: unknown;
}

/**
 * Reads the manifest in a corpus's folder.
 * @returns undefined when the folder, or the manifest in it, does not exist
 * @throws UserError('data') when it is unreadable, no JSON, or has another format version
 */
async function readRecord(folder: string): Promise<ManifestRecord | undefined> {
  const path = join(folder, MANIFEST_FILE);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw describeFileError(error, path, 'read') ?? error;
  }
  return parseRecord(text, path);
}

function parseRecord(text: string, path: string): ManifestRecord {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw damagedManifest(path, 'it is cut off, or not JSON');
  }
  const version = isRecord(value) ? value.formatVersion : undefined;
  if (typeof version !== 'number') throw damagedManifest(path, 'it has no formatVersion');
  if (version !== FORMAT_VERSION) throw new ForeignVersionError(path, version);
  const { [CHECKSUM_KEY]: checksum, ...keys } = value as Record<string, unknown>;
  return { path, kind: keys.kind === undefined ? undefined : String(keys.kind), keys, checksum };
}

/** @throws UserError('data') when a manifest was changed after it was written */
function verifyChecksum({ path, keys, checksum }: ManifestRecord, kind: CorpusKind): void {
  // Older versions of zlm wrote none.
  if (checksum === undefined || checksum === checksumOf(keys)) return;
  throw damagedManifest(path, 'its checksum shows that it was changed after it was written', kind);
}

/** @param kind undefined where it is not known */
function damagedManifest(path: string, fault: string, kind?: CorpusKind): UserError {
  const other = kind === 'text' ? undefined : kind;
  return new UserError('data', `${path} is damaged: ${fault}`, [prepareAgainCure(path, other)]);
}

/** Tells whether a value is an object with a whole number, at least 0, at each of some keys. */
export function hasCounts(value: unknown, keys: readonly string[]): value is Record<string, unknown> {
  return (
    isRecord(value) && keys.every((key) => Number.isSafeInteger(value[key]) && (value[key] as number) >= 0)
  );
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
