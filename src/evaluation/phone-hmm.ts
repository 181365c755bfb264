/**
 * The hidden Markov model of phones that smooths a framewise network: how often each phone is, how long it lasts, and which follows it,
 * counted on the train split (Bourlard and Morgan 1994, *Connectionist Speech Recognition*).
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { UtteranceSource } from '../corpus/speech/speech-corpus.js';

/** What is counted of the phones of a split. */
export interface PhoneCounts {
  /** V. */
  readonly classes: number;
  /** [V], frames of each phone. */
  readonly frames: Float64Array;
  /** [V], how often each is spoken. */
  readonly occurrences: Float64Array;
  /** [(V + 1) · (V + 1)], how often one follows another, row by row. The last row is the beginning of an utterance, the last column its end. */
  readonly pairs: Float64Array;
}

/** Utterances that are counted before signals and the display are let in. */
const COUNTED_AT_ONCE = 64;

/**
 * Counts the phones of utterances: frames by their labels; occurrences and pairs by the phones spoken, as labels do not tell where one of
 * two equal neighbors ends.
 *
 * @param classes V
 * @throws the signal's reason when it is aborted
 */
export async function countPhones(
  utterances: Pick<UtteranceSource, 'length' | 'readLabels'>,
  classes: number,
  signal?: AbortSignal,
): Promise<PhoneCounts> {
  const [frames, occurrences] = [new Float64Array(classes), new Float64Array(classes)];
  const width = classes + 1;
  const pairs = new Float64Array(width * width);
  for (let utterance = 0; utterance < utterances.length; utterance++) {
    if (utterance % COUNTED_AT_ONCE === 0) await nextTurn();
    signal?.throwIfAborted();
    const { labels, phones } = utterances.readLabels(utterance);
    if (labels === null)
      throw new Error('The phones of frames are counted in a corpus that does not tell them');
    for (const phone of labels) frames[phone] += 1;
    let before = classes;
    for (const phone of phones) {
      occurrences[phone] += 1;
      pairs[before * width + phone] += 1;
      before = phone;
    }
    pairs[before * width + classes] += 1;
  }
  return { classes, frames, occurrences, pairs };
}

/** How the parts of a path's score are weighed. */
export interface PhoneHmmScales {
  /** Exponent κ of the priors by which the network's probabilities are divided: 1 gives scaled likelihoods, 0 leaves them as they are. */
  readonly priorScale: number;
  /** Exponent λ of the bigrams. */
  readonly bigramScale: number;
  /** Frames of a phone, at least; fewer where train has the phone shorter on average. */
  readonly minFrames: number;
}

/** Chosen on valid of the corpus flite: docs/speech.md has what was tried. */
export const DEFAULT_SCALES: PhoneHmmScales = { priorScale: 0.1, bigramScale: 1.5, minFrames: 3 };

/** Weighed log-probabilities, as the search adds them. */
export interface PhoneHmm {
  /** V. */
  readonly classes: number;
  /** [V], added to the log-probability of each phone at a frame: −κ log P(phone), or −∞ for a phone that no frame of train has. */
  readonly emissionBias: Float64Array;
  /** [V], of a phone at the beginning of an utterance. */
  readonly logFirst: Float64Array;
  /** [V · V], of the phone of a column after that of a row. */
  readonly logNext: Float64Array;
  /** [V], of the end of an utterance after a phone. */
  readonly logLast: Float64Array;
  /** [V], of one more frame of a phone that has its least number, and of none. */
  readonly logStay: Float64Array;
  readonly logLeave: Float64Array;
  /** [V], frames of each phone, at least. */
  readonly minFrames: Int32Array;
}

/**
 * Makes the model of counts. A phone that no frame of train has is left out: the network has not learned it, and its prior is 0. Bigrams are
 * smoothed by the method of Witten and Bell (1991, *The zero-frequency problem*), over the frequencies of phones with one
 * added to each count. Beyond its least number of frames, a phone has a geometric number of others with the mean of train; one is added
 * to the frames that stay and to those that leave.
 */
export function phoneHmm(counts: PhoneCounts, scales: PhoneHmmScales): PhoneHmm {
  const { classes, frames } = counts;
  const { priorScale, bigramScale } = scales;
  const total = frames.reduce((sum, count) => sum + count, 0);
  const bigrams = smoothedBigrams(counts).map((probability) => bigramScale * Math.log(probability));
  const width = classes + 1;
  const logNext = new Float64Array(classes * classes);
  const logLast = new Float64Array(classes);
  for (let phone = 0; phone < classes; phone++) {
    logNext.set(bigrams.subarray(phone * width, phone * width + classes), phone * classes);
    logLast[phone] = bigrams[phone * width + classes];
  }
  return {
    classes,
    emissionBias: frames.map((count) =>
      count === 0 ? Number.NEGATIVE_INFINITY : -priorScale * Math.log(count / total),
    ),
    logFirst: bigrams.slice(classes * width, classes * width + classes),
    logNext,
    logLast,
    ...durations(counts, scales),
  };
}

/** Returns P(column | row), [(V + 1) · (V + 1)] as the pairs are; 0 for phones that no frame has. */
function smoothedBigrams({ classes, frames, pairs }: PhoneCounts): Float64Array {
  const width = classes + 1;
  // A phone may be spoken without a frame of its own, between others that have them.
  const columns = Array.from({ length: width }, (_, to) => to).filter(
    (to) => to === classes || frames[to] > 0,
  );
  const followed = new Float64Array(width);
  for (const to of columns) {
    followed[to] = 1;
    for (let from = 0; from < width; from++) followed[to] += pairs[from * width + to];
  }
  const all = followed.reduce((sum, count) => sum + count, 0);
  const probabilities = new Float64Array(width * width);
  for (let from = 0; from < width; from++) {
    const row = columns.map((to) => pairs[from * width + to]);
    const count = row.reduce((sum, pair) => sum + pair, 0);
    // Without any pair, only the frequencies are left.
    const kinds = Math.max(1, row.filter((pair) => pair > 0).length);
    for (const [index, to] of columns.entries())
      probabilities[from * width + to] = (row[index] + (kinds * followed[to]) / all) / (count + kinds);
  }
  return probabilities;
}

function durations({ classes, frames, occurrences }: PhoneCounts, scales: PhoneHmmScales) {
  const minFrames = new Int32Array(classes);
  const [logStay, logLeave] = [new Float64Array(classes), new Float64Array(classes)];
  for (let phone = 0; phone < classes; phone++) {
    const spoken = occurrences[phone];
    const mean = frames[phone] / Math.max(1, spoken);
    const least = Math.max(1, Math.min(scales.minFrames, Math.floor(mean)));
    const [stay, leave] = [Math.max(0, frames[phone] - least * spoken) + 1, spoken + 1];
    minFrames[phone] = least;
    logStay[phone] = Math.log(stay / (stay + leave));
    logLeave[phone] = Math.log(leave / (stay + leave));
  }
  return { minFrames, logStay, logLeave };
}
