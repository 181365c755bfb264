/** Token ids for a benchmark: what a step costs does not depend on what the tokens say. */

import type { TokenSource } from '../corpus/windows.js';
import type { NetworkSpec } from '../spec/systems.js';
import type { TrainingCorpus } from '../tasks/language-modelling.js';

/** Different windows before they repeat. */
const WINDOWS = 8;

/** Knuth's multiplier: ⌊2³² / golden ratio⌋ made odd. Neighbours land far apart, all over the vocabulary. */
const MULTIPLIER = 2654435761;

/** An endless supply of scattered ids, the same at every reading. */
class ScatteredTokens implements TokenSource {
  constructor(
    readonly length: number,
    private readonly vocabulary: number,
  ) {}

  read(position: number, count: number): Int32Array {
    return Int32Array.from({ length: count }, (_, i) => scattered(position + i) % this.vocabulary);
  }
}

/**
 * A corpus that exists nowhere, as far as training reads one: eight windows of a spec.
 *
 * @param vocabulary V
 */
export function corpusOfWindows(
  { batchSize, bptt }: NetworkSpec['training'],
  vocabulary: number,
): TrainingCorpus {
  const source = new ScatteredTokens(batchSize * (WINDOWS * bptt + 1), vocabulary);
  return { vocabulary: { eos: 0, size: vocabulary }, split: () => source };
}

/** `count` values spread evenly over (−1, 1), for the factors of a product. */
export function scatteredValues(count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => scattered(i) / 2 ** 31 - 1);
}

function scattered(position: number): number {
  return Math.imul(position + 1, MULTIPLIER) >>> 0;
}
