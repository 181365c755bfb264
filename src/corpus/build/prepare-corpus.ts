/** Prepares a corpus, unless the same one is there already. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { UserError } from '../../errors.js';
import { replaceFolderAtomically } from '../../storage/atomic-write.js';
import { fileErrorCode } from '../../storage/file-error.js';
import { sha256File } from '../../storage/file-identity.js';
import {
  ForeignVersionError,
  type Manifest,
  type Options,
  readManifest,
  type SourceFile,
  SPLITS,
  tokenFileName,
  VOCABULARY_FILE,
} from '../manifest.js';
import type { PreparedSummary, PrepareOptions, Recipe } from './corpus-recipe.js';
import { assertReplaceable, makeStagingFolder, removeAbandonedCorpora } from './staging.js';
import { writeCorpus } from './write-corpus.js';

/**
 * Prepares a corpus in a folder beside the target, and renames that folder when it is whole. An existing, undamaged
 * corpus from the same files and options is kept; a damaged one is replaced.
 *
 * Temporary folders of killed preparations are removed.
 *
 * @throws UserError('data') when the name is taken by another corpus (without `force`) or by anything else, when a word
 *   is outside a vocabulary without `<unk>`, or when files cannot be read or written
 * @throws UserError('interrupted') when the signal fires; no files remain
 */
export async function prepareCorpus(recipe: Recipe, options: PrepareOptions): Promise<PreparedSummary> {
  const { name } = recipe;
  const folder = join(options.dataFolder, name);
  await removeAbandonedCorpora(options.dataFolder);
  await assertReplaceable(folder);
  const existing = await checkExisting(folder, recipe, options);
  if (existing !== undefined) return { name, folder, alreadyPrepared: true, manifest: existing };
  const staging = await makeStagingFolder(folder);
  try {
    const manifest = await writeCorpus(staging, recipe, options);
    return { name, folder, ...(await install(staging, folder, recipe, manifest)) };
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

const ATTEMPTS = 10;

/** Renames the finished corpus. When several processes finish the same corpus at once, all of them succeed. */
async function install(
  staging: string,
  folder: string,
  recipe: Recipe,
  manifest: Manifest,
): Promise<Pick<PreparedSummary, 'alreadyPrepared' | 'manifest'>> {
  for (let attempt = 1; ; attempt++) {
    try {
      // Checked again: something may have been put there since.
      await assertReplaceable(folder);
      await replaceFolderAtomically(staging, folder);
      return { alreadyPrepared: false, manifest };
    } catch (error) {
      const winners = await checkExisting(folder, recipe, {}).catch(() => undefined);
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
export async function checkExisting(
  folder: string,
  wanted: Origin,
  { force = false }: { readonly force?: boolean | undefined },
): Promise<Manifest | undefined> {
  const manifest = await readableManifest(folder, force);
  if (manifest === undefined) return undefined;
  const differences = describeDifferences(manifest, wanted);
  if (differences.length === 0) return (await isWhole(folder, manifest)) ? manifest : undefined;
  if (force) return undefined;
  throw new UserError(
    'data',
    [
      `The corpus "${wanted.name}" in ${folder} was prepared from other files or options:`,
      ...differences,
    ].join('\n  '),
    [
      'To replace it, add --force; models trained on it can then no longer be evaluated.',
      'To keep it, choose another name or another --data folder.',
    ],
  );
}

// With a damaged manifest the corpus is prepared again. A corpus of another version is kept: it may still be in use.
async function readableManifest(folder: string, force: boolean): Promise<Manifest | undefined> {
  try {
    return await readManifest(folder);
  } catch (error) {
    if (error instanceof ForeignVersionError && !force) throw error;
    if (error instanceof UserError) return undefined;
    throw error;
  }
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

async function isWhole(folder: string, manifest: Manifest): Promise<boolean> {
  const hashes: [file: string, sha256: string][] = [
    [VOCABULARY_FILE, manifest.vocabulary.sha256],
    ...SPLITS.map((split): [string, string] => [tokenFileName(split), manifest.splits[split].sha256]),
  ];
  for (const [file, hash] of hashes) {
    if ((await sha256File(join(folder, file)).catch(() => undefined)) !== hash) return false;
  }
  return true;
}
