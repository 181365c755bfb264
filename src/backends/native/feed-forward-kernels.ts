/**
 * The kernels of the ops around the recurrent layers: embedding, dropout, products, the softmax with its loss, logits,
 * drawing words and finding the likeliest. The contracts are in the files of the ops (ops/).
 */
import type { TensorInfo } from '@tensorflow/tfjs';
import type { DrawAttributes } from '../../ops/draw.js';
import type { EmbeddingAttributes } from '../../ops/embedding.js';
import type { LikeliestAttributes } from '../../ops/likeliest.js';
import type { Noise } from '../../ops/noise.js';
import type { ProductAttributes } from '../../ops/products.js';
import type { LogitsAttributes, SoftmaxAttributes } from '../../ops/softmax-cross-entropy.js';
import { suitsFactors } from './factors.js';
import type { NativeBackend } from './native-backend.js';
import {
  type Allocated,
  type AllocatedFactors,
  checkMemory,
  type Kernel,
  mixedFlag,
  nativeNoise,
  type Tensors,
} from './native-kernel.js';
import { touchedRows } from './row-sparse.js';

/** Gathers rows of the table by id. */
export const embedding: Kernel<EmbeddingAttributes> = ({ table, ids }, _attributes, backend) => {
  const [steps, batch] = ids.shape;
  const width = table.shape[1];
  const out = backend.allocate([steps, batch, width]);
  const rows = { table: backend.floats(table), ids: backend.ints(ids) };
  backend.functions.gatherRows({ n: steps * batch, width, ...rows, out: out.values });
  return out.info;
};

/** Adds the gradients of each row up. */
export const embeddingGradient: Kernel<EmbeddingAttributes> = ({ ids, upstream }, { rows }, backend) => {
  const [steps, batch, width] = upstream.shape;
  const added = { from: backend.floats(upstream), ids: backend.ints(ids) };
  const out = backend.allocateRows(rows, touchedRows(added.ids, width));
  backend.functions.scatterAddRows({ n: steps * batch, width, ...added, out: out.values });
  return out.info;
};

/** Computes y = x ⊙ mask; it is its own gradient. */
export const dropout: Kernel<Noise> = ({ x }, noise, backend) => {
  const [steps, batch, units] = x.shape;
  const out = backend.allocate(x.shape);
  backend.functions.dropout({
    steps,
    perStep: batch * units,
    x: backend.floats(x),
    y: out.values,
    noise: nativeNoise(noise),
  });
  return out.info;
};

/** Multiplies two matrices. */
export const product: Kernel<ProductAttributes> = ({ a, b }, attributes, backend) => {
  const { transposeA, transposeB, precision } = attributes;
  const [m, k] = transposeA ? [a.shape[1], a.shape[0]] : a.shape;
  const n = transposeB ? b.shape[0] : b.shape[1];
  const out = backend.allocate([m, n]);
  checkMemory(
    backend.functions.product({
      mixed: mixedFlag(precision),
      m,
      n,
      k,
      a: { at: backend.floats(a), row: transposeA ? 1 : k, column: transposeA ? m : 1 },
      b: { at: backend.floats(b), row: transposeB ? 1 : n, column: transposeB ? k : 1 },
      c: out.values,
    }),
  );
  return out.info;
};

/** Computes the loss and, while the logits are available, all gradients for the expected upstream gradient. */
export const softmaxCrossEntropy: Kernel<SoftmaxAttributes> = (inputs, attributes, backend) => {
  const nll = backend.allocate([inputs.hidden.shape[0]]);
  const gradients = attributes.saveForBackward ? savedGradients(inputs, attributes, backend) : null;
  runSoftmax(inputs, attributes, backend, null, nll.values, gradients);
  return gradients ? [nll.info, gradients.hidden.info, gradients.weight.info, gradients.bias.info] : nll.info;
};

/** The gradients of a softmax: the weight's as it is, or as a product of few rows. */
interface SoftmaxGradients {
  readonly hidden: Allocated;
  readonly weight: Allocated | AllocatedFactors;
  readonly bias: Allocated;
}

/** Makes the gradients that the forward pass saves: of a large weight and few rows, that of the weight as a product. */
function savedGradients(
  inputs: Tensors,
  { precision, tied }: SoftmaxAttributes,
  backend: NativeBackend,
): SoftmaxGradients {
  const { hidden, weight, bias } = inputs;
  if (tied || !suitsFactors(hidden.shape[0], weight.shape, precision))
    return softmaxGradients(inputs, backend);
  const factored = backend.allocateFactors(weight.shape, hidden.shape[0]);
  factored.factors.left.set(backend.floats(hidden));
  return {
    hidden: backend.allocate(hidden.shape),
    weight: factored,
    bias: backend.allocate(bias.shape),
  };
}

/**
 * Returns the saved gradients when the upstream gradient is as expected, and scales them when it is another constant. When it
 * differs from row to row, computes them again with the rows weighted.
 */
export const softmaxCrossEntropyGradient: Kernel<SoftmaxAttributes> = (inputs, attributes, backend) => {
  const upstream = backend.floats(inputs.upstream);
  if (upstream.every((value) => value === upstream[0])) {
    const factor = factorFor(upstream[0] ?? 0, attributes);
    return [inputs.saved0, inputs.saved1, inputs.saved2].map((saved) => scaled(saved, factor, backend));
  }
  const gradients = softmaxGradients(inputs, backend);
  const nll = backend.allocate([upstream.length]);
  runSoftmax(inputs, attributes, backend, upstream, nll.values, gradients);
  backend.disposeData(nll.info.dataId);
  return [gradients.hidden.info, gradients.weight.info, gradients.bias.info];
};

function factorFor(upstream: number, { expectedUpstream }: SoftmaxAttributes): number {
  return upstream === Math.fround(expectedUpstream) ? 1 : upstream / expectedUpstream;
}

function softmaxGradients({ hidden, weight, bias }: Tensors, backend: NativeBackend): SoftmaxGradients {
  const of = ({ shape }: TensorInfo) => backend.allocate(shape);
  return { hidden: of(hidden), weight: of(weight), bias: of(bias) };
}

function runSoftmax(
  { hidden, weight, bias, targets }: Tensors,
  { tied, precision, expectedUpstream }: SoftmaxAttributes,
  backend: NativeBackend,
  weights: Float32Array | null,
  nll: Float32Array,
  gradients: SoftmaxGradients | null,
): void {
  const ofWeight = gradients?.weight;
  checkMemory(
    backend.functions.softmax({
      mixed: mixedFlag(precision),
      n: hidden.shape[0],
      h: hidden.shape[1],
      v: bias.shape[0],
      hidden: backend.floats(hidden),
      weight: backend.floats(weight),
      tied: tied ? 1 : 0,
      bias: backend.floats(bias),
      targets: backend.ints(targets),
      nll,
      rowWeights: weights,
      rowWeight: expectedUpstream,
      dHidden: gradients?.hidden.values ?? null,
      dWeight: ofWeight && 'values' in ofWeight ? ofWeight.values : null,
      dLogits: ofWeight && 'factors' in ofWeight ? ofWeight.factors.right : null,
      dBias: gradients?.bias.values ?? null,
    }),
  );
}

function scaled(x: TensorInfo, factor: number, backend: NativeBackend): TensorInfo {
  if (factor === 1) return backend.share(x);
  const out = backend.allocate(x.shape);
  backend.functions.scaledCopy({ n: out.values.length, x: backend.floats(x), factor, out: out.values });
  return out.info;
}

/** Computes the logits alone. */
export const logits: Kernel<LogitsAttributes> = ({ hidden, weight, bias }, { tied }, backend) => {
  const [rows, width] = hidden.shape;
  const [words] = bias.shape;
  const out = backend.allocate([rows, words]);
  checkMemory(
    backend.functions.logits({
      n: rows,
      h: width,
      v: words,
      tied: tied ? 1 : 0,
      hidden: backend.floats(hidden),
      weight: backend.floats(weight),
      bias: backend.floats(bias),
      logits: out.values,
    }),
  );
  return out.info;
};

/** Draws words from logits. */
export const draw: Kernel<DrawAttributes> = (inputs, attributes, backend) => {
  const { temperature, topK, topP, banned, uniforms } = attributes;
  const [rows, words] = inputs.logits.shape;
  const draws = uniforms.length;
  const drawn = new Int32Array(draws);
  checkMemory(
    backend.functions.draw({
      n: draws,
      v: words,
      logits: backend.floats(inputs.logits),
      stride: rows === 1 ? 0 : words,
      temperature,
      topK: Math.min(topK ?? 0, words),
      topP: topP ?? 1,
      banned,
      bans: banned.length,
      uniforms,
      drawn,
    }),
  );
  return backend.makeTensorInfo([draws], 'int32', drawn);
};

/** Finds the likeliest words of each row. */
export const likeliest: Kernel<LikeliestAttributes> = ({ logits }, { count }, backend) => {
  const [rows, words] = logits.shape;
  const largest = backend.allocate([rows, count]);
  const logSums = backend.allocate([rows]);
  const ids = new Int32Array(rows * count);
  backend.functions.likeliest({
    n: rows,
    v: words,
    k: count,
    logits: backend.floats(logits),
    largest: largest.values,
    ids,
    logSums: logSums.values,
  });
  return [largest.info, backend.makeTensorInfo([rows, count], 'int32', ids), logSums.info];
};
