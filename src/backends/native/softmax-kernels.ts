/** The softmax cross-entropy kernels: all gradients are computed in the forward pass, while the logits are at hand. */
import type { TensorInfo } from '@tensorflow/tfjs';
import type { SoftmaxAttributes } from '../../ops/softmax-cross-entropy.js';
import { outOfMemory } from './array-store.js';
import { type Allocated, type Kernel, mixedFlag, type Tensors } from './kernel.js';
import type { NativeBackend } from './native-backend.js';

/** Saves the gradients for the expected upstream one, computed while the logits are at hand. */
export const softmaxCrossEntropy: Kernel<SoftmaxAttributes> = (inputs, attributes, backend) => {
  const nll = backend.allocate([inputs.hidden.shape[0]]);
  const gradients = attributes.saveForBackward ? softmaxGradients(inputs, backend) : null;
  runSoftmax(inputs, attributes, backend, null, nll.values, gradients);
  return gradients ? [nll.info, ...gradients.map(({ info }) => info)] : nll.info;
};

/**
 * Returns the saved gradients when the upstream one is as expected, and scales them when it is another that is the same for
 * every row. Otherwise computes them again, with the rows weighted.
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
  return gradients.map(({ info }) => info);
};

function factorFor(upstream: number, { expectedUpstream }: SoftmaxAttributes): number {
  return upstream === Math.fround(expectedUpstream) ? 1 : upstream / expectedUpstream;
}

function softmaxGradients({ hidden, weight, bias }: Tensors, backend: NativeBackend): Allocated[] {
  return [hidden, weight, bias].map(({ shape }) => backend.allocate(shape));
}

function runSoftmax(
  { hidden, weight, bias, targets }: Tensors,
  { tied, precision, expectedUpstream }: SoftmaxAttributes,
  backend: NativeBackend,
  weights: Float32Array | null,
  nll: Float32Array,
  gradients: readonly Allocated[] | null,
): void {
  const failed = backend.functions.softmax({
    ...{ mixed: mixedFlag(precision), n: hidden.shape[0], h: hidden.shape[1], v: bias.shape[0] },
    ...{ hidden: backend.floats(hidden), weight: backend.floats(weight), tied: tied ? 1 : 0 },
    ...{ bias: backend.floats(bias), targets: backend.ints(targets), nll },
    ...{ rowWeights: weights, rowWeight: expectedUpstream },
    dHidden: gradients?.[0].values ?? null,
    dWeight: gradients?.[1].values ?? null,
    dBias: gradients?.[2].values ?? null,
  });
  if (failed) throw outOfMemory();
}

function scaled(x: TensorInfo, factor: number, backend: NativeBackend): TensorInfo {
  if (factor === 1) return backend.share(x);
  const out = backend.allocate(x.shape);
  backend.functions.scaledCopy({ n: out.values.length, x: backend.floats(x), factor, out: out.values });
  return out.info;
}
