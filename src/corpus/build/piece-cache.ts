/** Remembers what pieces of text mean by their bytes, so that a piece seen before is not decoded or cut into words again. */

/** Longer pieces are rare, and not remembered. */
export const MAX_CACHED_BYTES = 64;

const MAX_ENTRIES = 2 ** 19;
const SLOTS = 2 * MAX_ENTRIES;
const ARENA_BYTES = 2 ** 23;

/** An entry's fields lie side by side, so that a look at one of them brings all into the processor's cache. */
const FIELDS = 4;
const [HASH, START, LENGTH, VALUE] = [0, 1, 2, 3];

/**
 * A hash table of byte strings with open addressing, about 20 MB. Entries are numbers from 0, for the caller's own tables.
 * When it is full it is emptied: frequent pieces are soon back.
 */
export class PieceCache {
  /** Entry + 1; 0 is an empty slot. */
  readonly #slots = new Int32Array(SLOTS);
  readonly #fields = new Int32Array(FIELDS * MAX_ENTRIES);
  readonly #arena = new Uint8Array(ARENA_BYTES);
  #entries = 0;
  #used = 0;

  /** The entry of `bytes[start … end)`, or -1. @param hash of these bytes, by whatever function */
  find(bytes: Uint8Array, start: number, end: number, hash: number): number {
    const slots = this.#slots;
    const fields = this.#fields;
    const length = end - start;
    for (let slot = slotOf(hash); ; slot = (slot + 1) & (SLOTS - 1)) {
      const entry = slots[slot] - 1;
      if (entry < 0) return -1;
      const field = FIELDS * entry;
      if (fields[field + HASH] !== hash || fields[field + LENGTH] !== length) continue;
      if (this.#isAt(fields[field + START], bytes, start, length)) return entry;
    }
  }

  /** The value that {@link add} was given. */
  value(entry: number): number {
    return this.#fields[FIELDS * entry + VALUE];
  }

  /**
   * Adds bytes that {@link find} did not find, at most {@link MAX_CACHED_BYTES}, with a value.
   * @returns the entry; 0 means that all others are gone
   */
  add(bytes: Uint8Array, start: number, end: number, hash: number, value: number): number {
    if (this.#entries === MAX_ENTRIES || this.#used + MAX_CACHED_BYTES > ARENA_BYTES) this.#empty();
    const entry = this.#entries++;
    let slot = slotOf(hash);
    while (this.#slots[slot] !== 0) slot = (slot + 1) & (SLOTS - 1);
    this.#slots[slot] = entry + 1;
    this.#fields.set([hash, this.#used, end - start, value], FIELDS * entry);
    this.#arena.set(bytes.subarray(start, end), this.#used);
    this.#used += end - start;
    return entry;
  }

  #isAt(first: number, bytes: Uint8Array, start: number, length: number): boolean {
    const arena = this.#arena;
    for (let at = 0; at < length; at++) {
      if (arena[first + at] !== bytes[start + at]) return false;
    }
    return true;
  }

  #empty(): void {
    this.#slots.fill(0);
    this.#entries = 0;
    this.#used = 0;
  }
}

function slotOf(hash: number): number {
  return (hash ^ (hash >>> 15)) & (SLOTS - 1);
}
