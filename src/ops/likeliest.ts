/**
 * The likeliest words of each row of logits with their log-probabilities, in one pass over the row: what a search over
 * translations needs of a distribution. Only k numbers of a row leave the backend, not V.
 */
import * as tf from '@tensorflow/tfjs';
import { NO_WORD } from './draw.js';
import { type Op, runOp } from './op.js';

/** The attributes of `ZlmLikeliest`. */
export interface LikeliestAttributes {
  /** k, the words that are wanted of each row, at most V. */
  readonly count: number;
}

/**
 * `ZlmLikeliest`: logits [N,V] → the k largest logits of each row [N,k], the largest first and equal ones by id, their word ids
 * [N,k] int32, and log Σ exp(logit − largest) over the row [N]. A NaN counts as −∞; a row with fewer than k logits above −∞ ends
 * with logits of −∞ and ids of {@link NO_WORD}. The sum is in doubles.
 */
export const likeliestOp: Op<
  LikeliestAttributes,
  { logits: tf.Tensor2D },
  [logits: tf.Tensor2D, ids: tf.Tensor2D, logSums: tf.Tensor1D]
> = {
  name: 'ZlmLikeliest',
  reference({ logits }, { count }) {
    const [rows] = logits.shape;
    const chosen = chooseLikeliest(logits.dataSync(), logits.shape, count);
    return [
      tf.tensor2d(chosen.logits, [rows, count]),
      tf.tensor2d(chosen.ids, [rows, count], 'int32'),
      tf.tensor1d(chosen.logSums),
    ];
  },
};

/** The likeliest words of some rows, k of each, row after row. */
export interface Likeliest {
  /** [N·k], or {@link NO_WORD}. */
  readonly ids: Int32Array;
  /** [N·k], in nats; not to be read where there is no word. */
  readonly logProbs: Float64Array;
}

/**
 * Runs `ZlmLikeliest` and reads its results. A backend without a kernel for it gives the logits instead, which are read
 * asynchronously: not every backend can do otherwise.
 *
 * @param logits [N,V]; not disposed
 * @param count  at most V
 */
export async function likeliest(logits: tf.Tensor2D, count: number): Promise<Likeliest> {
  if (!tf.getKernel(likeliestOp.name, tf.getBackend()))
    return withLogProbs(chooseLikeliest(await logits.data(), logits.shape, count), count);
  const tensors = runOp(likeliestOp, { logits }, { count });
  try {
    const [values, ids, logSums] = await Promise.all(tensors.map((tensor) => tensor.data()));
    return withLogProbs({ logits: values, ids: ids as Int32Array, logSums }, count);
  } finally {
    tf.dispose(tensors);
  }
}

/** The results of the op as arrays. */
interface Chosen {
  readonly logits: ArrayLike<number>;
  readonly ids: Int32Array;
  readonly logSums: ArrayLike<number>;
}

/** Computes log-probabilities from the largest logits: the differences of floats are exact in doubles. */
function withLogProbs({ logits, ids, logSums }: Chosen, count: number): Likeliest {
  const logProbs = Float64Array.from(ids, (_, i) => {
    const row = Math.floor(i / count);
    return logits[i] - logits[row * count] - logSums[row];
  });
  return { ids, logProbs };
}

function chooseLikeliest(
  values: ArrayLike<number> & { subarray(from: number, to: number): ArrayLike<number> },
  [rows, words]: readonly [number, number],
  count: number,
) {
  const logits = new Float32Array(rows * count).fill(Number.NEGATIVE_INFINITY);
  const ids = new Int32Array(rows * count).fill(NO_WORD);
  const logSums = new Float32Array(rows);
  for (let n = 0; n < rows; n++) {
    const row = values.subarray(n * words, (n + 1) * words);
    const [from, to] = [n * count, (n + 1) * count];
    insertLargest(row, logits.subarray(from, to), ids.subarray(from, to));
    logSums[n] = logSumExp(row, logits[from]);
  }
  return { logits, ids, logSums };
}

/** Keeps the largest values of a row in order in `largest`, which is filled with −∞, and their places in `ids`. */
function insertLargest(row: ArrayLike<number>, largest: Float32Array, ids: Int32Array): void {
  const last = largest.length - 1;
  for (let id = 0; id < row.length; id++) {
    const value = row[id];
    if (!(value > largest[last])) continue;
    let place = last;
    while (place > 0 && value > largest[place - 1]) place--;
    largest.copyWithin(place + 1, place, last);
    ids.copyWithin(place + 1, place, last);
    largest[place] = value;
    ids[place] = id;
  }
}

function logSumExp(row: ArrayLike<number>, largest: number): number {
  let sum = 0;
  for (let id = 0; id < row.length; id++) {
    const weight = Math.exp(row[id] - largest);
    if (!Number.isNaN(weight)) sum += weight;
  }
  return Math.log(sum);
}
