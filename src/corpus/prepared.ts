import { join } from 'node:path';
import type { TextForm } from './build/text-blocks.js';
import { checkCorpusName } from './corpus-folder.js';
import type { Manifest, SplitName } from './manifest.js';
import { readManifest, SPLITS, tokenFileName, VOCABULARY_FILE } from './manifest.js';
import { normalizeLine } from './normalize.js';
import { BYTES_PER_TOKEN, TokenFile } from './token-file.js';
import type { DataIdentity, TrainingData } from './training-data.js';
import {
  damagedFile,
  missingCorpus,
  type RecordedFile,
  sizeOf,
  type VerifyOptions,
  verifyFiles,
} from './verify-files.js';
import { Vocabulary } from './vocabulary.js';

export type { Manifest, SplitName } from './manifest.js';
export { TokenFile } from './token-file.js';
export { missingCorpus, type VerifyOptions } from './verify-files.js';

/** A prepared corpus, checked and opened for reading; {@link close} it when done. */
export class PreparedCorpus implements TrainingData {
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
    await sizeOf(vocabularyPath, manifest);
    const vocabulary = await Vocabulary.load(vocabularyPath);
    const { size, sha256 } = manifest.vocabulary;
    if (vocabulary.sha256 !== sha256 || vocabulary.size !== size) {
      throw damagedFile(vocabularyPath, 'its words differ from those that the manifest records', manifest);
    }
    await verifyFiles(folder, tokenFilesOf(folder, manifest), manifest, options);
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

  get identity(): DataIdentity {
    const { train, valid } = this.manifest.splits;
    return { vocabularyHash: this.vocabulary.sha256, trainHash: train.sha256, validHash: valid.sha256 };
  }

  /** How a text becomes tokens of this corpus. */
  get textForm(): TextForm {
    return { unit: this.manifest.unit, ...this.manifest.normalization };
  }

  /** Turns text, such as a prompt, into tokens by the rules of this corpus. */
  tokensOf(text: string): string[] {
    return normalizeLine(text, this.textForm);
  }

  close(): void {
    for (const file of this.#open.values()) file.close();
    this.#open.clear();
  }
}

function tokenFilesOf(folder: string, { splits }: Manifest): RecordedFile[] {
  return SPLITS.map((split) => {
    const { tokens, sha256 } = splits[split];
    return { path: join(folder, tokenFileName(split)), bytes: tokens * BYTES_PER_TOKEN, sha256 };
  });
}
