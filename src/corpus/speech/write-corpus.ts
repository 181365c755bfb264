/** Writes the files of a speech corpus. */
import { rmSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { stopIfAborted, UserError } from '../../errors.js';
import { writeFileAtomically } from '../../storage/atomic-write.js';
import { sha256 } from '../../storage/file-identity.js';
import { PositionedFile, RecordWriter } from '../../storage/record-file.js';
import type { PrepareOptions } from '../build/corpus-recipe.js';
import { SPLITS, type SplitName } from '../manifest.js';
import { FORMAT_VERSION, MANIFEST_FILE, manifestText } from '../manifest-record.js';
import { fileOrder, swapToFileOrder } from '../token-file.js';
import { Moments } from './features/moments.js';
import {
  featuresFileName,
  labelsFileName,
  PHONES_FILE,
  phonesFileName,
  type SpeechFacts,
  type SpeechManifest,
  utterancesFileName,
} from './manifest.js';
import type { SpeechRecipe, SpeechUtterances, Utterance } from './recipe.js';

type Files = Record<string, { readonly bytes: number; readonly sha256: string }>;

/** Folder for what is needed during the preparation only; `isUnfinishedCorpusFile` knows it. */
const SCRATCH_FOLDER = '.spoken.tmp';

/** Utterances that are written between two turns of the event loop. */
const UTTERANCES_AT_ONCE = 8;

/**
 * Writes all files of a speech corpus into an empty folder, the manifest last. One utterance is in memory at a time. Where the
 * mean and the variance are known only at the end of a split, its features are first written to a draft.
 *
 * @throws UserError('data') when a split has no utterance, two utterances have one name, or a file cannot be written
 */
export async function writeSpeechCorpus(
  folder: string,
  recipe: SpeechRecipe,
  options: PrepareOptions,
): Promise<SpeechManifest> {
  const scratch = join(folder, SCRATCH_FOLDER);
  const { signal, onProgress } = options;
  let opened: SpeechUtterances | undefined;
  try {
    await mkdir(scratch);
    opened = await recipe.open({ scratch, signal, onProgress });
    return await writeOpened(folder, recipe, opened, options);
  } finally {
    opened?.close?.();
    await rm(scratch, { recursive: true, force: true });
  }
}

async function writeOpened(
  folder: string,
  recipe: SpeechRecipe,
  opened: SpeechUtterances,
  options: PrepareOptions,
): Promise<SpeechManifest> {
  const files: Files = {};
  const phones = opened.phones.map((phone) => `${phone}\n`).join('');
  await writeFileAtomically(join(folder, PHONES_FILE), phones);
  files[PHONES_FILE] = { bytes: Buffer.byteLength(phones), sha256: sha256(phones) };
  const writer = new SplitsWriter(folder, recipe, opened, files, options);
  const splits = {
    train: await writer.write('train'),
    valid: await writer.write('valid'),
    test: await writer.write('test'),
  };
  const manifest: SpeechManifest = {
    formatVersion: FORMAT_VERSION,
    kind: 'speech',
    name: recipe.name,
    description: recipe.description,
    sourceFiles: recipe.sourceFiles,
    options: recipe.options,
    createdAt: new Date().toISOString(),
    features: recipe.features,
    phones: opened.phones.length,
    aligned: opened.aligned,
    scoring: opened.scoring,
    splits,
    files,
    ...(options.command === undefined ? {} : { command: options.command }),
  };
  await writeFileAtomically(join(folder, MANIFEST_FILE), manifestText(manifest));
  return manifest;
}

/** Writes one split after the other; train comes first, since its mean and variance may serve all. */
class SplitsWriter {
  /** Moments of train, by which every split is normalized under `global`. */
  readonly #train: Moments;
  #done = 0;

  constructor(
    private readonly folder: string,
    private readonly recipe: SpeechRecipe,
    private readonly opened: SpeechUtterances,
    private readonly files: Files,
    private readonly options: PrepareOptions,
  ) {
    this.#train = new Moments(recipe.features.size);
  }

  async write(split: SplitName): Promise<SpeechFacts> {
    const { size, normalize } = this.recipe.features;
    const draft = join(this.folder, `.${split}-draft.tmp`);
    const isDrafted = normalize === 'speaker' || (normalize === 'global' && split === 'train');
    const writers = new Writers();
    const names = new Set<string>();
    const speakers = new Map<string, Moments>();
    /** Frames and speaker of each utterance, for the second pass. */
    const order: { readonly frames: number; readonly moments: Moments }[] = [];
    let [frames, phones, seconds] = [0, 0, 0];
    try {
      const features = writers.open(isDrafted ? draft : join(this.folder, featuresFileName(split)));
      const sequences = writers.open(join(this.folder, phonesFileName(split)));
      const table = writers.open(join(this.folder, utterancesFileName(split)));
      const labels = this.opened.aligned ? writers.open(join(this.folder, labelsFileName(split))) : null;
      for await (const utterance of this.#read(split)) {
        const { name, speaker } = utterance;
        if (names.has(name)) throw repeatedName(name, split);
        names.add(name);
        const own = normalize === 'global' ? this.#train : speakers.get(speaker);
        const moments = own ?? new Moments(size);
        speakers.set(speaker, moments);
        const count = utterance.features.length / size;
        if (isDrafted) {
          moments.add(utterance.features);
          order.push({ frames: count, moments });
        } else if (normalize === 'global') moments.normalize(utterance.features);
        features.write(fileOrder(utterance.features));
        labels?.write(fileOrder(labelsOf(utterance, count)));
        sequences.write(fileOrder(utterance.phones));
        const row = { name, speaker, frames: count, phones: utterance.phones.length };
        table.write(Buffer.from(`${JSON.stringify(row)}\n`));
        frames += count;
        phones += row.phones;
        seconds += utterance.seconds;
      }
      if (names.size === 0) throw emptySplit(split);
      if (isDrafted) {
        features.finish();
        const normalized = writers.open(join(this.folder, featuresFileName(split)));
        await this.#normalize(draft, order, normalized);
        this.files[featuresFileName(split)] = normalized.finish();
      } else this.files[featuresFileName(split)] = features.finish();
      if (labels !== null) this.files[labelsFileName(split)] = labels.finish();
      this.files[phonesFileName(split)] = sequences.finish();
      this.files[utterancesFileName(split)] = table.finish();
    } finally {
      writers.close();
      rmSync(draft, { force: true });
    }
    return { utterances: names.size, speakers: speakers.size, frames, phones, seconds };
  }

  /** Yields the utterances of a split, with progress, and stops when the signal fires. */
  async *#read(split: SplitName): AsyncGenerator<Utterance> {
    const { recipe, opened, options } = this;
    const total = SPLITS.reduce((sum, one) => sum + opened.splits[one].count, 0);
    for await (const utterance of opened.splits[split].utterances()) {
      yield utterance;
      this.#done++;
      const done = Math.min(this.#done, total);
      options.onProgress?.({ label: `prepare ${recipe.name}`, done, total, unit: 'utterances' });
      if (this.#done % UTTERANCES_AT_ONCE > 0) continue;
      // Lets signals and the progress display run.
      await nextTurn();
      stopIfAborted(options.signal);
    }
  }

  /** Reads the drafted features again and writes them with mean 0 and variance 1. */
  async #normalize(
    draft: string,
    order: readonly { readonly frames: number; readonly moments: Moments }[],
    to: RecordWriter,
  ): Promise<void> {
    const { size } = this.recipe.features;
    const file = new PositionedFile(draft);
    let position = 0;
    try {
      for (const [index, { frames, moments }] of order.entries()) {
        const features = new Float32Array(frames * size);
        const bytes = Buffer.from(features.buffer);
        position += file.fill(bytes, position);
        swapToFileOrder(bytes);
        moments.normalize(features);
        to.write(fileOrder(features));
        if (index % UTTERANCES_AT_ONCE > 0) continue;
        await nextTurn();
        stopIfAborted(this.options.signal);
      }
    } finally {
      file.close();
    }
  }
}

/** Files that are open for writing. */
class Writers {
  readonly #open: RecordWriter[] = [];

  open(path: string): RecordWriter {
    const writer = new RecordWriter(path);
    this.#open.push(writer);
    return writer;
  }

  close(): void {
    for (const writer of this.#open) writer.close();
  }
}

function labelsOf({ name, labels }: Utterance, frames: number): Int32Array {
  if (labels?.length === frames) return labels;
  throw new Error(`${name} has ${labels?.length ?? 'no'} labels for ${frames} frames`);
}

function repeatedName(name: string, split: SplitName): UserError {
  return new UserError('data', `Two utterances of ${split} have the name "${name}"`, [
    'Give each utterance a name of its own.',
  ]);
}

function emptySplit(split: SplitName): UserError {
  return new UserError('data', `There is no utterance for ${split}`, ['Each split needs one at least.']);
}
