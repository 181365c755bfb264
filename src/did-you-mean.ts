/** "Did you mean": the nearest of the words that would have been right. */
import { distance } from 'fastest-levenshtein';

/** Fewest letters in which a word counts as the beginning of another. */
const SHORTEST_ABBREVIATION = 3;

/**
 * The candidate that `word` was probably meant to be: equal except for case, dashes and underscores (`batch_size` for
 * `batchSize`) or one letter away; else the first that continues it (`training.clip`); else the nearest, at most a third of
 * its letters away; else a beginning of it (`temperature` for `temp`); undefined when there is none.
 */
export function didYouMean(word: string, candidates: readonly string[]): string | undefined {
  const wanted = normalize(word);
  const ranked = candidates
    .map((candidate) => ({ candidate, edits: distance(wanted, normalize(candidate)) }))
    .sort((a, b) => a.edits - b.edits);
  const best = ranked[0];
  if (best && best.edits <= 1) return best.candidate;
  const continuation = candidates.find((candidate) => isAbbreviation(wanted, normalize(candidate)));
  if (continuation !== undefined) return continuation;
  if (best && best.edits <= Math.round(wanted.length / 3)) return best.candidate;
  return candidates.find((candidate) => isAbbreviation(normalize(candidate), wanted));
}

function isAbbreviation(short: string, long: string): boolean {
  return short.length >= SHORTEST_ABBREVIATION && long.startsWith(short);
}

function normalize(word: string): string {
  return word.toLowerCase().replaceAll(/[-_]/g, '');
}
