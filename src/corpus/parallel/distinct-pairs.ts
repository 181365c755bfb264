import { createHash } from 'node:crypto';

const FIRST_SLOTS = 2 ** 12;

/**
 * The pairs seen so far, by 64 bits of their SHA-256 in a hash table: 16 to 32 bytes for each, so that a corpus of
 * millions of pairs fits. Of 100 million pairs, one is taken for a repetition by mistake with a probability below 0.0003.
 */
export class DistinctPairs {
  /** Two words a slot; both 0 is an empty slot. */
  #slots = new Uint32Array(2 * FIRST_SLOTS);
  #size = 0;

  /** Adds a pair. Returns false when it is there already. */
  add(source: readonly string[], target: readonly string[]): boolean {
    const digest = createHash('sha256')
      .update(`${source.join(' ')}\n${target.join(' ')}`)
      .digest();
    // An empty slot is two zeros, which are left to it.
    const [high, low] = [digest.readUInt32LE(0), digest.readUInt32LE(4) || 1];
    if (!insert(this.#slots, high, low)) return false;
    if (++this.#size * 4 > this.#slots.length) this.#grow();
    return true;
  }

  #grow(): void {
    const larger = new Uint32Array(2 * this.#slots.length);
    for (let at = 0; at < this.#slots.length; at += 2) {
      if (this.#slots[at + 1] !== 0) insert(larger, this.#slots[at], this.#slots[at + 1]);
    }
    this.#slots = larger;
  }
}

/** Returns false when the entry is there already. */
function insert(slots: Uint32Array, high: number, low: number): boolean {
  const mask = slots.length / 2 - 1;
  for (let slot = high & mask; ; slot = (slot + 1) & mask) {
    const at = 2 * slot;
    if (slots[at + 1] === 0) {
      slots[at] = high;
      slots[at + 1] = low;
      return true;
    }
    if (slots[at] === high && slots[at + 1] === low) return false;
  }
}
