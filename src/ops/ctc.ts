/**
 * The loss of connectionist temporal classification (Graves, Fernández, Gomez and Schmidhuber 2006, *Connectionist Temporal
 * Classification: Labelling Unsegmented Sequence Data with Recurrent Neural Networks*): −log of the probability that the frames of
 * an utterance have its labels in their order, over all alignments. A path names a label or a blank at each frame; its labels are
 * what is left once repetitions and then blanks are removed. The blank is the last class, as in the paper's figure 3.
 *
 * Contract of the kernel `ZlmCtc`: logits [N,V] → nll [B] and, under `saveForBackward`, the gradient [N,V] of Σ nll. An utterance
 * whose labels do not fit into its frames has an infinite nll and a gradient of 0.
 */
import * as tf from '@tensorflow/tfjs';
import { embedding } from './embedding.js';
import { differentiable, isRecordingGradients, type Op, runOp } from './op.js';
import { reshape } from './shapes.js';

/** Utterances one after the other. */
export interface LabelledFrames {
  /** [B], frames of each utterance, at least 1; the rows of the logits are those of the first utterance, then of the second, … . */
  readonly frames: Int32Array;
  /** The labels of all utterances one after the other, each in [0, V − 1). */
  readonly labels: Int32Array;
  /** [B], labels of each utterance. */
  readonly labelCounts: Int32Array;
}

/** The attributes of the kernel. */
export interface CtcAttributes extends LabelledFrames {
  readonly saveForBackward: boolean;
}

/** The loss with its gradient, by the forward-backward algorithm in log space (section 4.1). */
export const ctcOp: Op<
  CtcAttributes,
  { logits: tf.Tensor2D },
  [nll: tf.Tensor1D, ...gradient: tf.Tensor2D[]]
> = {
  name: 'ZlmCtc',
  reference({ logits }, attributes) {
    const [rows, classes] = logits.shape;
    const lattice = latticeOf(attributes, classes);
    const probabilities = tf.softmax(logits);
    // log p = z − log Σ exp(z), and log Σ exp(z) = max z − log max p: it never underflows, as log p would.
    const logSum = tf.sub(tf.max(logits, 1, true), tf.log(tf.max(probabilities, 1, true)));
    const logProbs = reshape(tf.sub(logits, logSum), [rows * classes]);
    const { steps, batch, states } = lattice;
    const emissions = tf.unstack(
      tf.gather(logProbs, tf.tensor3d(lattice.cells, [steps, batch, states], 'int32')),
    ) as tf.Tensor2D[];
    const forward = forwardPass(lattice, emissions);
    const ends: tf.Tensor2D = tf.add(forward[steps - 1], lattice.last);
    const total = logSumExp([ends], true);
    const nll = tf.where(lattice.fits, reshape(tf.neg(total), [batch]), tf.fill([batch], Infinity));
    if (!attributes.saveForBackward) return [nll];
    const ahead = backwardPass(lattice, emissions);
    const occupied = tf.stack(
      forward.map((at, t) => {
        const share: tf.Tensor2D = tf.exp(tf.sub(tf.add(at, ahead[t]), total));
        return chosen(lattice.counts(t), share, tf.zerosLike(share));
      }),
    );
    // A class that is the label of several states, as the blank is, has the sum of what they have.
    const cells = reshape(tf.tensor1d(lattice.cells, 'int32'), [steps * batch * states, 1]);
    const ofClasses = tf.scatterND(cells, reshape(occupied, [steps * batch * states]), [rows * classes]);
    const gradient: tf.Tensor2D = tf.sub(probabilities, reshape(ofClasses, [rows, classes]));
    return [nll, tf.mul(gradient, lattice.rowsThatFit)];
  },
};

/**
 * Computes the loss of each utterance, in nats.
 *
 * @param logits [N,V], unnormalized log-probabilities of the labels and, as the last class, of the blank
 * @returns [B]
 */
export function ctcLoss(logits: tf.Tensor2D, utterances: LabelledFrames): tf.Tensor1D {
  const attributes = { ...utterances, saveForBackward: isRecordingGradients() };
  const [nll] = differentiable(
    { logits },
    {
      forward() {
        const [nll, ...saved] = runOp(ctcOp, { logits }, attributes);
        return { outputs: [nll], saved };
      },
      backward: ([upstream], [gradient]) => ({ logits: scaledByUtterance(gradient, upstream, utterances) }),
    },
  );
  return nll;
}

/** Multiplies the rows of each utterance by the upstream gradient of its loss. */
function scaledByUtterance(
  gradient: tf.Tensor2D,
  upstream: tf.Tensor1D,
  { frames }: LabelledFrames,
): tf.Tensor2D {
  const [rows] = gradient.shape;
  const utterances = new Int32Array(rows);
  let row = 0;
  for (const [b, count] of frames.entries()) {
    utterances.fill(b, row, row + count);
    row += count;
  }
  const table = reshape(upstream, [upstream.size, 1]);
  const factors = embedding(table, tf.tensor2d(utterances, [1, rows], 'int32'));
  return tf.mul(gradient, reshape(factors, [rows, 1]));
}

/**
 * Returns the fewest frames that labels need: one for each, and one for the blank between two equal ones.
 *
 * @param labels of one utterance
 */
export function framesForLabels(labels: Int32Array): number {
  return labels.reduce((sum, label, i) => sum + 1 + Number(i > 0 && label === labels[i - 1]), 0);
}

/** Stands for log 0: the reference adds some of them, and −∞ would become NaN. */
const NOTHING = -1e30;

/** The states of a batch: for each utterance a blank, a label, a blank, …, a blank. */
interface Lattice {
  /** T of the longest utterance, B, and S = 2L + 1 of that with the most labels. */
  readonly steps: number;
  readonly batch: number;
  readonly states: number;
  /** [T,B,S], row · V + class; of states and frames that an utterance does not have, any. */
  readonly cells: Int32Array;
  /** [B,S], 0 for what may be and {@link NOTHING} for the rest: to be in a state, to begin and to end in it, to skip the blank before. */
  readonly present: tf.Tensor2D;
  readonly first: tf.Tensor2D;
  readonly last: tf.Tensor2D;
  readonly skip: tf.Tensor2D;
  /** [B,1], 1 for an utterance that has a frame; and for one that has it and whose labels fit. */
  isIn(t: number): tf.Tensor2D;
  counts(t: number): tf.Tensor2D;
  /** [B], whether the labels fit into the frames; and [N,1], the same of each row, as 0 or 1. */
  readonly fits: tf.Tensor1D;
  readonly rowsThatFit: tf.Tensor2D;
}

function latticeOf({ frames, labels, labelCounts }: LabelledFrames, classes: number): Lattice {
  const batch = frames.length;
  const steps = Math.max(...frames);
  const states = 2 * Math.max(...labelCounts) + 1;
  const cells = new Int32Array(steps * batch * states);
  const [present, first, last, skip] = [0, 1, 2, 3].map(() => new Float32Array(batch * states).fill(NOTHING));
  const fits = new Uint8Array(batch);
  const rowsThatFit: number[] = [];
  let [row, label] = [0, 0];
  for (let b = 0; b < batch; b++) {
    const own = labels.subarray(label, label + labelCounts[b]);
    fits[b] = framesForLabels(own) <= frames[b] ? 1 : 0;
    for (let t = 0; t < frames[b]; t++) rowsThatFit.push(fits[b]);
    for (let s = 0; s <= 2 * own.length; s++) {
      const ofClass = s % 2 === 1 ? own[(s - 1) / 2] : classes - 1;
      for (let t = 0; t < frames[b]; t++) cells[(t * batch + b) * states + s] = (row + t) * classes + ofClass;
      const at = b * states + s;
      present[at] = 0;
      if (s < 2) first[at] = 0;
      if (s >= 2 * own.length - 1) last[at] = 0;
      if (s % 2 === 1 && s >= 3 && own[(s - 1) / 2] !== own[(s - 3) / 2]) skip[at] = 0;
    }
    row += frames[b];
    label += own.length;
  }
  const matrix = (values: Float32Array) => tf.tensor2d(values, [batch, states]);
  return {
    steps,
    batch,
    states,
    cells,
    present: matrix(present),
    first: matrix(first),
    last: matrix(last),
    skip: matrix(skip),
    isIn: (t) => column(frames, (count) => t < count),
    counts: (t) => column(frames, (count, b) => t < count && fits[b] === 1),
    fits: tf.tensor1d(fits, 'bool'),
    rowsThatFit: tf.tensor2d(Float32Array.from(rowsThatFit), [rowsThatFit.length, 1]),
  };
}

function column(values: Int32Array, is: (value: number, index: number) => boolean): tf.Tensor2D {
  return tf.tensor2d(
    Float32Array.from(values, (value, index) => Number(is(value, index))),
    [values.length, 1],
  );
}

/** Computes α (equation 6): the log-probability of all paths that are in a state at a frame, [B,S] for each; kept after the last. */
function forwardPass(lattice: Lattice, emissions: readonly tf.Tensor2D[]): tf.Tensor2D[] {
  const { present, first, skip } = lattice;
  const after: tf.Tensor2D[] = [];
  for (const [t, emission] of emissions.entries()) {
    const before = after[t - 1];
    const into = before ? logSumExp([before, shifted(before, 1), tf.add(shifted(before, 2), skip)]) : first;
    const here = tf.add(tf.add(into, emission), present) as tf.Tensor2D;
    after.push(before ? chosen(lattice.isIn(t), here, before) : here);
  }
  return after;
}

/** Computes the log-probability of the rest of the labels in the frames after each, [B,S] for each frame: β without its emission. */
function backwardPass(lattice: Lattice, emissions: readonly tf.Tensor2D[]): tf.Tensor2D[] {
  const { last, present, skip } = lattice;
  // Whether the state two places on may be come to from here.
  const onward = shifted(skip, -2);
  const ahead: tf.Tensor2D[] = new Array(emissions.length);
  let next: tf.Tensor2D | null = null;
  for (let t = emissions.length - 1; t >= 0; t--) {
    const rest: tf.Tensor2D = next
      ? logSumExp([next, shifted(next, -1), tf.add(shifted(next, -2), onward)])
      : last;
    // An utterance ends with its last frame.
    ahead[t] = next ? chosen(lattice.isIn(t + 1), rest, last) : rest;
    next = tf.add(tf.add(ahead[t], emissions[t]), present);
  }
  return ahead;
}

/** Returns rows of `a` where the condition is 1, of `b` where it is 0. */
function chosen(condition: tf.Tensor2D, a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D {
  return tf.where(tf.cast(tf.broadcastTo(condition, a.shape), 'bool'), a, b);
}

/** Moves states up by some places, or down, with {@link NOTHING} where none comes from. */
function shifted(x: tf.Tensor2D, places: number): tf.Tensor2D {
  const [batch, states] = x.shape;
  const by = Math.min(Math.abs(places), states);
  const empty = tf.fill([batch, by], NOTHING) as tf.Tensor2D;
  if (places > 0) return tf.concat2d([empty, tf.slice(x, [0, 0], [batch, states - by])], 1);
  return tf.concat2d([tf.slice(x, [0, by], [batch, states - by]), empty], 1);
}

/** Computes log Σ exp of several matrices, element by element; or of one over its columns, [B,1]. */
function logSumExp(terms: readonly tf.Tensor2D[], overColumns = false): tf.Tensor2D {
  if (overColumns) {
    const most = tf.max(terms[0], 1, true);
    return tf.add(most, tf.log(tf.sum(tf.exp(tf.sub(terms[0], most)), 1, true)));
  }
  const most = terms.reduce((one, other) => tf.maximum(one, other));
  return tf.add(most, tf.log(tf.addN(terms.map((term) => tf.exp(tf.sub(term, most))))));
}
