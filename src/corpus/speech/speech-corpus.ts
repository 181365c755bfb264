/** A prepared speech corpus, opened for reading. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeFileError } from '../../storage/file-error.js';
import { sha256 } from '../../storage/file-identity.js';
import { checkCorpusName } from '../corpus-folder.js';
import { SPLITS, type SplitName } from '../manifest.js';
import type { DataIdentity, TrainingData } from '../training-data.js';
import { damagedFile, missingCorpus, type VerifyOptions, verifyFiles } from '../verify-files.js';
import {
  featuresFileName,
  labelsFileName,
  PHONES_FILE,
  phonesFileName,
  readSpeechManifest,
  type Scoring,
  type SpeechManifest,
  utterancesFileName,
} from './manifest.js';
import { StoredUtterances, type UtteranceSource } from './utterance-source.js';

export type { Scoring, SpeechManifest } from './manifest.js';
export type { UtteranceData, UtteranceSource } from './utterance-source.js';

/** A prepared speech corpus, checked and opened for reading; {@link close} it when done. */
export class SpeechCorpus implements TrainingData {
  private constructor(
    readonly name: string,
    readonly folder: string,
    readonly manifest: SpeechManifest,
    /** The classes that a model predicts, by id. */
    readonly phones: readonly string[],
    private readonly splits: Readonly<Record<SplitName, StoredUtterances>>,
  ) {}

  /**
   * Opens `<dataFolder>/<name>` and checks that every file has the size and the hash that the manifest records.
   *
   * @param options where verified large files are remembered, and hooks while they are hashed
   * @throws UserError('usage') when the name is a path; WrongKindError when it is a corpus of another kind;
   *   UserError('data') when the corpus is missing, damaged or of another format version; the signal's reason when it is
   *   aborted
   */
  static async open(dataFolder: string, name: string, options: VerifyOptions = {}): Promise<SpeechCorpus> {
    checkCorpusName(name);
    const folder = join(dataFolder, name);
    const manifest = await readSpeechManifest(folder);
    if (manifest === undefined) throw missingCorpus(dataFolder, name, 'speech');
    const files = Object.entries(manifest.files).map(([file, facts]) => ({
      path: join(folder, file),
      ...facts,
    }));
    await verifyFiles(folder, files, manifest, options);
    const phones = await readPhones(folder, manifest);
    const opened: StoredUtterances[] = [];
    try {
      for (const split of SPLITS) opened.push(await StoredUtterances.open(folder, split, manifest));
    } catch (error) {
      for (const split of opened) split.close();
      throw error;
    }
    const [train, valid, test] = opened;
    return new SpeechCorpus(name, folder, manifest, phones, { train, valid, test });
  }

  /** Numbers of a frame, F. */
  get features(): number {
    return this.manifest.features.size;
  }

  /** Whether every frame has a label. */
  get isAligned(): boolean {
    return this.manifest.aligned;
  }

  /** Seconds from one frame to the next. */
  get frameSeconds(): number {
    return this.manifest.features.frameSeconds;
  }

  /** How phones are scored. */
  get scoring(): Scoring {
    return this.manifest.scoring;
  }

  /** Returns the utterances of a split: the same object each time, open until {@link close}. */
  split(name: SplitName): UtteranceSource {
    return this.splits[name];
  }

  get identity(): DataIdentity {
    const { files, aligned } = this.manifest;
    const hashOf = (split: SplitName) => {
      const labels = aligned ? [labelsFileName(split)] : [];
      const names = [featuresFileName(split), phonesFileName(split), utterancesFileName(split), ...labels];
      return sha256(names.map((file) => files[file].sha256).join(' '));
    };
    const vocabularyHash = files[PHONES_FILE].sha256;
    return { vocabularyHash, trainHash: hashOf('train'), validHash: hashOf('valid') };
  }

  close(): void {
    for (const split of SPLITS) this.splits[split].close();
  }
}

async function readPhones(folder: string, manifest: SpeechManifest): Promise<string[]> {
  const path = join(folder, PHONES_FILE);
  const text = await readFile(path, 'utf8').catch((error) => {
    throw describeFileError(error, path, 'read') ?? error;
  });
  const phones = text.split('\n').slice(0, -1);
  if (phones.length === manifest.phones) return phones;
  throw damagedFile(path, `it has ${phones.length} phones instead of ${manifest.phones}`, manifest);
}
