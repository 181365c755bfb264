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
