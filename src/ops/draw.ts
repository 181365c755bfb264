/**
 * Draws words by their logits and a random number. Words are in order of their logits, the likeliest first, equal ones by id.
 * A draw does not sort them: it splits them around a pivot, as quickselect does, and continues in the part where the running
 * sum passes the target. That takes linear time in the number of words.
 */
import * as tf from '@tensorflow/tfjs';
import { type Inputs, type Op, runOp } from './op.js';

/**
 * The words that may be drawn, and how. A word that may be drawn has a weight of exp((logit − largest) / temperature).
 */
export interface Selection {
  /** Below 1 makes likely words likelier; 0 takes the first word in order. */
  readonly temperature: number;
  /** Draw from the first k words that are not banned; null for all. */
  readonly topK: number | null;
  /**
   * Draw from the fewest likeliest words that together have this share of the weight, the nucleus (Holtzman et al. 2020); in
   * (0, 1], 1 and null for all.
   */
  readonly topP?: number | null;
  /** Word ids that are never drawn, each once; fewer than there are words. */
  readonly banned: Int32Array;
}

/** The attributes of `ZlmDraw`. */
export interface DrawAttributes extends Selection {
  /** A number in (0, 1) for each draw. */
  readonly uniforms: Float64Array;
}

/**
 * `ZlmDraw`: logits [N,V], or [1,V] for all N draws → word ids [N] int32: for each draw the first word in order at which the
 * running sum of weights passes uniform · total. Weights and their sums are doubles; the kernel chooses
 * the order of additions. A draw for which no word that may be drawn has a finite logit gives −1.
 */
export const drawOp: Op<DrawAttributes> = {
  name: 'ZlmDraw',
  reference({ logits }: Inputs, attributes) {
    return [tf.tensor1d(chooseWords(logits.dataSync(), logits.shape as [number, number], attributes))];
  },
};

/**
 * Runs `ZlmDraw` and reads the word ids. A backend without a kernel for it gives the logits instead, which are read asynchronously:
 * not every backend can do otherwise.
 *
 * @param logits [N,V], or [1,V] for all draws; not disposed
 */
export async function drawWords(logits: tf.Tensor2D, attributes: DrawAttributes): Promise<Int32Array> {
  if (!tf.getKernel(drawOp.name, tf.getBackend()))
    return chooseWords(await logits.data(), logits.shape, attributes);
  const [drawn] = runOp(drawOp, { logits }, attributes);
  try {
    return (await drawn.data()) as Int32Array;
  } finally {
    drawn.dispose();
  }
}

/** Makes the draws of `ZlmDraw` from the values of the logits. */
function chooseWords(
  values: Float32Array | Int32Array | Uint8Array,
  [rows, words]: readonly [number, number],
  { uniforms, ...selection }: DrawAttributes,
): Int32Array {
  const row = (n: number) => (rows === 1 ? values : values.subarray(n * words, (n + 1) * words));
  return Int32Array.from(uniforms, (uniform, n) => chooseWord(row(n), selection, uniform));
}

/** The result when no word that may be drawn has a finite logit. */
export const NO_WORD = -1;

/**
 * Chooses a word: the first in order at which the running sum of the weights exp((logit − largest) / temperature) passes
 * uniform · total, the likeliest at temperature 0. The total is that of the words that `topK`, and then `topP`, leave.
 *
 * @param logits  [V]
 * @param uniform a number in (0, 1)
 * @returns its id, or {@link NO_WORD}
 */
export function chooseWord(
  logits: ArrayLike<number>,
  { temperature, topK, topP, banned }: Selection,
  uniform: number,
): number {
  const ids = wordsToDraw(logits, banned);
  if (ids.length === 0) return NO_WORD;
  const likeliest = firstOf(ids, logits);
  if (temperature === 0) return likeliest;
  const kept = topK === null || topK >= ids.length ? ids : likeliestWords(ids, logits, topK);
  const weights = new Float64Array(logits.length);
  let total = 0;
  for (const id of kept) {
    weights[id] = Math.exp((logits[id] - logits[likeliest]) / temperature);
    total += weights[id];
  }
  const nucleusShare = topP ?? 1;
  if (nucleusShare === 1) return kept[placeBeyond(kept, logits, weights, uniform * total)];
  const nucleus = kept.subarray(0, placeBeyond(kept, logits, weights, justBelow(nucleusShare * total)) + 1);
  const share = nucleus.reduce((sum, id) => sum + weights[id], 0);
  return nucleus[placeBeyond(nucleus, logits, weights, uniform * share)];
}

/** So that words whose weights add up to exactly the share are enough. */
function justBelow(weight: number): number {
  return weight * (1 - 2 ** -40);
}

/**
 * Returns the first k words in order, themselves unordered. Rearranges `ids`.
 *
 * @param ids the words to choose from, more than k
 */
export function likeliestWords(ids: Int32Array, logits: ArrayLike<number>, k: number): Int32Array {
  const ones = new Float64Array(logits.length).fill(1);
  return ids.subarray(0, placeBeyond(ids, logits, ones, k - 0.5) + 1);
}

/** Returns the words that are not banned and have finite logits, by id. */
function wordsToDraw(logits: ArrayLike<number>, banned: Int32Array): Int32Array {
  const isBanned = new Uint8Array(logits.length);
  for (const id of banned) isBanned[id] = 1;
  const ids = new Int32Array(logits.length);
  let count = 0;
  for (let id = 0; id < ids.length; id++) {
    if (isBanned[id] === 0 && Number.isFinite(logits[id])) ids[count++] = id;
  }
  return ids.subarray(0, count);
}

function firstOf(ids: Int32Array, logits: ArrayLike<number>): number {
  let first = ids[0];
  for (const id of ids) if (logits[id] > logits[first]) first = id;
  return first;
}

/**
 * Finds the place of the first word in order at which the running sum of weights passes `target`; of the last word if rounding
 * makes that none. Rearranges `ids` so that the words before the place are those that come before it in order.
 *
 * @param weights by word id
 */
function placeBeyond(
  ids: Int32Array,
  logits: ArrayLike<number>,
  weights: Float64Array,
  target: number,
): number {
  let [from, to] = [0, ids.length];
  let before = 0; // the weight of ids[0 … from)
  while (to - from > 1) {
    const pivot = medianOfThree(ids, from, to, logits);
    const { place, weight } = split(ids, from, to, pivot, logits, weights);
    if (before + weight > target) {
      to = place;
    } else if (before + weight + weights[ids[place]] > target) {
      return place;
    } else {
      before += weight + weights[ids[place]];
      from = place + 1;
    }
  }
  return Math.min(from, to - 1);
}

/**
 * Moves the words of ids[from … to) that come before a pivot to the front, and the pivot behind them.
 *
 * @param pivot the pivot's place
 * @returns its new place, and the weight of the words before it
 */
function split(
  ids: Int32Array,
  from: number,
  to: number,
  pivot: number,
  logits: ArrayLike<number>,
  weights: Float64Array,
): { place: number; weight: number } {
  const id = ids[pivot];
  ids[pivot] = ids[to - 1];
  let [place, weight] = [from, 0];
  for (let i = from; i < to - 1; i++) {
    const other = ids[i];
    if (!comesBefore(other, id, logits)) continue;
    weight += weights[other];
    ids[i] = ids[place];
    ids[place++] = other;
  }
  ids[to - 1] = ids[place];
  ids[place] = id;
  return { place, weight };
}

function medianOfThree(ids: Int32Array, from: number, to: number, logits: ArrayLike<number>): number {
  const [a, b, c] = [from, (from + to) >>> 1, to - 1];
  const ab = comesBefore(ids[a], ids[b], logits);
  const bc = comesBefore(ids[b], ids[c], logits);
  if (ab === bc) return b;
  const ac = comesBefore(ids[a], ids[c], logits);
  return ab === ac ? c : a;
}

function comesBefore(a: number, b: number, logits: ArrayLike<number>): boolean {
  return logits[a] > logits[b] || (logits[a] === logits[b] && a < b);
}
