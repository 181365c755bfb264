/**
 * The output projection with softmax and loss, and the projection alone. Logits are in memory for one chunk of rows at a time, and
 * the backward pass computes them again; it does not have to where one chunk is all.
 */
import type { Precision } from '../../ops/op.js';
import type { LogitsAttributes, SoftmaxAttributes } from '../../ops/softmax-cross-entropy.js';
import type { CudaBackend } from './cuda-backend.js';
import { blocksOf, type Kernel, type Tensors } from './cuda-kernel.js';
import { CONSTANTS } from './kernels.generated.js';
import { type DeviceMatrix, dense, launchProduct, transposed } from './product-launch.js';
import { launchColumnSums } from './sums.js';

/**
 * Computes the loss of each row and, for the backward pass, the logarithm of its sum of exponentials. The logits are saved, too,
 * where those of all rows are in memory at once: the backward pass then does not compute them again.
 */
export const softmaxCrossEntropy: Kernel<SoftmaxAttributes> = (inputs, attributes, backend) => {
  const { precision, saveForBackward } = attributes;
  const projection = projectionOf(inputs, attributes, backend);
  const { n, v, targets } = projection;
  const nll = backend.allocate([n]);
  const logSumExp = saveForBackward ? backend.allocate([n]) : null;
  const chunks = chunksOf(n, v, backend);
  const saved = saveForBackward && chunks.length === 1 ? backend.allocate([n, v]) : null;
  const logits = saved?.address ?? borrowLogits(chunks, v, backend);
  for (const chunk of chunks) {
    const { first, rows } = chunk;
    launchLogits(backend, projection, precision, chunk, logits);
    const argument = {
      classes: v,
      logits,
      targets: elementAt(targets, first),
      nll: elementAt(nll.address, first),
      logSumExp: logSumExp && elementAt(logSumExp.address, first),
    };
    backend.device.launch('softmaxRows', argument, [rows], { sharedBytes: CONSTANTS.SOFTMAX_SHARED_BYTES });
  }
  return [nll, logSumExp, saved].flatMap((tensor) => (tensor ? [tensor.info] : []));
};

/** Logits that a thread turns into their gradients. */
const LOGITS_OF_A_THREAD = 4;

/** Computes the gradients of hidden, weight and bias. */
export const softmaxCrossEntropyGradient: Kernel<SoftmaxAttributes> = (inputs, attributes, backend) => {
  const { tied, precision } = attributes;
  const projection = projectionOf(inputs, attributes, backend);
  const { n, h, v, weight } = projection;
  const [dHidden, dWeight, dBias] = [inputs.hidden, inputs.weight, inputs.bias].map(({ shape }) =>
    backend.allocate(shape),
  );
  const [logSumExp, upstream] = [inputs.saved0, inputs.upstream].map((tensor) => backend.address(tensor));
  const saved = inputs.saved1 ? backend.address(inputs.saved1) : null;
  const chunks = saved === null ? chunksOf(n, v, backend) : [{ first: 0, rows: n }];
  const gradient = borrowLogits(chunks, v, backend);
  for (const chunk of chunks) {
    const { first, rows } = chunk;
    if (saved === null) launchLogits(backend, projection, precision, chunk, gradient);
    const argument = {
      classes: v,
      logits: saved ?? gradient,
      gradient,
      targets: elementAt(projection.targets, first),
      logSumExp: elementAt(logSumExp, first),
      upstream: elementAt(upstream, first),
    };
    backend.device.launch('softmaxGradient', argument, [rows, blocksOf(v / LOGITS_OF_A_THREAD)]);

    const [dLogits, hidden] = [dense(gradient, v), dense(elementAt(projection.hidden, first * h), h)];
    const accumulate = first > 0;
    const ofHidden = { a: dLogits, b: transposed(weight), c: elementAt(dHidden.address, first * h) };
    launchProduct(backend, { precision, m: rows, n: h, k: v, ...ofHidden });
    const ofWeight = tied
      ? { m: v, n: h, a: transposed(dLogits), b: hidden }
      : { m: h, n: v, a: transposed(hidden), b: dLogits };
    launchProduct(backend, { precision, k: rows, ...ofWeight, c: dWeight.address, accumulate });
    launchColumnSums(backend, { rows, columns: v, x: gradient, out: dBias.address, accumulate });
  }
  return [dHidden.info, dWeight.info, dBias.info];
};

/** Computes the logits alone. */
export const logits: Kernel<LogitsAttributes> = (inputs, attributes, backend) => {
  const projection = projectionOf(inputs, attributes, backend);
  const { n, v } = projection;
  const out = backend.allocate([n, v]);
  launchLogits(backend, projection, 'f32', { first: 0, rows: n }, out.address);
  return out.info;
};

/** The output projection on the device: hidden [n, h], weight as a matrix of h × v, bias [v], targets [n]. */
interface Projection {
  readonly n: number;
  readonly h: number;
  readonly v: number;
  readonly hidden: number;
  readonly weight: DeviceMatrix;
  readonly bias: number;
  readonly targets: number;
}

function projectionOf(
  { hidden, weight, bias, targets }: Tensors,
  { tied }: LogitsAttributes,
  backend: CudaBackend,
): Projection {
  const matrix = dense(backend.address(weight), weight.shape[1]);
  return {
    n: hidden.shape[0],
    h: hidden.shape[1],
    v: bias.shape[0],
    hidden: backend.address(hidden),
    weight: tied ? transposed(matrix) : matrix,
    bias: backend.address(bias),
    targets: targets ? backend.address(targets) : 0,
  };
}

/** Rows of hidden states, from `first` on. */
interface Chunk {
  readonly first: number;
  readonly rows: number;
}

/** A launch has rows in a dimension of its grid, so they are limited where classes are few. */
const MOST_ROWS_OF_A_CHUNK = 1 << 20;

/**
 * Divides rows into chunks whose logits are in memory at once. They are of equal size, rather than full ones and a remainder. For no
 * rows there is one empty chunk, which makes the gradients of weight and bias zeros.
 */
function chunksOf(n: number, v: number, { device }: CudaBackend): Chunk[] {
  const most = Math.min(MOST_ROWS_OF_A_CHUNK, Math.max(1, Math.floor(device.logitsBytes / (4 * v))));
  const chunks = Math.max(1, Math.ceil(n / most));
  const start = (index: number) => Math.floor((n * index) / chunks);
  return Array.from({ length: chunks }, (_, index) => ({
    first: start(index),
    rows: start(index + 1) - start(index),
  }));
}

/** Borrows memory for the logits of any chunk. */
function borrowLogits(chunks: readonly Chunk[], v: number, backend: CudaBackend): number {
  return backend.borrow(Math.max(...chunks.map(({ rows }) => rows)) * v);
}

function launchLogits(
  backend: CudaBackend,
  { h, v, hidden, weight, bias }: Projection,
  precision: Precision,
  { first, rows }: Chunk,
  logits: number,
): void {
  const a = dense(elementAt(hidden, first * h), h);
  launchProduct(backend, { precision, m: rows, n: v, k: h, a, b: weight, bias, c: logits });
}

/** Returns the address of an element of four bytes. */
function elementAt(address: number, index: number): number {
  return address + 4 * index;
}
