import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../errors.js';
import { describeFileError } from '../storage/atomic-write.js';
import { fileErrorCode } from '../storage/file-error.js';
import { checkCorpusName, prepareCommand } from './corpus-folder.js';
import type { Manifest, SplitName } from './manifest.js';
import { readManifest, SPLITS, tokenFileName, VOCABULARY_FILE } from './manifest.js';
import { normalizeLine } from './normalize.js';
import { BYTES_PER_TOKEN, TokenFile } from './token-file.js';
import { findWrongFile, type VerifyOptions } from './verify-files.js';
import { Vocabulary } from './vocabulary.js';

export type { Manifest, SplitName } from './manifest.js';
export { TokenFile } from './token-file.js';
export type { VerifyOptions } from './verify-files.js';

/** A prepared corpus, checked and opened for reading; {@link close} it when done. */
export class PreparedCorpus {
  readonly #open = new Map<SplitName, TokenFile>();

  private constructor(
    readonly name: string,
    readonly folder: string,
    readonly manifest: Manifest,
    readonly vocabulary: Vocabulary,
  ) {}

  /**
   * Opens `<dataFolder>/<name>` and checks that every file has the size and the hash that the manifest records.
   *
   * @param options where verified large files are remembered, and hooks while they are hashed
   * @throws UserError('usage') when the name is a path; UserError('data') when the corpus is missing, half-written, damaged or of another format version; the
   *   signal's reason when it is aborted
   */
  static async open(dataFolder: string, name: string, options: VerifyOptions = {}): Promise<PreparedCorpus> {
    checkCorpusName(name);
    const folder = join(dataFolder, name);
    const manifest = await readManifest(folder);
    if (manifest === undefined) throw missingCorpus(dataFolder, name);
    const vocabularyPath = join(folder, VOCABULARY_FILE);
    await sizeOf(vocabularyPath, manifest, name);
    const vocabulary = await Vocabulary.load(vocabularyPath);
    const { size, sha256 } = manifest.vocabulary;
    if (vocabulary.sha256 !== sha256 || vocabulary.size !== size) {
      throw damaged(vocabularyPath, 'its words differ from those that the manifest records', manifest, name);
    }
    for (const split of SPLITS) await checkSize(folder, manifest, split, name);
    await checkContent(folder, manifest, name, options);
    return new PreparedCorpus(name, folder, manifest, vocabulary);
  }

  /** Returns the ids of a split: the same object each time, open until {@link close}. */
  split(name: SplitName): TokenFile {
    const opened = this.#open.get(name);
    if (opened !== undefined) return opened;
    const file = new TokenFile(join(this.folder, tokenFileName(name)), this.vocabulary.size);
    this.#open.set(name, file);
    return file;
  }

  /** Turns text, such as a prompt, into tokens by the rules of this corpus. */
  tokensOf(text: string): string[] {
    return normalizeLine(text, { unit: this.manifest.unit, ...this.manifest.normalization });
  }

  close(): void {
    for (const file of this.#open.values()) file.close();
    this.#open.clear();
  }
}

async function checkSize(folder: string, manifest: Manifest, split: SplitName, name: string): Promise<void> {
  const path = join(folder, tokenFileName(split));
  const { tokens, bytes } = manifest.splits[split];
  const size = await sizeOf(path, manifest, name);
  if (size !== bytes || size !== tokens * BYTES_PER_TOKEN) {
    throw damaged(path, `it has ${size} bytes, but the manifest records ${bytes}`, manifest, name);
  }
}

async function checkContent(
  folder: string,
  manifest: Manifest,
  name: string,
  options: VerifyOptions,
): Promise<void> {
  const files = SPLITS.map((split) => ({
    path: join(folder, tokenFileName(split)),
    sha256: manifest.splits[split].sha256,
  }));
  const wrong = await findWrongFile(folder, files, options);
  if (wrong === undefined) return;
  const [found, recorded] = [wrong.found, wrong.sha256].map((hash) => `${hash.slice(0, 12)}…`);
  throw damaged(wrong.path, `its SHA-256 is ${found}, but the manifest records ${recorded}`, manifest, name);
}

/** @throws UserError('data') with the command that prepares the corpus, when the file is missing */
async function sizeOf(path: string, manifest: Manifest, name: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (fileErrorCode(error) === 'ENOENT')
      throw new UserError('data', `${path} is missing`, [prepareAgain(manifest, name)]);
    throw describeFileError(error, path, 'read') ?? error;
  }
}

/** Error for a corpus that is not in the data folder. */
export function missingCorpus(dataFolder: string, name: string): UserError {
  return new UserError('data', `There is no prepared corpus "${name}" in ${dataFolder}`, [
    `Prepare it: \`${prepareCommand(name)}\`.`,
    'If it is in another data folder, name that folder with --data.',
  ]);
}

function damaged(path: string, fault: string, manifest: Manifest, name: string): UserError {
  return new UserError('data', `${path} is damaged: ${fault}`, [prepareAgain(manifest, name)]);
}

/** Returns the cure "prepare it again", with the command that made the corpus where the manifest has it. */
function prepareAgain({ command }: Manifest, name: string): string {
  return `Prepare the corpus again: \`${command ?? prepareCommand(name)}\`.`;
}
