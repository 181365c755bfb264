/** Prepares a corpus, unless the same one is there already. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { UserError } from '../../errors.js';
import { replaceFolderAtomically } from '../../storage/atomic-write.js';
import { fileErrorCode } from '../../storage/file-error.js';
import { sha256File } from '../../storage/file-identity.js';
import { type Manifest, readManifest, SPLITS, tokenFileName, VOCABULARY_FILE } from '../manifest.js';
import { ForeignVersionError, type Options, type SourceFile, WrongKindError } from '../manifest-record.js';
import type { PreparedFolder, PreparedSummary, PrepareOptions, Recipe } from './corpus-recipe.js';
import { assertReplaceable, makeStagingFolder, removeAbandonedCorpora } from './staging.js';
import { writeCorpus } from './write-corpus.js';

/** Reads back what a kind of corpus writes. */
export interface CorpusReader<M extends Origin> {
  /** Returns the manifest in a folder; undefined where there is none. */
  readManifest(folder: string): Promise<M | undefined>;
  /** Lists the other files of the corpus with the SHA-256 that the manifest records. */
  hashes(manifest: M): readonly (readonly [file: string, sha256: string])[];
}

const TEXT_READER: CorpusReader<Manifest> = {
  readManifest,
  hashes: ({ vocabulary, splits }) => [
    [VOCABULARY_FILE, vocabulary.sha256],
    ...SPLITS.map((split) => [tokenFileName(split), splits[split].sha256] as const),
  ],
};

/**
 * Prepares a corpus for language models; see {@link prepareFolder}.
 *
 * @throws UserError('data') also when a word is outside a vocabulary without `<unk>`
 */
export async function prepareCorpus(recipe: Recipe, options: PrepareOptions): Promise<PreparedSummary> {
  return await prepareFolder(recipe, TEXT_READER, (folder) => writeCorpus(folder, recipe, options), options);
}

/**
 * Prepares a corpus in a folder beside the target, and renames that folder when it is whole. An existing, undamaged
 * corpus from the same files and options is kept; a damaged one is replaced.
 *
 * Temporary folders of killed preparations are removed.
 *
 * @param origin what the corpus is made from
 * @param write  writes all files of the corpus into an empty folder, the manifest last
 * @throws UserError('data') when the name is taken by another corpus (without `force`) or by anything else, or when files
 *   cannot be read or written
 * @throws UserError('interrupted') when the signal fires; no files remain
 */
export async function prepareFolder<M extends Origin>(
  origin: Origin,
  reader: CorpusReader<M>,
  write: (folder: string) => Promise<M>,
  options: PrepareOptions,
): Promise<PreparedFolder<M>> {
  const { name } = origin;
  const folder = join(options.dataFolder, name);
  await removeAbandonedCorpora(options.dataFolder);
  await assertReplaceable(folder);
  const existing = await checkExisting(folder, origin, reader, options);
  if (existing !== undefined) return { name, folder, alreadyPrepared: true, manifest: existing };
  const staging = await makeStagingFolder(folder);
  try {
    const manifest = await write(staging);
    return { name, folder, ...(await install(staging, folder, origin, reader, manifest)) };
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

const ATTEMPTS = 10;

/** Renames the finished corpus. When several processes finish the same corpus at once, all of them succeed. */
async function install<M extends Origin>(
  staging: string,
  folder: string,
  origin: Origin,
  reader: CorpusReader<M>,
  manifest: M,
): Promise<Pick<PreparedFolder<M>, 'alreadyPrepared' | 'manifest'>> {
  for (let attempt = 1; ; attempt++) {
    try {
      // Checked again: something may have been put there since.
      await assertReplaceable(folder);
      await replaceFolderAtomically(staging, folder);
      return { alreadyPrepared: false, manifest };
    } catch (error) {
      const winners = await checkExisting(folder, origin, reader, {}).catch(() => undefined);
      if (winners !== undefined) return { alreadyPrepared: true, manifest: winners };
      if (attempt === ATTEMPTS || !isCollision(error)) throw error;
    }
    await sleep(attempt * 10 * Math.random());
  }
}

// Another process moved the older corpus away, or installed its own, between two of our steps.
function isCollision(error: unknown): boolean {
  const code = fileErrorCode(error instanceof UserError ? error.cause : error);
  return ['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(code ?? '');
}

/** The files and options that a corpus is made from. */
export interface Origin {
  readonly name: string;
  readonly sourceFiles: readonly SourceFile[];
  readonly options: Options;
}

/**
 * Returns the manifest of an existing corpus that need not be prepared again.
 *
 * @param folder the corpus's folder, which need not exist
 * @param wanted what it should have been made from
 * @returns the manifest when the corpus is whole (every size and hash is right) and made from exactly that; undefined
 *   when it must be prepared: it is absent, damaged, or, under `force`, different
 * @throws UserError('data') that names every difference, when it was made from something else without `force`
 */
async function checkExisting<M extends Origin>(
  folder: string,
  wanted: Origin,
  reader: CorpusReader<M>,
  { force = false }: { readonly force?: boolean | undefined },
): Promise<M | undefined> {
  const manifest = await readableManifest(folder, reader, force);
  if (manifest === undefined) return undefined;
  const differences = describeDifferences(manifest, wanted);
  if (differences.length === 0)
    return (await isWhole(folder, reader.hashes(manifest))) ? manifest : undefined;
  if (force) return undefined;
  throw otherCorpus([
    `The corpus "${wanted.name}" in ${folder} was prepared from other files or options:`,
    ...differences,
  ]);
}

// With a damaged manifest the corpus is prepared again. A corpus of another version or kind is kept: it may still be in use.
async function readableManifest<M extends Origin>(
  folder: string,
  reader: CorpusReader<M>,
  force: boolean,
): Promise<M | undefined> {
  try {
    return await reader.readManifest(folder);
  } catch (error) {
    if (error instanceof ForeignVersionError && !force) throw error;
    if (error instanceof WrongKindError && !force) {
      throw otherCorpus([`There is a corpus of another kind in ${folder}: ${error.found}`]);
    }
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

function otherCorpus(lines: readonly string[]): UserError {
  return new UserError('data', lines.join('\n  '), [
    'To replace it, add --force; models trained on it can then no longer be evaluated.',
    'To keep it, choose another name or another --data folder.',
  ]);
}

function describeDifferences(have: Origin, wanted: Origin): string[] {
  const keys = [...new Set([...Object.keys(have.options), ...Object.keys(wanted.options)])];
  const changed = keys.filter((key) => !isDeepStrictEqual(have.options[key], wanted.options[key]));
  const options = changed.map(
    (key) => `${key}: ${show(have.options[key])}, now ${show(wanted.options[key])}`,
  );
  return [...options, ...describeSources(have.sourceFiles, wanted.sourceFiles)];
}

// Files are compared by content: the same text under another name is the same text.
function describeSources(have: readonly SourceFile[], wanted: readonly SourceFile[]): string[] {
  const count = Math.max(have.length, wanted.length);
  const pairs = Array.from({ length: count }, (_, index) => [have[index], wanted[index]] as const);
  return pairs
    .filter(([before, now]) => before?.sha256 !== now?.sha256)
    .map(([before, now]) => `source: ${showFile(before)}, now ${showFile(now)}`);
}

function show(value: unknown): string {
  return value === undefined ? 'not set' : JSON.stringify(value);
}

function showFile(file: SourceFile | undefined): string {
  return file === undefined
    ? 'none'
    : `${file.name} (${file.bytes} bytes, SHA-256 ${file.sha256.slice(0, 12)}…)`;
}

async function isWhole(
  folder: string,
  hashes: readonly (readonly [file: string, sha256: string])[],
): Promise<boolean> {
  for (const [file, hash] of hashes) {
    if ((await sha256File(join(folder, file)).catch(() => undefined)) !== hash) return false;
  }
  return true;
}
