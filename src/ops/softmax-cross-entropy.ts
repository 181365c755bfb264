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
import { differentiable, isRecordingGradients, type Op, type Precision, runOp } from './op.js';
import { product, productWithTransposedLeft, productWithTransposedRight, sumOverRows } from './products.js';
import { reshape, stack } from './shapes.js';

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

/** What the logits are computed from. */
type LogitsInputs = { hidden: tf.Tensor2D; weight: tf.Tensor2D; bias: tf.Tensor1D };

/** The gradients of {@link LogitsInputs}. */
type LogitsGradients = [hidden: tf.Tensor2D, weight: tf.Tensor2D, bias: tf.Tensor1D];

/** The forward pass. */
export const softmaxCrossEntropyOp: Op<
  SoftmaxAttributes,
  LogitsInputs & { targets: tf.Tensor1D },
  [nll: tf.Tensor1D, ...saved: tf.Tensor[]]
> = {
  name: 'ZlmSoftmaxCrossEntropy',

  /** Saves the softmax's probabilities. */
  reference({ hidden, weight, bias, targets }, { tied, precision, saveForBackward }) {
    const columns = tied ? tf.transpose(weight) : weight;
    const nll = (rows: tf.Tensor2D, ids: tf.Tensor1D) =>
      negativeLogLikelihood(rows, columns, bias, ids, precision);
    if (saveForBackward) return nll(hidden, targets);
    const chunks: tf.Tensor1D[] = [];
    for (let start = 0; start < hidden.shape[0]; start += CHUNK_ROWS) {
      const rows = Math.min(CHUNK_ROWS, hidden.shape[0] - start);
      const part = tf.tidy(
        () => nll(tf.slice(hidden, [start, 0], [rows, -1]), tf.slice(targets, start, rows))[0],
      );
      chunks.push(part);
    }
    return [chunks.length === 1 ? chunks[0] : tf.concat(chunks)];
  },
};

/** The backward pass. */
export const softmaxCrossEntropyGradientOp: Op<
  SoftmaxAttributes,
  LogitsInputs & { targets: tf.Tensor1D; upstream: tf.Tensor1D } & { [name: `saved${number}`]: tf.Tensor },
  LogitsGradients
> = {
  name: 'ZlmSoftmaxCrossEntropyGradient',
  reference({ hidden, weight, targets, saved0: probabilities, upstream }, { tied, precision }) {
    const [rows, classes] = probabilities.shape;
    const scaled = tf.mul(probabilities, reshape(upstream, [rows, 1]));
    const atTargets = tf.scatterND(targetCells(targets), upstream, [rows, classes]);
    const logits: tf.Tensor2D = tf.sub(scaled, atTargets); // d nll / d logits = softmax − one-hot
    return [
      tied ? product(logits, weight, precision) : productWithTransposedRight(logits, weight, precision),
      tied
        ? productWithTransposedLeft(logits, hidden, precision)
        : productWithTransposedLeft(hidden, logits, precision),
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
    forward() {
      const [nll, ...saved] = runOp(softmaxCrossEntropyOp, { ...inputs, targets }, attributes);
      return { outputs: [nll], saved: [hidden, weight, bias, targets, ...saved] };
    },
    backward([upstream], [hidden, weight, bias, targets, ...saved]) {
      const named = Object.fromEntries(saved.map((tensor, index) => [`saved${index}`, tensor]));
      const all = { hidden, weight, bias, targets, ...named, upstream };
      const [dHidden, dWeight, dBias] = runOp(softmaxCrossEntropyGradientOp, all, attributes);
      return { hidden: dHidden, weight: dWeight, bias: dBias };
    },
  });
  return nll;
}

/** Computes the nll of each row and the softmax probabilities. */
function negativeLogLikelihood(
  hidden: tf.Tensor2D,
  weight: tf.Tensor2D,
  bias: tf.Tensor1D,
  targets: tf.Tensor1D,
  precision: Precision,
): [nll: tf.Tensor1D, probabilities: tf.Tensor2D] {
  const logits: tf.Tensor2D = tf.add(product(hidden, weight, precision), bias);
  const probabilities = tf.softmax(logits);
  // log Σ exp(z) = max z − log max p, since the largest probability is exp(0) / Σ exp(z − max z). It never
  // underflows, as −log p(target) would for an unlikely target, and costs no further pass of exponentials.
  const logSumExp = tf.sub(tf.max(logits, 1), tf.log(tf.max(probabilities, 1)));
  const targetLogits = tf.gatherND(logits, targetCells(targets));
  return [tf.sub(logSumExp, targetLogits), probabilities];
}

/** Returns the cell (row, target) of each row, [N, 2] int32. */
function targetCells(targets: tf.Tensor1D): tf.Tensor2D {
  return stack([tf.range(0, targets.shape[0], 1, 'int32'), targets], 1);
}

/** The attributes of `ZlmLogits`. */
export interface LogitsAttributes {
  /** True when the weight is an embedding table [V,H], not [H,V]. */
  readonly tied: boolean;
}

/** `ZlmLogits`: hidden [N,H], weight, bias [V] → hidden · weight + bias [N,V], always in float32. */
export const logitsOp: Op<LogitsAttributes, LogitsInputs, [tf.Tensor2D]> = {
  name: 'ZlmLogits',
  reference({ hidden, weight, bias }, { tied }) {
    const scores = tied ? productWithTransposedRight(hidden, weight, 'f32') : product(hidden, weight, 'f32');
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
  return runOp(logitsOp, { hidden, weight, bias }, { tied })[0];
}
