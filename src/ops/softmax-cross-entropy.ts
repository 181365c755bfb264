/**
 * The output projection, log-softmax and negative log-likelihood as one op: the [N, V] logits are most of the
 * memory traffic of a language model, and a kernel that knows all three never has to store them whole.
 *
 * Contract of the kernels:
 *
 * - `ZlmSoftmaxCrossEntropy`: hidden [N,H], weight, bias [V], targets [N] → nll [N] and, to save for the backward pass,
 *   further tensors of the kernel's own choice, which come back as saved0, saved1, … .
 * - `ZlmSoftmaxCrossEntropyGradient`: hidden, weight, bias, targets, saved…, upstream [N] → the gradients of hidden, weight,
 *   bias.
 */
import * as tf from '@tensorflow/tfjs';
import { differentiable, type Inputs, isRecordingGradients, type Op, type Precision, runOp } from './op.js';
import { product, productWithTransposedLeft, productWithTransposedRight, sumOverRows } from './products.js';

/** Rows whose logits are in memory at once when nothing is saved for a backward pass. */
const CHUNK_ROWS = 256;

/** The attributes of both kernels. */
export interface SoftmaxAttributes {
  /** True when the weight is an embedding table [V,H] shared with the input (Press & Wolf 2017), not [H,V]. */
  readonly tied: boolean;
  readonly precision: Precision;
  readonly saveForBackward: boolean;
  /** The likely upstream gradient of every row: a kernel may prepare for it, but must be right for any. */
  readonly expectedUpstream: number;
}

/** The forward pass. */
export const softmaxCrossEntropyOp: Op<SoftmaxAttributes> = {
  name: 'ZlmSoftmaxCrossEntropy',

  /** Saves the softmax's probabilities. */
  reference({ hidden, weight, bias, targets }: Inputs, { tied, precision, saveForBackward }) {
    const columns = (tied ? tf.transpose(weight) : weight) as tf.Tensor2D;
    const nll = (rows: tf.Tensor, ids: tf.Tensor) =>
      negativeLogLikelihood(rows as tf.Tensor2D, columns, bias, ids as tf.Tensor1D, precision);
    if (saveForBackward) return nll(hidden, targets);
    const chunks: tf.Tensor1D[] = [];
    for (let start = 0; start < hidden.shape[0]; start += CHUNK_ROWS) {
      const rows = Math.min(CHUNK_ROWS, hidden.shape[0] - start);
      const part = tf.tidy(
        () => nll(tf.slice(hidden, [start, 0], [rows, -1]), tf.slice(targets, start, rows))[0],
      );
      chunks.push(part as tf.Tensor1D);
    }
    return [chunks.length === 1 ? chunks[0] : tf.concat(chunks)];
  },
};

/** The backward pass. */
export const softmaxCrossEntropyGradientOp: Op<SoftmaxAttributes> = {
  name: 'ZlmSoftmaxCrossEntropyGradient',
  reference({ hidden, weight, targets, saved0: probabilities, upstream }: Inputs, { tied, precision }) {
    const [rows, classes] = probabilities.shape;
    const scaled = tf.mul(probabilities, upstream.reshape([rows, 1]));
    const atTargets = tf.scatterND(targetCells(targets as tf.Tensor1D), upstream, [rows, classes]);
    const logits = tf.sub(scaled, atTargets) as tf.Tensor2D; // d nll / d logits = softmax − one-hot
    const [h, w] = [hidden as tf.Tensor2D, weight as tf.Tensor2D];
    return [
      tied ? product(logits, w, precision) : productWithTransposedRight(logits, w, precision),
      tied
        ? productWithTransposedLeft(logits, h, precision)
        : productWithTransposedLeft(h, logits, precision),
      sumOverRows(logits),
    ];
  },
};

/**
 * Computes the negative log-likelihood, in nats, of each target under softmax(hidden · weight + bias).
 *
 * @param hidden  [N, H]
 * @param weight  [H, V], or the embedding table [V, H] when `tied`
 * @param bias    [V]
 * @param targets [N] int32, each in [0, V)
 * @param lossWeight the weight of each row in the loss: only speed depends on it
 * @returns [N]
 */
export function softmaxCrossEntropy(
  hidden: tf.Tensor2D,
  weight: tf.Tensor2D,
  bias: tf.Tensor1D,
  targets: tf.Tensor1D,
  tied: boolean,
  precision: Precision = 'f32',
  lossWeight = 1,
): tf.Tensor1D {
  const saveForBackward = isRecordingGradients();
  const attributes = { tied, precision, expectedUpstream: lossWeight, saveForBackward };
  const inputs = { hidden, weight, bias };
  const [nll] = differentiable(inputs, {
    forward(save) {
      const [nll, ...saved] = runOp(softmaxCrossEntropyOp, { ...inputs, targets }, attributes);
      save([hidden, weight, bias, targets, ...saved]);
      return [nll];
    },
    backward([upstream], [hidden, weight, bias, targets, ...saved]) {
      const named = Object.fromEntries(saved.map((tensor, index) => [`saved${index}`, tensor]));
      const all = { hidden, weight, bias, targets, ...named, upstream };
      const [dHidden, dWeight, dBias] = runOp(softmaxCrossEntropyGradientOp, all, attributes);
      return { hidden: dHidden, weight: dWeight, bias: dBias };
    },
  });
  return nll as tf.Tensor1D;
}

/** Computes the nll of each row and the softmax probabilities. */
function negativeLogLikelihood(
  hidden: tf.Tensor2D,
  weight: tf.Tensor2D,
  bias: tf.Tensor,
  targets: tf.Tensor1D,
  precision: Precision,
): tf.Tensor[] {
  const logits = tf.add(product(hidden, weight, precision), bias) as tf.Tensor2D;
  const probabilities = tf.softmax(logits);
  // log Σ exp(z) = max z − log max p, since the largest probability is exp(0) / Σ exp(z − max z). It never
  // underflows, as −log p(target) would for an unlikely target, and costs no further pass of exponentials.
  const logSumExp = tf.sub(tf.max(logits, 1), tf.log(tf.max(probabilities, 1)));
  const targetLogits = tf.gatherND(logits, targetCells(targets));
  return [tf.sub(logSumExp, targetLogits), probabilities];
}

/** Returns the cell (row, target) of each row, [N, 2] int32. */
function targetCells(targets: tf.Tensor1D): tf.Tensor2D {
  return tf.stack([tf.range(0, targets.shape[0], 1, 'int32'), targets], 1) as tf.Tensor2D;
}

/** The attributes of `ZlmLogits`. */
export interface LogitsAttributes {
  /** True when the weight is an embedding table [V,H], not [H,V]. */
  readonly tied: boolean;
}

/** `ZlmLogits`: hidden [N,H], weight, bias [V] → hidden · weight + bias [N,V], always in float32. */
export const logitsOp: Op<LogitsAttributes> = {
  name: 'ZlmLogits',
  reference({ hidden, weight, bias }: Inputs, { tied }) {
    const [rows, columns] = [hidden as tf.Tensor2D, weight as tf.Tensor2D];
    const scores = tied ? productWithTransposedRight(rows, columns, 'f32') : product(rows, columns, 'f32');
    return [tf.add(scores, bias)];
  },
};

/**
 * Computes the unnormalized log-probabilities of every word, without targets, for sampling. It has no gradient.
 *
 * @param hidden [N, H]
 * @param weight [H, V], or the embedding table [V, H] when `tied`
 * @param bias   [V]
 * @returns [N, V]
 */
export function logits(
  hidden: tf.Tensor2D,
  weight: tf.Tensor2D,
  bias: tf.Tensor1D,
  tied: boolean,
): tf.Tensor2D {
  return runOp(logitsOp, { hidden, weight, bias }, { tied })[0] as tf.Tensor2D;
}
