/** Orders of independent sequences. */
import { philoxWords, STREAM } from '../ops/philox.js';

/** Draws an order of 0 … count − 1 from the words of the Philox address (seed, sentences, site = pass, step = draw). */
export function shuffled(
  count: number,
  { seed, pass, draw }: { readonly seed: number; readonly pass: number; readonly draw: number },
): number[] {
  const words = philoxWords({ seed, stream: STREAM.sentences, site: pass, step: draw }, count);
  return Array.from(words.keys()).sort((a, b) => words[a] - words[b] || a - b);
}

/**
 * Makes the batches of every pass over independent sequences. A pass has each of them once. The choice of sequences for a batch, and
 * the order of the batches, is a function of (seed, pass).
 *
 * @param group divides sequences, in an order that decides among equal ones, into batches
 * @returns the batches of a pass
 */
export function shuffledBatches(
  count: number,
  seed: number,
  group: (order: readonly number[]) => readonly (readonly number[])[],
): (pass: number) => readonly (readonly number[])[] {
  /** The batches of the last pass: passes are read one after the other. */
  let known: { readonly pass: number; readonly groups: readonly (readonly number[])[] } | null = null;
  return (pass) => {
    if (known?.pass !== pass) {
      const groups = group(shuffled(count, { seed, pass, draw: 0 }));
      known = { pass, groups: shuffled(groups.length, { seed, pass, draw: 1 }).map((i) => groups[i]) };
    }
    return known.groups;
  };
}
