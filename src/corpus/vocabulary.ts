import { readFile } from 'node:fs/promises';
import { UserError } from '../errors.js';
import { describeFileError } from '../storage/atomic-write.js';
import { sha256 } from '../storage/file-identity.js';
import { prepareAgainCure } from './corpus-folder.js';

/** The token that ends every line. Treebank corpora put one sentence on a line, hence its usual name. */
export const END_OF_LINE = '<eos>';

/** The token for every word outside the vocabulary. */
export const UNKNOWN = '<unk>';

/**
 * The words a model knows, numbered from 0. Their order is the order of ids; corpora prepared by zlm put frequent words
 * first. On disk: UTF-8, one word per line; the line number, counted from 0, is the id.
 */
export class Vocabulary {
  readonly words: readonly string[];
  /** SHA-256 (hex) of the vocabulary's file, which checkpoints record. */
  readonly sha256: string;
  /** Id of `<eos>`. */
  readonly eos: number;
  /** Id of `<unk>`; undefined when every word of the corpus is known. */
  readonly unk: number | undefined;
  readonly #ids: ReadonlyMap<string, number>;

  private constructor(words: readonly string[], ids: ReadonlyMap<string, number>, eos: number) {
    this.words = words;
    this.#ids = ids;
    this.eos = eos;
    this.unk = ids.get(UNKNOWN);
    this.sha256 = sha256(this.toText());
  }

  /**
   * @param words distinct, non-empty, without line feeds, `<eos>` among them
   * @param path  where the words come from, for messages
   * @throws UserError('data') that names path and line of the first word that breaks these rules
   */
  static of(words: readonly string[], path = 'vocabulary'): Vocabulary {
    const ids = new Map<string, number>();
    for (const [id, word] of words.entries()) {
      const fault = faultOf(word, ids);
      if (fault !== undefined)
        throw new UserError('data', `${path}:${id + 1}: ${fault}`, [prepareAgainCure(path)]);
      ids.set(word, id);
    }
    const eos = ids.get(END_OF_LINE);
    if (eos === undefined) {
      throw new UserError('data', `${path} has no ${END_OF_LINE}, the mark that ends a line`, [
        prepareAgainCure(path),
      ]);
    }
    return new Vocabulary(words, ids, eos);
  }

  /**
   * Reads a vocabulary file.
   * @throws UserError('data') when the file is missing, unreadable, not UTF-8 or breaks the rules of {@link of}
   */
  static async load(path: string): Promise<Vocabulary> {
    let bytes: Uint8Array;
    try {
      bytes = await readFile(path);
    } catch (error) {
      throw describeFileError(error, path, 'read') ?? error;
    }
    let text: string;
    try {
      text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      throw new UserError('data', `${path} is not valid UTF-8`, [prepareAgainCure(path)]);
    }
    const words = text.split('\n');
    if (words.pop() !== '')
      throw new UserError('data', `The last line of ${path} is cut off`, [prepareAgainCure(path)]);
    return Vocabulary.of(words, path);
  }

  get size(): number {
    return this.words.length;
  }

  /** Returns the id of `word`, or undefined when it is not in the vocabulary. */
  id(word: string): number | undefined {
    return this.#ids.get(word);
  }

  /**
   * Returns the word with this id.
   * @throws RangeError when there is none
   */
  word(id: number): string {
    const word = this.words[id];
    if (word === undefined) throw new RangeError(`No word has id ${id}: there are ${this.size}`);
    return word;
  }

  /** Returns the contents of the vocabulary's file. */
  toText(): string {
    return `${this.words.join('\n')}\n`;
  }
}

function faultOf(word: string, earlier: ReadonlyMap<string, number>): string | undefined {
  if (word === '') return 'The line is empty, but must have a word';
  if (word.includes('\n')) return 'The word has a line feed in it';
  const first = earlier.get(word);
  if (first !== undefined) return `"${word}" is already on line ${first + 1}`;
  return undefined;
}
