/**
 * The output projection, log-softmax and negative log-likelihood as one op: the [N, V] logits are most of the
 * memory traffic of a language model, and a kernel that knows all three never has to store them whole.
 */
import * as tf from '@tensorflow/tfjs';
import { FUSED, type Precision, type SoftmaxAttributes } from '../backends/fused.js';
import { type Inputs, isRecordingGradients, type Op, runOp } from './kernel.js';
import { product, productWithTransposedLeft, productWithTransposedRight, sumOverRows } from './products.js';

/** Rows whose logits are held at once when nothing has to be kept for a backward pass. */
const CHUNK_ROWS = 256;

const softmaxCrossEntropyOp: Op<SoftmaxAttributes> = {
  name: FUSED.softmaxCrossEntropy,

  /** Keeps the softmax's probabilities. */
  reference({ hidden, weight, bias, targets }: Inputs, { tied, precision, keep }) {
    const columns = (tied ? tf.transpose(weight) : weight) as tf.Tensor2D;
    const nll = (rows: tf.Tensor, ids: tf.Tensor) =>
      negativeLogLikelihood(rows as tf.Tensor2D, columns, bias, ids as tf.Tensor1D, precision);
    if (keep) return nll(hidden, targets);
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

const softmaxCrossEntropyGradientOp: Op<SoftmaxAttributes> = {
  name: FUSED.softmaxCrossEntropyGradient,
  reference({ hidden, weight, targets, kept0: probabilities, upstream }: Inputs, { tied, precision }) {
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
 * Negative log-likelihood, in nats, of each target under softmax(hidden · weight + bias).
 *
 * @param hidden  [N, H]
 * @param weight  [H, V], or the embedding table [V, H] when `tied`
 * @param bias    [V]
 * @param targets [N] int32, each in [0, V)
 * @param expectedUpstream what each row will count for in the loss: only speed depends on it
 * @returns [N]
 */
export function softmaxCrossEntropy(
  hidden: tf.Tensor2D,
  weight: tf.Tensor2D,
  bias: tf.Tensor1D,
  targets: tf.Tensor1D,
  tied: boolean,
  precision: Precision = 'f32',
  expectedUpstream = 1,
): tf.Tensor1D {
  const settings = { tied, precision, expectedUpstream };
  if (!isRecordingGradients()) {
    const inputs = { hidden, weight, bias, targets };
    return runOp(softmaxCrossEntropyOp, inputs, { ...settings, keep: false })[0] as tf.Tensor1D;
  }
  // A custom gradient and not a registered one: what is kept may be as large as the weight, and for every further
  // output of a kernel tfjs would make a gradient of zeros.
  const attributes = { ...settings, keep: true };
  const withGradient = tf.customGrad((...arguments_) => {
    const [h, w, b] = arguments_ as tf.Tensor[];
    const save = arguments_[3] as unknown as tf.GradSaveFunc;
    const inputs = { hidden: h, weight: w, bias: b, targets };
    const [value, ...kept] = runOp(softmaxCrossEntropyOp, inputs, attributes);
    save([h, w, b, targets, ...kept]);
    return { value, gradFunc: (upstream, saved) => gradients(upstream, saved as tf.Tensor[], attributes) };
  });
  return withGradient(hidden, weight, bias) as tf.Tensor1D;
}

function gradients(upstream: tf.Tensor, saved: tf.Tensor[], attributes: SoftmaxAttributes): tf.Tensor[] {
  const [hidden, weight, bias, targets, ...kept] = saved;
  const named = Object.fromEntries(kept.map((tensor, index) => [`kept${index}`, tensor]));
  const inputs = { hidden, weight, bias, targets, ...named, upstream };
  return runOp(softmaxCrossEntropyGradientOp, inputs, attributes);
}

/** Per-row nll and the softmax probabilities. */
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

/** [N, 2] int32: the cell (row, target) of each row. */
function targetCells(targets: tf.Tensor1D): tf.Tensor2D {
  return tf.stack([tf.range(0, targets.shape[0], 1, 'int32'), targets], 1) as tf.Tensor2D;
}
