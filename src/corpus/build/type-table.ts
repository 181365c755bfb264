import { UserError } from '../../errors.js';
import { END_OF_LINE } from '../vocabulary.js';

/**
 * Limit on distinct words. They take about 1.5 GB, near the limit of Node's default heap; natural text of 10 GB has
 * fewer.
 */
const MAX_TYPES = 2 ** 23;

/** Position in a text. */
export interface Place {
  /** Name of the text. */
  readonly name: string;
  /** From 1. */
  readonly line: number;
}

/**
 * The distinct tokens of all texts, numbered in order of their first occurrence; number 0 is `<eos>`. Memory is about
 * 200 bytes for each, and does not grow with the number of tokens.
 */
export class TypeTable {
  readonly #ids = new Map<string, number>();
  readonly #words: string[] = [END_OF_LINE];
  readonly #names: string[] = [''];
  readonly #lines: number[] = [0];
  readonly #limit: number;

  /** @param limit most distinct tokens; beyond it {@link number} throws UserError('data') */
  constructor(limit = MAX_TYPES) {
    this.#limit = limit;
  }

  /**
   * Returns the number of a token, a new one at its first occurrence.
   * @throws UserError('data') when the text has `<eos>` itself, or too many different tokens
   */
  number(token: string, name: string, line: number): number {
    const known = this.#ids.get(token);
    if (known !== undefined) return known;
    if (token === END_OF_LINE) throw endOfLineInText(name, line);
    if (this.size > this.#limit) throw tooManyTypes(name, this.#limit);
    const word = detached(token);
    const id = this.#words.push(word) - 1;
    this.#ids.set(word, id);
    this.#names.push(name);
    this.#lines.push(line);
    return id;
  }

  /** Returns how many there are, `<eos>` included. */
  get size(): number {
    return this.#words.length;
  }

  /** Returns the token with this number. */
  word(id: number): string {
    return this.#words[id];
  }

  /** Returns the place of the first occurrence of a token. */
  firstPlace(id: number): Place {
    return { name: this.#names[id], line: this.#lines[id] };
  }
}

/** The words that occur with their counts, without `<eos>`. */
export class TypeCounts implements Iterable<readonly [word: string, count: number]> {
  /** @param counts [types.size], by the numbers of the types */
  constructor(
    private readonly types: TypeTable,
    private readonly counts: Float64Array,
  ) {}

  *[Symbol.iterator](): Generator<[word: string, count: number]> {
    for (let id = 1; id < this.counts.length; id++) {
      if (this.counts[id] > 0) yield [this.types.word(id), this.counts[id]];
    }
  }
}

// In V8 a substring keeps its whole string alive. Each new word is copied, or
// the whole text would end up in memory.
function detached(word: string): string {
  return Buffer.from(word, 'utf8').toString('utf8');
}

function endOfLineInText(name: string, line: number): UserError {
  return new UserError(
    'data',
    `${name}:${line}: The text contains the word ${END_OF_LINE}, which is added at the end of every line`,
    [`Remove ${END_OF_LINE} from the text.`],
  );
}

function tooManyTypes(name: string, limit: number): UserError {
  return new UserError('data', `${name} has more than ${limit} different words`, [
    'Check that words are separated by spaces, or use --unit character.',
  ]);
}
