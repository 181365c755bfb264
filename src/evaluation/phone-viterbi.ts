/** Viterbi search: the likeliest phones of an utterance under a hidden Markov model whose emissions a framewise network computes. */
import type { PhoneHmm } from './phone-hmm.js';
import type { FrameLogProbs } from './phone-search.js';

const NEVER = Number.NEGATIVE_INFINITY;

/**
 * Returns the phones of the likeliest path (Viterbi 1967). The path gives each frame to a phone, and each phone its least number of frames
 * or more, or all frames of an utterance that has fewer. Of equally likely paths, it takes one that, from the end to the
 * beginning, stays in a phone rather than enters it, and has the first of the phones that may come before.
 */
export function viterbiPhones(frames: FrameLogProbs, hmm: PhoneHmm): number[] {
  const { values, classes } = frames;
  const length = values.length / classes;
  const least = hmm.minFrames.map((count) => Math.min(count, length));
  const firstStates = startsOf(least);
  // Of each phone a chain of states, one for each of its least frames; it remains in the last one.
  const scores = new Float64Array(firstStates[classes]).fill(NEVER);
  const entered = new Int32Array(firstStates[classes]);
  // [length · classes]: the phone before one that is entered at a frame, and the frame at which one that may end there was entered.
  const before = new Int32Array(length * classes);
  const since = new Int32Array(length * classes);
  const entry = Float64Array.from(hmm.logFirst);
  const { emissionBias, logStay } = hmm;
  for (let t = 0; t < length; t++) {
    const row = t * classes;
    if (t > 0) enter(entry, before, row, scores, firstStates, hmm);
    for (let phone = 0; phone < classes; phone++) {
      const first = firstStates[phone];
      const last = firstStates[phone + 1] - 1;
      const emission = values[row + phone] + emissionBias[phone];
      const arrived = last > first ? scores[last - 1] : entry[phone];
      const stayed = scores[last] + logStay[phone];
      if (arrived > stayed) entered[last] = last > first ? entered[last - 1] : t;
      scores[last] = Math.max(arrived, stayed) + emission;
      since[row + phone] = entered[last];
      for (let state = last - 1; state > first; state--) {
        scores[state] = scores[state - 1] + emission;
        entered[state] = entered[state - 1];
      }
      if (last > first) {
        scores[first] = entry[phone] + emission;
        entered[first] = t;
      }
    }
  }
  let phone = likeliestEnd(scores, firstStates, hmm);
  const phones: number[] = [];
  for (let end = length - 1; ; ) {
    phones.push(phone);
    const start = since[end * classes + phone];
    if (start === 0) return phones.reverse();
    phone = before[start * classes + phone];
    end = start - 1;
  }
}

/** Computes, for each phone, the score of entering it from the likeliest phone before. */
function enter(
  entry: Float64Array,
  before: Int32Array,
  row: number,
  scores: Float64Array,
  firstStates: Int32Array,
  { classes, logNext, logLeave }: PhoneHmm,
): void {
  entry.fill(NEVER);
  for (let from = 0; from < classes; from++) {
    const left = scores[firstStates[from + 1] - 1] + logLeave[from];
    if (left === NEVER) continue;
    for (let to = 0; to < classes; to++) {
      const score = left + logNext[from * classes + to];
      if (score > entry[to]) {
        entry[to] = score;
        before[row + to] = from;
      }
    }
  }
}

function likeliestEnd(
  scores: Float64Array,
  firstStates: Int32Array,
  { classes, logLeave, logLast }: PhoneHmm,
): number {
  let [best, bestScore] = [0, NEVER];
  for (let phone = 0; phone < classes; phone++) {
    const score = scores[firstStates[phone + 1] - 1] + logLeave[phone] + logLast[phone];
    if (score > bestScore) [best, bestScore] = [phone, score];
  }
  return best;
}

/** Returns the first state of each phone, and last the number of states. */
function startsOf(least: Int32Array): Int32Array {
  const starts = new Int32Array(least.length + 1);
  for (const [phone, count] of least.entries()) starts[phone + 1] = starts[phone] + count;
  return starts;
}
