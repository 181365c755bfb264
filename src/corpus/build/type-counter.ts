import { UserError } from '../../errors.js';

/** So many words take about 1.5 GB, near the limit of Node's usual heap; natural text of 10 GB has fewer. */
const MAX_TYPES = 2 ** 23;

/**
 * Counts how often each word occurs. Memory is about 200 bytes for each distinct word, and does not grow with
 * the number of words.
 */
export class TypeCounter {
  readonly #counts = new Map<string, { count: number }>();
  readonly #path: string;
  readonly #limit: number;

  /**
   * @param path  where the words come from, for messages
   * @param limit most distinct words; beyond it {@link add} throws UserError('data')
   */
  constructor(path: string, limit = MAX_TYPES) {
    this.#path = path;
    this.#limit = limit;
  }

  /** Counts one occurrence. */
  add(word: string): void {
    const entry = this.#counts.get(word);
    if (entry !== undefined) {
      entry.count++;
      return;
    }
    if (this.#counts.size >= this.#limit) {
      throw new UserError('data', `${this.#path} has more than ${this.#limit} different words`, [
        'Check that words are separated by spaces, or use --unit character.',
      ]);
    }
    this.#counts.set(detached(word), { count: 1 });
  }

  /** Distinct words so far. */
  get size(): number {
    return this.#counts.size;
  }

  /** How often each word occurred, in order of first occurrence. */
  *[Symbol.iterator](): Generator<[word: string, count: number]> {
    for (const [word, { count }] of this.#counts) yield [word, count];
  }
}

// A word cut out of a longer string keeps all of that string alive in V8: each new word is copied out of it, or
// the whole text would end up in memory.
function detached(word: string): string {
  return Buffer.from(word, 'utf8').toString('utf8');
}
