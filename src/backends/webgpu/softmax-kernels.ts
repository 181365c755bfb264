/**
 * The output projection with softmax and loss, and the projection alone. Logits are in memory for one chunk of rows at a time, and
 * the backward pass computes them again; it does not have to where one chunk is all.
 */
import type { LogitsAttributes, SoftmaxAttributes } from '../../ops/softmax-cross-entropy.js';
import { sumColumns } from './column-sums.js';
import { multiply, type Product } from './products.js';
import type { WebgpuBackend } from './webgpu-backend.js';
import { groupsOf, type Kernel, type Tensors } from './webgpu-kernel.js';

/**
 * Computes the loss of each row and, for the backward pass, the logarithm of its sum of exponentials. The logits are saved, too,
 * where those of all rows are in memory at once: the backward pass then does not compute them again.
 */
export const softmaxCrossEntropy: Kernel<SoftmaxAttributes> = (inputs, attributes, backend) => {
  const { saveForBackward, precision } = attributes;
  const projection = projectionOf(inputs, attributes, precision === 'mixed', backend);
  const { n, v } = projection;
  const targets = backend.buffer(inputs.targets);
  const nll = backend.allocate([n]);
  const saved = saveForBackward ? [backend.allocate([n])] : [];
  const logSumExp = saved[0]?.buffer ?? backend.borrow(n);
  const chunks = chunksOf(n, v, backend);
  if (saveForBackward && chunks.length === 1) saved.push(backend.allocate([n, v]));
  const logits = saved[1]?.buffer ?? borrowLogits(chunks, v, backend);
  for (const chunk of chunks) {
    const { first, rows } = chunk;
    if (rows === 0) continue;
    multiplyLogits(backend, projection, chunk, logits);
    const buffers = { logits, targets, nll: nll.buffer, logSumExp };
    backend.run('softmaxRows', buffers, { rows, classes: v, first }, backend.spread(rows));
  }
  return [nll, ...saved].map(({ info }) => info);
};

/** Computes the gradients of hidden, weight and bias. */
export const softmaxCrossEntropyGradient: Kernel<SoftmaxAttributes> = (inputs, attributes, backend) => {
  const { tied, precision } = attributes;
  const mixed = precision === 'mixed';
  const projection = projectionOf(inputs, attributes, mixed, backend);
  const { n, h, v, hidden, weight } = projection;
  const [dHidden, dWeight, dBias] = [inputs.hidden, inputs.weight, inputs.bias].map(({ shape }) =>
    backend.allocate(shape),
  );
  const ofRows = {
    targets: backend.buffer(inputs.targets),
    logSumExp: backend.buffer(inputs.saved0),
    upstream: backend.buffer(inputs.upstream),
  };
  const saved = inputs.saved1 ? backend.buffer(inputs.saved1) : null;
  const chunks = saved ? [{ first: 0, rows: n }] : chunksOf(n, v, backend);
  const logits = saved ?? borrowLogits(chunks, v, backend);
  const gradient = borrowLogits(chunks, v, backend);
  for (const chunk of chunks) {
    const { first, rows } = chunk;
    if (rows > 0) {
      if (!saved) multiplyLogits(backend, projection, chunk, logits);
      const groups = backend.spread(groupsOf(rows * v));
      const uniforms = { rows, classes: v, first };
      backend.run('softmaxGradient', { ...ofRows, logits, gradient }, uniforms, groups);
    }
    const ofHidden = { a: gradient, b: weight, transposeB: !tied, c: dHidden.buffer, cAt: first * h };
    multiply(backend, { m: rows, n: h, k: v, ...ofHidden, mixed });
    const accumulate = first > 0;
    const ofWeight: Pick<Product, 'm' | 'n' | 'a' | 'b' | 'aAt' | 'bAt'> = tied
      ? { m: v, n: h, a: gradient, b: hidden, bAt: first * h }
      : { m: h, n: v, a: hidden, b: gradient, aAt: first * h };
    multiply(backend, { k: rows, ...ofWeight, transposeA: true, c: dWeight.buffer, accumulate, mixed });
    sumColumns(backend, { rows, width: v, x: gradient, out: dBias.buffer, accumulate });
  }
  return [dHidden.info, dWeight.info, dBias.info];
};

/** Computes the logits alone. */
export const logits: Kernel<LogitsAttributes> = (inputs, attributes, backend) => {
  const projection = projectionOf(inputs, attributes, false, backend);
  const { n, v } = projection;
  const out = backend.allocate([n, v]);
  multiplyLogits(backend, projection, { first: 0, rows: n }, out.buffer);
  return out.info;
};

/** The output projection on the device: hidden [n, h], weight as a matrix of h × v, or of v × h if tied, bias [v]. */
interface Projection {
  readonly n: number;
  readonly h: number;
  readonly v: number;
  readonly hidden: GPUBuffer;
  readonly weight: GPUBuffer;
  readonly tied: boolean;
  readonly bias: GPUBuffer;
  readonly mixed: boolean;
}

function projectionOf(
  { hidden, weight, bias }: Tensors,
  { tied }: LogitsAttributes,
  mixed: boolean,
  backend: WebgpuBackend,
): Projection {
  const [n, h] = hidden.shape;
  const buffers = {
    hidden: backend.buffer(hidden),
    weight: backend.buffer(weight),
    bias: backend.buffer(bias),
  };
  return { n, h, v: bias.shape[0], ...buffers, tied, mixed };
}

/** Rows of hidden states, from `first` on. */
interface Chunk {
  readonly first: number;
  readonly rows: number;
}

/**
 * Divides rows into chunks whose logits are in memory at once. They are of equal size, rather than full ones and a remainder. For no
 * rows there is one empty chunk, which makes the gradients of weight and bias zeros.
 */
function chunksOf(n: number, v: number, { logitsBytes }: WebgpuBackend): Chunk[] {
  const most = Math.max(1, Math.floor(logitsBytes / (4 * v)));
  const chunks = Math.max(1, Math.ceil(n / most));
  const start = (index: number) => Math.floor((n * index) / chunks);
  return Array.from({ length: chunks }, (_, index) => ({
    first: start(index),
    rows: start(index + 1) - start(index),
  }));
}

/** Borrows memory for the logits of any chunk. */
function borrowLogits(chunks: readonly Chunk[], v: number, backend: WebgpuBackend): GPUBuffer {
  return backend.borrow(Math.max(...chunks.map(({ rows }) => rows)) * v);
}

function multiplyLogits(
  backend: WebgpuBackend,
  { h, v, hidden, weight, tied, bias, mixed }: Projection,
  { first, rows }: Chunk,
  logits: GPUBuffer,
): void {
  const matrices = { a: hidden, aAt: first * h, b: weight, transposeB: tied, bias, c: logits };
  multiply(backend, { m: rows, n: v, k: h, ...matrices, mixed });
}
