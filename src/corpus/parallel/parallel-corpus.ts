/** A prepared parallel corpus, opened for reading. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeFileError } from '../../storage/file-error.js';
import { sha256 } from '../../storage/file-identity.js';
import { checkCorpusName } from '../corpus-folder.js';
import type { SplitName } from '../manifest.js';
import type { DataIdentity, TrainingData } from '../training-data.js';
import { missingCorpus, type VerifyOptions, verifyFiles } from '../verify-files.js';
import { END_OF_LINE, Vocabulary } from '../vocabulary.js';
import { parseMerges, Segmenter, wordsOfPieces } from './bpe.js';
import { textOfWords, wordsOfSentence } from './form.js';
import {
  filesOf,
  type HeldOut,
  mergesFileName,
  type PairFacts,
  type ParallelManifest,
  readParallelManifest,
  type Side,
  sideTokenFileName,
  textFileName,
  vocabularyFileName,
} from './manifest.js';
import { PairSource } from './pair-source.js';

export type { ParallelManifest } from './manifest.js';
export { type Pair, PairSource } from './pair-source.js';

/** A prepared parallel corpus, checked and opened for reading; {@link close} it when done. */
export class ParallelCorpus implements TrainingData {
  readonly #open = new Map<SplitName, PairSource>();

  private constructor(
    readonly name: string,
    readonly folder: string,
    readonly manifest: ParallelManifest,
    /** Words of the source language; they always include `<eos>` and `<unk>`. */
    readonly source: Vocabulary,
    /** Words of the target language: the same object as `source` when they share one vocabulary. */
    readonly target: Vocabulary,
    /** Cuts source words into pieces; null for a corpus of whole words. */
    private readonly segmenter: Segmenter | null,
  ) {}

  /**
   * Opens `<dataFolder>/<name>` and checks that every file has the size and the hash that the manifest records.
   *
   * @param options where verified large files are remembered, and hooks while they are hashed
   * @throws UserError('usage') when the name is a path; WrongKindError when it is a text for language models;
   *   UserError('data') when the corpus is missing, damaged or of another format version; the signal's reason when it is
   *   aborted
   */
  static async open(dataFolder: string, name: string, options: VerifyOptions = {}): Promise<ParallelCorpus> {
    checkCorpusName(name);
    const folder = join(dataFolder, name);
    const manifest = await readParallelManifest(folder);
    if (manifest === undefined) throw missingCorpus(dataFolder, name, 'parallel');
    const files = filesOf(manifest).map(({ file, ...facts }) => ({ path: join(folder, file), ...facts }));
    await verifyFiles(folder, files, manifest, options);
    const source = await Vocabulary.load(join(folder, vocabularyFileName('source')));
    const target = manifest.vocabulary.shared
      ? source
      : await Vocabulary.load(join(folder, vocabularyFileName('target')));
    const segmenter = manifest.merges && (await loadSegmenter(join(folder, mergesFileName('source'))));
    return new ParallelCorpus(name, folder, manifest, source, target, segmenter);
  }

  /** Returns the pairs of a split: the same object each time, open until {@link close}. */
  split(name: SplitName): PairSource {
    const opened = this.#open.get(name);
    if (opened !== undefined) return opened;
    const location = (side: Side) => ({
      path: join(this.folder, sideTokenFileName(name, side)),
      vocabulary: this[side],
    });
    const pairs = new PairSource(location('source'), location('target'), this.manifest.splits[name].pairs);
    this.#open.set(name, pairs);
    return pairs;
  }

  get identity(): DataIdentity {
    const { train, valid } = this.manifest.splits;
    const hashOf = (facts: PairFacts) => joined(facts.source.sha256, facts.target.sha256);
    const vocabularyHash = joined(this.source.sha256, this.target.sha256);
    return { vocabularyHash, trainHash: hashOf(train), validHash: hashOf(valid) };
  }

  /** Turns a sentence of the source language into ids by the rules of this corpus, without `<eos>`. */
  encode(sentence: string): Int32Array {
    const words = wordsOfSentence(sentence, this.manifest.form);
    const pieces = words.flatMap((word) => this.segmenter?.pieces(word) ?? [word]);
    const unknown = unknownId(this.source);
    return Int32Array.from(pieces, (piece) =>
      piece === END_OF_LINE ? unknown : (this.source.id(piece) ?? unknown),
    );
  }

  /** Turns ids of the target language into text, which BLEU can compare with {@link text}. `<eos>` is left out. */
  decode(ids: Iterable<number>): string {
    const pieces = Array.from(ids)
      .filter((id) => id !== this.target.eos)
      .map((id) => this.target.word(id));
    const words = this.manifest.merges === null ? pieces : wordsOfPieces(pieces);
    return textOfWords(words, this.manifest.form);
  }

  /**
   * Reads the sentences of one side of valid or test as they were given, before any normalization: line i belongs to
   * pair i. Those of the target are the references of BLEU and chrF.
   */
  async text(split: HeldOut, side: Side): Promise<string[]> {
    return (await readText(join(this.folder, textFileName(split, side)))).split('\n').slice(0, -1);
  }

  close(): void {
    for (const pairs of this.#open.values()) pairs.close();
    this.#open.clear();
  }
}

/** Returns one hash for two. */
function joined(source: string, target: string): string {
  return sha256(`${source} ${target}`);
}

function unknownId(vocabulary: Vocabulary): number {
  if (vocabulary.unk === undefined) throw new Error('The vocabulary of a parallel corpus has no <unk>');
  return vocabulary.unk;
}

async function loadSegmenter(path: string): Promise<Segmenter> {
  return new Segmenter(parseMerges(await readText(path)));
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw describeFileError(error, path, 'read') ?? error;
  }
}
