/**
 * The output projection, log-softmax and negative log-likelihood as one op: the [N, V] logits are most of the
 * memory traffic of a language model, and a kernel that knows all three never has to store them whole.
 */
import * as tf from '@tensorflow/tfjs';
import { type Inputs, isRecordingGradients, type Op, runOp } from './kernel.js';
import { productWithTransposedLeft, productWithTransposedRight, sumOverRows } from './products.js';

/** Rows whose logits are held at once when nothing has to be kept for a backward pass. */
const CHUNK_ROWS = 256;

interface SoftmaxAttributes {
  /** True when the weight is an embedding table [V, H] shared with the input (Press & Wolf 2017), not [H, V]. */
  readonly tied: boolean;
  /** Keep what the backward pass needs as a second output; its form is the kernel's own affair. */
  readonly keep: boolean;
}

const softmaxCrossEntropyOp: Op<SoftmaxAttributes> = {
  name: 'ZlmSoftmaxCrossEntropy',

  reference({ hidden, weight, bias, targets }: Inputs, { tied, keep }) {
    const columns = (tied ? tf.transpose(weight) : weight) as tf.Tensor2D;
    if (keep) return negativeLogLikelihood(hidden as tf.Tensor2D, columns, bias, targets as tf.Tensor1D);
    const chunks: tf.Tensor1D[] = [];
    for (let start = 0; start < hidden.shape[0]; start += CHUNK_ROWS) {
      const rows = Math.min(CHUNK_ROWS, hidden.shape[0] - start);
      const part = tf.tidy(
        () =>
          negativeLogLikelihood(
            tf.slice(hidden as tf.Tensor2D, [start, 0], [rows, -1]),
            columns,
            bias,
            tf.slice(targets as tf.Tensor1D, start, rows),
          )[0],
      );
      chunks.push(part as tf.Tensor1D);
    }
    return [chunks.length === 1 ? chunks[0] : tf.concat(chunks)];
  },

  gradient: {
    savedInputs: ['hidden', 'weight', 'targets'],
    savedOutputs: [1],
    backward([upstream], [hidden, weight, targets, probabilities], { tied }) {
      const [rows, classes] = probabilities.shape;
      const scaled = tf.mul(probabilities, upstream.reshape([rows, 1]));
      const atTargets = tf.scatterND(targetCells(targets as tf.Tensor1D), upstream, [rows, classes]);
      const logits = tf.sub(scaled, atTargets) as tf.Tensor2D; // d nll / d logits = softmax − one-hot
      const [h, w] = [hidden as tf.Tensor2D, weight as tf.Tensor2D];
      return {
        hidden: tied ? tf.matMul(logits, w) : productWithTransposedRight(logits, w),
        weight: tied ? productWithTransposedLeft(logits, h) : productWithTransposedLeft(h, logits),
        bias: sumOverRows(logits),
      };
    },
  },
};

/**
 * Negative log-likelihood, in nats, of each target under softmax(hidden · weight + bias).
 *
 * @param hidden  [N, H]
 * @param weight  [H, V], or the embedding table [V, H] when `tied`
 * @param bias    [V]
 * @param targets [N] int32, each in [0, V)
 * @returns [N]
 */
export function softmaxCrossEntropy(
  hidden: tf.Tensor2D,
  weight: tf.Tensor2D,
  bias: tf.Tensor1D,
  targets: tf.Tensor1D,
  tied: boolean,
): tf.Tensor1D {
  const attributes = { tied, keep: isRecordingGradients() };
  return runOp(softmaxCrossEntropyOp, { hidden, weight, bias, targets }, attributes)[0] as tf.Tensor1D;
}

/** Per-row nll and the softmax probabilities. */
function negativeLogLikelihood(
  hidden: tf.Tensor2D,
  weight: tf.Tensor2D,
  bias: tf.Tensor,
  targets: tf.Tensor1D,
): tf.Tensor[] {
  const logits = tf.add(tf.matMul(hidden, weight), bias) as tf.Tensor2D;
  const probabilities = tf.softmax(logits);
  // log Σ exp(z) = max z − log max p, since the largest probability is exp(0) / Σ exp(z − max z). It never
  // underflows, as −log p(target) would for an unlikely target, and costs no further pass of exponentials.
  const logSumExp = tf.sub(tf.max(logits, 1), tf.log(tf.max(probabilities, 1)));
  const targetLogits = tf.gatherND(logits, targetCells(targets));
  return [tf.sub(logSumExp, targetLogits), probabilities];
}

/** [N, 2] int32: the cell (row, target) of each row. */
function targetCells(targets: tf.Tensor1D): tf.Tensor2D {
  return tf.stack([tf.range(0, targets.shape[0], 1, 'int32'), targets], 1) as tf.Tensor2D;
}
