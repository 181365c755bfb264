/**
 * Kneser and Ney's counts: how well a word goes on after a shorter context does not follow from how often it stands
 * there, but from how many different longer contexts it has been seen in (Kneser & Ney 1995; Chen & Goodman 1998,
 * section 2.7).
 */
import type { OnProgress } from '../progress.js';
import { findWord, type NgramLevel, type NgramTable } from './ngram-table.js';
import { inSlabs } from './slabs.js';

/**
 * Replaces the number of occurrences by the number of different tokens that precede the n-gram, on every level but the
 * highest, which keeps its counts.
 *
 * An n-gram that begins with `<s>` has nothing before it and keeps its count, too: the rule of SRILM and of KenLM,
 * which Chen & Goodman leave open.
 *
 * @param counted from `countNgrams`; its arrays are shared where they stay the same
 * @throws the signal's reason when it is aborted
 */
export async function adjustCounts(
  counted: NgramTable,
  { signal, onProgress }: { readonly signal?: AbortSignal; readonly onProgress?: OnProgress },
): Promise<NgramTable> {
  const adjusted: NgramLevel[] = [];
  /** The suffix (all tokens but the first) of each entry of the level below, as an entry of the level below that. */
  let suffixes = new Int32Array(counted[0].words.length); // of single tokens: the empty n-gram
  for (let level = 1; level < counted.length; level++) {
    const [lower, upper] = [counted[level - 1], counted[level]];
    const [rowSuffixes, entrySuffixes] = [suffixes, new Int32Array(upper.words.length)];
    const predecessors = new Int32Array(lower.words.length);
    const visit = (begin: number, end: number) => {
      for (let row = begin; row < end; row++) {
        for (let entry = upper.offsets[row]; entry < upper.offsets[row + 1]; entry++) {
          const suffix = findWord(lower, rowSuffixes[row], upper.words[entry]);
          entrySuffixes[entry] = suffix;
          predecessors[suffix]++;
        }
      }
      const label = `adjusting counts of ${level}-grams`;
      onProgress?.({ label, done: upper.offsets[end], total: upper.words.length, unit: 'n-grams' });
    };
    await inSlabs(rowSuffixes.length, visit, signal);
    const counts = lower.counts.map((count, entry) => predecessors[entry] || count);
    adjusted.push({ ...lower, counts });
    suffixes = entrySuffixes;
  }
  return [...adjusted, counted[counted.length - 1]];
}
