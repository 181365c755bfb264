/** Phone error rate: the fewest substitutions, deletions and insertions that turn what was recognized into what was spoken. */

/** Counts of an alignment, or summed over utterances. */
export interface PhoneErrors {
  readonly substitutions: number;
  /** Phones that were spoken and not recognized. */
  readonly deletions: number;
  /** Phones that were recognized and not spoken. */
  readonly insertions: number;
  /** Phones that were spoken. */
  readonly phones: number;
}

/** No phone and no error. */
export const NO_PHONES: PhoneErrors = { substitutions: 0, deletions: 0, insertions: 0, phones: 0 };

/** How phones are compared: for each id, the class that it is scored as, or null for one that is left out. */
export interface PhoneScoring {
  /** Name of the folding of phones into classes. */
  readonly folding: string;
  readonly classes: readonly (string | null)[];
}

/**
 * Returns the scored classes of phones in their order. Each phone that is not left out remains one, also where its neighbor is of the
 * same class, as in the scoring of Kaldi's recipe for TIMIT.
 */
export function scoredClasses(phones: ArrayLike<number>, { classes }: PhoneScoring): string[] {
  return Array.from(phones, (phone) => classes[phone] ?? null).filter((name) => name !== null);
}

/** One step of an alignment: a phone that was spoken beside the one that was recognized; null where there is none. */
export interface AlignedPhone {
  readonly spoken: string | null;
  readonly recognized: string | null;
}

/**
 * Aligns what was recognized with what was spoken (Levenshtein 1966). Of the alignments with the fewest errors, it takes one with the
 * fewest insertions and deletions, so that the counts of each kind are defined too; of those, one that prefers, from the end to the
 * beginning, a pair to a deletion and a deletion to an insertion.
 */
export function alignPhones(spoken: readonly string[], recognized: readonly string[]): AlignedPhone[] {
  const costs = costTable(spoken, recognized);
  const width = recognized.length + 1;
  const steps: AlignedPhone[] = [];
  let [i, j] = [spoken.length, recognized.length];
  while (i > 0 || j > 0) {
    const cost = costs[i * width + j];
    if (
      i > 0 &&
      j > 0 &&
      cost === costs[(i - 1) * width + j - 1] + pairCost(spoken[i - 1], recognized[j - 1])
    ) {
      steps.push({ spoken: spoken[--i], recognized: recognized[--j] });
    } else if (i > 0 && cost === costs[(i - 1) * width + j] + GAP) {
      steps.push({ spoken: spoken[--i], recognized: null });
    } else {
      steps.push({ spoken: null, recognized: recognized[--j] });
    }
  }
  return steps.reverse();
}

/** Counts the errors of an alignment. */
export function countErrors(alignment: readonly AlignedPhone[]): PhoneErrors {
  let [substitutions, deletions, insertions, phones] = [0, 0, 0, 0];
  for (const { spoken, recognized } of alignment) {
    if (spoken !== null) phones += 1;
    if (spoken === null) insertions += 1;
    else if (recognized === null) deletions += 1;
    else if (spoken !== recognized) substitutions += 1;
  }
  return { substitutions, deletions, insertions, phones };
}

/** Adds counts. */
export function addErrors(one: PhoneErrors, other: PhoneErrors): PhoneErrors {
  return {
    substitutions: one.substitutions + other.substitutions,
    deletions: one.deletions + other.deletions,
    insertions: one.insertions + other.insertions,
    phones: one.phones + other.phones,
  };
}

/** Returns errors per spoken phone; may exceed 1. Without any spoken phone it is the number of errors. */
export function phoneErrorRate({ substitutions, deletions, insertions, phones }: PhoneErrors): number {
  return (substitutions + deletions + insertions) / Math.max(1, phones);
}

/** One error counts more than all insertions and deletions of two sequences of half a million phones. */
const SUBSTITUTION = 2 ** 20;
const GAP = SUBSTITUTION + 1;

function pairCost(spoken: string, recognized: string): number {
  return spoken === recognized ? 0 : SUBSTITUTION;
}

/** Returns the least cost of aligning every beginning of one sequence with every beginning of the other, row by row. */
function costTable(spoken: readonly string[], recognized: readonly string[]): Float64Array {
  const width = recognized.length + 1;
  const costs = new Float64Array((spoken.length + 1) * width);
  for (let j = 1; j < width; j++) costs[j] = j * GAP;
  for (let i = 1; i <= spoken.length; i++) {
    const row = i * width;
    costs[row] = i * GAP;
    for (let j = 1; j < width; j++) {
      const paired = costs[row - width + j - 1] + pairCost(spoken[i - 1], recognized[j - 1]);
      costs[row + j] = Math.min(paired, costs[row - width + j] + GAP, costs[row + j - 1] + GAP);
    }
  }
  return costs;
}
