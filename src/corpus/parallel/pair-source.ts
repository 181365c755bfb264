/** The pairs of one split of a parallel corpus, read by index. */
import { UserError } from '../../errors.js';
import { prepareAgainCure } from '../corpus-folder.js';
import { Sentences } from '../sentences.js';
import { TokenFile } from '../token-file.js';
import type { Vocabulary } from '../vocabulary.js';

/** Ids of a pair of sentences, without `<eos>`. */
export interface Pair {
  readonly source: Int32Array;
  readonly target: Int32Array;
}

/**
 * The pairs of one split. Memory has 24 bytes for each pair, its lengths and places; the ids are read from the token
 * files when they are asked for, so a corpus may be larger than memory. {@link close} it when done.
 */
export class PairSource {
  /** Number of pairs. */
  readonly length: number;
  /** [length], tokens of each source sentence without `<eos>`, at least 1. */
  readonly sourceLengths: Int32Array;
  /** [length], tokens of each target sentence without `<eos>`, at least 1. */
  readonly targetLengths: Int32Array;
  readonly #source: SideFile;
  readonly #target: SideFile;

  /**
   * Opens two token files and reads through both once to find their sentences.
   *
   * @param pairs the number of sentences that each of them must have
   * @throws UserError('data') when a file cannot be opened or is damaged
   */
  constructor(source: SideLocation, target: SideLocation, pairs: number) {
    this.#source = new SideFile(source, pairs);
    try {
      this.#target = new SideFile(target, pairs);
    } catch (error) {
      this.#source.close();
      throw error;
    }
    this.length = pairs;
    this.sourceLengths = this.#source.lengths;
    this.targetLengths = this.#target.lengths;
  }

  /**
   * Reads the pair `index`, 0 ≤ index < length.
   *
   * @throws UserError('data') when a file was damaged since it was opened
   */
  read(index: number): Pair {
    return { source: this.#source.read(index), target: this.#target.read(index) };
  }

  close(): void {
    this.#source.close();
    this.#target.close();
  }
}

/** A token file and the vocabulary of its ids. */
export interface SideLocation {
  readonly path: string;
  readonly vocabulary: Vocabulary;
}

class SideFile {
  /** [sentences], tokens without `<eos>`. */
  readonly lengths: Int32Array;
  readonly #file: TokenFile;
  readonly #sentences: Sentences;

  constructor({ path, vocabulary }: SideLocation, pairs: number) {
    this.#file = new TokenFile(path, vocabulary.size);
    try {
      this.#sentences = new Sentences(this.#file, vocabulary.eos);
      const { count } = this.#sentences;
      if (count !== pairs) {
        throw new UserError('data', `${path} is damaged: it has ${count} sentences instead of ${pairs}`, [
          prepareAgainCure(path),
        ]);
      }
    } catch (error) {
      this.close();
      throw error;
    }
    this.lengths = Int32Array.from({ length: pairs }, (_, line) => this.#sentences.lengthOf(line) - 1);
  }

  read(index: number): Int32Array {
    return this.#sentences.read(index).subarray(0, this.lengths[index]);
  }

  close(): void {
    this.#file.close();
  }
}
