/** The utterances of one split of a speech corpus, read by index. */
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { UserError } from '../../errors.js';
import { describeFileError } from '../../storage/file-error.js';
import { PositionedFile } from '../../storage/record-file.js';
import { prepareAgainCure } from '../corpus-folder.js';
import type { SplitName } from '../manifest.js';
import { hasCounts } from '../manifest-record.js';
import { swapToFileOrder, TokenFile } from '../token-file.js';
import {
  featuresFileName,
  labelsFileName,
  phonesFileName,
  type SpeechManifest,
  utterancesFileName,
} from './manifest.js';

const BYTES_PER_NUMBER = Float32Array.BYTES_PER_ELEMENT;

/** The phones of one utterance. */
export interface UtteranceLabels {
  /** [frames], a phone id each; null in a corpus without alignment. */
  readonly labels: Int32Array | null;
  /** The phones spoken, at least one. */
  readonly phones: Int32Array;
}

/** What a model reads of one utterance. */
export interface UtteranceData extends UtteranceLabels {
  /** [frames, F], row by row, normalized. */
  readonly features: Float32Array;
}

/** The utterances of one split, by index. */
export interface UtteranceSource {
  /** Number of utterances. */
  readonly length: number;
  /** [length], frames of each utterance, at least 1. */
  readonly frames: Int32Array;
  /** [length], phones of each utterance, at least 1. */
  readonly phoneCounts: Int32Array;
  /** Returns the name of an utterance, unique within the split. */
  name(utterance: number): string;
  /**
   * Reads an utterance, 0 ≤ utterance < length.
   *
   * @throws UserError('data') when a file was damaged since it was opened
   */
  read(utterance: number): UtteranceData;
  /**
   * Reads the phones of an utterance alone, as {@link read} does.
   *
   * @throws UserError('data') when a file was damaged since it was opened
   */
  readLabels(utterance: number): UtteranceLabels;
}

/** Where the utterances of a split begin in its files. */
interface UtteranceTable {
  readonly names: readonly string[];
  readonly frames: Int32Array;
  readonly phoneCounts: Int32Array;
}

/**
 * The utterances of one split in the files of a corpus. Memory has the names and 24 bytes for each utterance; the numbers are
 * read when they are asked for, so a corpus may be larger than memory. {@link close} it when done.
 */
export class StoredUtterances implements UtteranceSource {
  readonly length: number;
  readonly frames: Int32Array;
  readonly phoneCounts: Int32Array;
  readonly #names: readonly string[];
  /** [length + 1], the first frame of each utterance, and last the number of frames. */
  readonly #firstFrames: Float64Array;
  /** [length + 1], the first phone of each utterance, and last the number of phones. */
  readonly #firstPhones: Float64Array;
  readonly #featureSize: number;
  readonly #features: PositionedFile;
  readonly #labels: TokenFile | null;
  readonly #phones: TokenFile;

  private constructor(folder: string, split: SplitName, manifest: SpeechManifest, table: UtteranceTable) {
    this.length = table.names.length;
    this.frames = table.frames;
    this.phoneCounts = table.phoneCounts;
    this.#names = table.names;
    this.#firstFrames = startsOf(table.frames);
    this.#firstPhones = startsOf(table.phoneCounts);
    this.#featureSize = manifest.features.size;
    const { phones, aligned } = manifest;
    this.#features = new PositionedFile(join(folder, featuresFileName(split)));
    this.#phones = new TokenFile(join(folder, phonesFileName(split)), phones);
    this.#labels = aligned ? new TokenFile(join(folder, labelsFileName(split)), phones) : null;
  }

  /**
   * Opens the files of a split.
   *
   * @throws UserError('data') when a file cannot be opened, or the files do not fit each other
   */
  static async open(folder: string, split: SplitName, manifest: SpeechManifest): Promise<StoredUtterances> {
    const path = join(folder, utterancesFileName(split));
    const table = await readTable(path, manifest.splits[split].utterances);
    const opened = new StoredUtterances(folder, split, manifest, table);
    try {
      opened.#checkSizes();
      return opened;
    } catch (error) {
      opened.close();
      throw error;
    }
  }

  name(utterance: number): string {
    return this.#names[utterance];
  }

  read(utterance: number): UtteranceData {
    const [firstFrame, frames] = [this.#firstFrames[utterance], this.frames[utterance]];
    const features = new Float32Array(frames * this.#featureSize);
    const bytes = Buffer.from(features.buffer);
    const position = firstFrame * this.#featureSize * BYTES_PER_NUMBER;
    if (this.#features.fill(bytes, position) < bytes.length)
      throw damaged(this.#features.path, 'it became shorter while it was being read');
    swapToFileOrder(bytes);
    return { features, ...this.readLabels(utterance) };
  }

  readLabels(utterance: number): UtteranceLabels {
    return {
      labels: this.#labels?.read(this.#firstFrames[utterance], this.frames[utterance]) ?? null,
      phones: this.#phones.read(this.#firstPhones[utterance], this.phoneCounts[utterance]),
    };
  }

  close(): void {
    this.#features.close();
    this.#phones.close();
    this.#labels?.close();
  }

  /** Checks that each file has as many numbers as the utterances have together. */
  #checkSizes(): void {
    const frames = this.#firstFrames[this.length];
    const { path, bytes } = this.#features;
    const expected = frames * this.#featureSize * BYTES_PER_NUMBER;
    if (bytes !== expected) throw damaged(path, `it has ${bytes} bytes instead of ${expected}`);
    for (const [file, count] of [
      [this.#labels, frames],
      [this.#phones, this.#firstPhones[this.length]],
    ] as const) {
      if (file !== null && file.length !== count)
        throw damaged(file.path, `it has ${file.length} ids instead of ${count}`);
    }
  }
}

async function readTable(path: string, utterances: number): Promise<UtteranceTable> {
  const names: string[] = [];
  const frames = new Int32Array(utterances);
  const phoneCounts = new Int32Array(utterances);
  try {
    for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
      const row: unknown = JSON.parse(line);
      if (!hasCounts(row, ['frames', 'phones']) || typeof row.name !== 'string')
        throw damaged(path, `line ${names.length + 1} is no utterance`);
      frames[names.length] = row.frames as number;
      phoneCounts[names.length] = row.phones as number;
      names.push(row.name);
    }
  } catch (error) {
    if (error instanceof SyntaxError) throw damaged(path, `line ${names.length + 1} is not JSON`);
    throw describeFileError(error, path, 'read') ?? error;
  }
  if (names.length !== utterances)
    throw damaged(path, `it has ${names.length} utterances instead of ${utterances}`);
  return { names, frames, phoneCounts };
}

/** Returns the sums of the counts before each place, and last that of all. */
function startsOf(counts: Int32Array): Float64Array {
  const starts = new Float64Array(counts.length + 1);
  for (const [index, count] of counts.entries()) starts[index + 1] = starts[index] + count;
  return starts;
}

function damaged(path: string, fault: string): UserError {
  return new UserError('data', `${path} is damaged: ${fault}`, [prepareAgainCure(path)]);
}
