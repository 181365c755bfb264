/** Whether a corpus of that name is there already, whole, and the one that is wanted. */
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { UserError } from '../../errors.js';
import { sha256File } from '../../storage/sha256.js';
import type { Manifest, Options, SourceFile } from '../manifest.js';
import { ForeignVersionError, readManifest, SPLITS, tokenFileName, VOCABULARY_FILE } from '../manifest.js';

/** What a corpus was, or is to be, made from. */
export interface Origin {
  readonly name: string;
  readonly sourceFiles: readonly SourceFile[];
  readonly options: Options;
}

/**
 * @param folder the corpus's folder, which need not exist
 * @param wanted what it should have been made from
 * @returns the manifest when the corpus is whole (every size and hash is right) and made from just that; undefined when
 *   it must be prepared: absent, damaged, or, under `force`, another
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
    [`The corpus "${wanted.name}" in ${folder} was prepared otherwise:`, ...differences].join('\n  '),
    [
      'To replace it, add --force; models trained on it can then no longer be evaluated.',
      'To keep it, choose another name or another --data folder.',
    ],
  );
}

// A damaged manifest vouches for nothing: the corpus is prepared again. One of another version is somebody's work.
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

// Files are told apart by what is in them: the same text under another name is the same text.
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
