/** Pairs that are cut off from a text for validation and test. */
import { philoxWords, STREAM } from '../../ops/philox.js';
import type { SentencePair } from './pair-text.js';

/** Which pairs are cut off: the last ones of the text, or random ones. */
export type Cut = { readonly pick: 'last' } | { readonly pick: 'random'; readonly seed: number };

/** A pair that may be held out. */
export interface HeldOutPair extends SentencePair {
  /** Its place among all pairs of the corpus, from 0. */
  readonly index: number;
}

/**
 * Chooses a fixed number of pairs while all of them stream by: those with the smallest keys. Memory is that of twice as
 * many pairs. A key is a function only of the seed and of the pair's place.
 */
export class HeldOutPairs {
  #kept: { readonly key: number; readonly pair: HeldOutPair }[] = [];
  #largest = Number.POSITIVE_INFINITY;

  constructor(
    private readonly count: number,
    private readonly cut: Cut,
  ) {}

  /** Takes a pair into account; pairs come in order. */
  offer(pair: HeldOutPair): void {
    if (this.count === 0) return;
    const key = keyOf(pair.index, this.cut);
    if (key > this.#largest) return;
    if (this.#kept.push({ key, pair }) >= 2 * this.count) this.#shrink();
  }

  /** Returns the chosen pairs by key: random ones in random order, the last ones from the end. */
  chosen(): HeldOutPair[] {
    if (this.count > 0) this.#shrink();
    return this.#kept.map(({ pair }) => pair);
  }

  #shrink(): void {
    this.#kept = this.#kept.sort((a, b) => a.key - b.key).slice(0, this.count);
    if (this.#kept.length === this.count) this.#largest = this.#kept[this.count - 1].key;
  }
}

const TWO_32 = 2 ** 32;

function keyOf(index: number, cut: Cut): number {
  if (cut.pick === 'last') return -index;
  const address = {
    seed: cut.seed,
    stream: STREAM.shuffling,
    site: Math.floor(index / TWO_32),
    step: index % TWO_32,
  };
  const [high, low] = philoxWords(address, 2);
  return high + low / TWO_32;
}
