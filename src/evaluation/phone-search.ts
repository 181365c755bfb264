/** From the log-probabilities of frames to phones: what a network of either loss has recognized. */

/** Log-probabilities of the frames of one utterance, [frames · classes], row by row. */
export interface FrameLogProbs {
  readonly values: Float64Array;
  readonly classes: number;
}

/** Returns the likeliest class of each frame; of equal ones, the first. */
export function likeliestClasses({ values, classes }: FrameLogProbs): Int32Array {
  return Int32Array.from({ length: values.length / classes }, (_, frame) => {
    let best = 0;
    for (let k = 1; k < classes; k++) {
      if (values[frame * classes + k] > values[frame * classes + best]) best = k;
    }
    return best;
  });
}

/** Leaves one of equal neighbors. */
export function withoutRepetitions<T>(values: ArrayLike<T>): T[] {
  return Array.from(values).filter((value, i) => i === 0 || value !== values[i - 1]);
}

/**
 * Returns the labels of the likeliest path of a CTC network (best path decoding: Graves et al. 2006, section 3.2): repetitions are
 * removed, then blanks, the last class.
 */
export function bestPath(frames: FrameLogProbs): number[] {
  return withoutRepetitions(likeliestClasses(frames)).filter((label) => label !== frames.classes - 1);
}

/** A beginning of a label sequence, in the tree of all that were looked at. */
interface Prefix {
  readonly before: Prefix | null;
  readonly label: number;
  readonly longer: Map<number, Prefix>;
}

/** Log-probability of the paths of a prefix that end with a blank, and of those that end with its last label. */
interface PrefixScore {
  readonly prefix: Prefix;
  blank: number;
  label: number;
}

const NEVER = Number.NEGATIVE_INFINITY;

/**
 * Searches the likeliest labels of a CTC network, over all their paths (prefix beam search: Graves 2012, *Supervised Sequence Labelling
 * with Recurrent Neural Networks*, section 7.5; Hannun et al. 2014, *First-Pass Large Vocabulary Continuous Speech Recognition using
 * Bi-Directional Recurrent DNNs*, without a language model). Of equally likely prefixes, the one that was found first is kept.
 *
 * @param beam prefixes that are kept after each frame
 */
export function prefixBeamSearch({ values, classes }: FrameLogProbs, beam: number): number[] {
  const blank = classes - 1;
  const root: Prefix = { before: null, label: -1, longer: new Map() };
  let kept: PrefixScore[] = [{ prefix: root, blank: 0, label: NEVER }];
  for (let from = 0; from < values.length; from += classes) {
    const next = new Map<Prefix, PrefixScore>();
    const scoreFor = (prefix: Prefix): PrefixScore => {
      const known = next.get(prefix) ?? { prefix, blank: NEVER, label: NEVER };
      next.set(prefix, known);
      return known;
    };
    for (const { prefix, blank: afterBlank, label: afterLabel } of kept) {
      const both = logAdd(afterBlank, afterLabel);
      const same = scoreFor(prefix);
      same.blank = logAdd(same.blank, both + values[from + blank]);
      if (prefix !== root) same.label = logAdd(same.label, afterLabel + values[from + prefix.label]);
      for (let label = 0; label < blank; label++) {
        const longer = scoreFor(extended(prefix, label));
        // Only a blank separates a label from an equal one before it.
        const before = label === prefix.label ? afterBlank : both;
        longer.label = logAdd(longer.label, before + values[from + label]);
      }
    }
    kept = [...next.values()].sort((a, b) => totalOf(b) - totalOf(a)).slice(0, beam);
  }
  return labelsOf(kept[0].prefix);
}

function extended(prefix: Prefix, label: number): Prefix {
  const known = prefix.longer.get(label) ?? { before: prefix, label, longer: new Map() };
  prefix.longer.set(label, known);
  return known;
}

function labelsOf(prefix: Prefix): number[] {
  const labels: number[] = [];
  for (let at = prefix; at.before !== null; at = at.before) labels.push(at.label);
  return labels.reverse();
}

function totalOf({ blank, label }: PrefixScore): number {
  return logAdd(blank, label);
}

function logAdd(a: number, b: number): number {
  const most = Math.max(a, b);
  if (most === NEVER) return most;
  return most + Math.log1p(Math.exp(Math.min(a, b) - most));
}
