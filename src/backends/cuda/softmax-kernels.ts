/**
 * The output projection with softmax and loss, and the projection alone. Logits are in memory for one chunk of rows at a time: the
 * forward pass saves nothing but the logarithm of each row's sum of exponentials, and the backward pass computes the logits again.
 */
import type { LogitsAttributes, SoftmaxAttributes } from '../../ops/softmax-cross-entropy.js';
import type { CudaBackend } from './cuda-backend.js';
import { blocksOf, type Kernel, type Tensors } from './cuda-kernel.js';
import { CONSTANTS } from './kernels.generated.js';
import { type DeviceMatrix, dense, launchProduct, transposed } from './product-launch.js';
import { launchColumnSums } from './sums.js';

/** Computes the loss of each row and, for the backward pass, the logarithm of its sum of exponentials. */
export const softmaxCrossEntropy: Kernel<SoftmaxAttributes> = (inputs, attributes, backend) => {
  const projection = projectionOf(inputs, attributes, backend);
  const nll = backend.allocate([projection.n]);
  const logSumExp = attributes.saveForBackward ? backend.allocate([projection.n]) : null;
  for (const { first, rows, logits } of logitsOf(projection, attributes, backend)) {
    const argument = {
      classes: projection.v,
      logits,
      targets: elementAt(projection.targets, first),
      nll: elementAt(nll.address, first),
      logSumExp: logSumExp && elementAt(logSumExp.address, first),
    };
    backend.device.launch('softmaxRows', argument, [rows], { sharedBytes: CONSTANTS.SOFTMAX_SHARED_BYTES });
  }
  return logSumExp ? [nll.info, logSumExp.info] : nll.info;
};

/** Logits that a thread turns into their gradients. */
const LOGITS_OF_A_THREAD = 4;

/** Computes the gradients of hidden, weight and bias. */
export const softmaxCrossEntropyGradient: Kernel<SoftmaxAttributes> = (inputs, attributes, backend) => {
  const { tied, precision } = attributes;
  const { device } = backend;
  const projection = projectionOf(inputs, attributes, backend);
  const { h, v, weight } = projection;
  const [dHidden, dWeight, dBias] = [inputs.hidden, inputs.weight, inputs.bias].map(({ shape }) =>
    backend.allocate(shape),
  );
  const [logSumExp, upstream] = [inputs.saved0, inputs.upstream].map((tensor) => backend.address(tensor));
  for (const { first, rows, logits } of logitsOf(projection, attributes, backend)) {
    const argument = {
      classes: v,
      logits,
      targets: elementAt(projection.targets, first),
      logSumExp: elementAt(logSumExp, first),
      upstream: elementAt(upstream, first),
    };
    device.launch('softmaxGradient', argument, [rows, blocksOf(v / LOGITS_OF_A_THREAD)]);

    const [dLogits, hidden] = [dense(logits, v), dense(elementAt(projection.hidden, first * h), h)];
    const accumulate = first > 0;
    const ofHidden = { a: dLogits, b: transposed(weight), c: elementAt(dHidden.address, first * h) };
    launchProduct(backend, { precision, m: rows, n: h, k: v, ...ofHidden });
    const ofWeight = tied
      ? { m: v, n: h, a: transposed(dLogits), b: hidden }
      : { m: h, n: v, a: transposed(hidden), b: dLogits };
    launchProduct(backend, { precision, k: rows, ...ofWeight, c: dWeight.address, accumulate });
    launchColumnSums(backend, { rows, columns: v, x: logits, out: dBias.address, accumulate });
  }
  return [dHidden.info, dWeight.info, dBias.info];
};

/** Computes the logits alone. */
export const logits: Kernel<LogitsAttributes> = (inputs, attributes, backend) => {
  const projection = projectionOf(inputs, attributes, backend);
  const { n, v } = projection;
  const out = backend.allocate([n, v]);
  launchLogits(backend, projection, 'f32', { first: 0, rows: n, logits: out.address });
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

/** Rows of hidden states, from `first` on, and the address of their logits. */
interface Chunk {
  readonly first: number;
  readonly rows: number;
  readonly logits: number;
}

/** A launch has rows in a dimension of its grid, so they are limited where classes are few. */
const MOST_ROWS_OF_A_CHUNK = 1 << 20;

/**
 * Computes logits by chunks of rows, all in the same memory. Chunks are of equal size, rather than full ones and a remainder. For no
 * rows there is one empty chunk, which makes the gradients of weight and bias zeros.
 */
function* logitsOf(
  projection: Projection,
  { precision }: SoftmaxAttributes,
  backend: CudaBackend,
): Generator<Chunk> {
  const { n, v } = projection;
  const most = Math.min(MOST_ROWS_OF_A_CHUNK, Math.max(1, Math.floor(backend.device.logitsBytes / (4 * v))));
  const chunks = Math.max(1, Math.ceil(n / most));
  const logits = backend.borrow(Math.ceil(n / chunks) * v);
  for (let index = 0; index < chunks; index++) {
    const first = Math.floor((n * index) / chunks);
    const chunk = { first, rows: Math.floor((n * (index + 1)) / chunks) - first, logits };
    launchLogits(backend, projection, precision, chunk);
    yield chunk;
  }
}

function launchLogits(
  backend: CudaBackend,
  { h, v, hidden, weight, bias }: Projection,
  precision: SoftmaxAttributes['precision'],
  { first, rows, logits }: Chunk,
): void {
  const a = dense(elementAt(hidden, first * h), h);
  launchProduct(backend, { precision, m: rows, n: v, k: h, a, b: weight, bias, c: logits });
}

/** Returns the address of an element of four bytes. */
function elementAt(address: number, index: number): number {
  return address + 4 * index;
}
