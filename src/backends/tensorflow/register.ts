/** Registers the kernels of the TensorFlow backend for our ops. What they do not cover runs by the references. */
import type { TensorInfo } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { lstmGradientOp, lstmOp } from '../../ops/lstm.js';
import { dropoutOp } from '../../ops/noise.js';
import type { Inputs, Op } from '../../ops/op.js';
import { softmaxCrossEntropyGradientOp, softmaxCrossEntropyOp } from '../../ops/softmax-cross-entropy.js';
import { sgdUpdateOp } from '../../ops/update.js';
import { type BackendKernel, KernelRegistry } from '../kernel-registry.js';
import {
  dropout,
  hasThreshold,
  softmaxCrossEntropy,
  softmaxCrossEntropyGradient,
} from './feed-forward-kernels.js';
import { globalNorm, isPlainStep, sgdUpdate } from './optimizer-kernels.js';
import { isPlain, lstm, lstmGradient } from './recurrent-kernels.js';
import type { TensorflowBackend } from './tensorflow-backend.js';

const NAME = 'tensorflow';

/** Registers all kernels. */
export function registerTensorflowKernels(): void {
  const isFloat32 = ({ precision }: { readonly precision: string }) => precision === 'f32';
  const registry = new KernelRegistry<TensorflowBackend>(NAME);
  registry.register('ZerosLike', zerosLike);
  registry.registerOps({
    dropout: orReference(dropoutOp, hasThreshold, dropout),
    lstm: orReference(lstmOp, isPlain, lstm),
    lstmGradient: orReference(lstmGradientOp, isPlain, lstmGradient),
    softmaxCrossEntropy: orReference(softmaxCrossEntropyOp, isFloat32, softmaxCrossEntropy),
    softmaxCrossEntropyGradient: orReference(
      softmaxCrossEntropyGradientOp,
      isFloat32,
      softmaxCrossEntropyGradient,
    ),
    globalNorm,
    sgdUpdate: orReference(sgdUpdateOp, isPlainStep, sgdUpdate),
  });
}

/** Makes zeros of a shape. tfjs-node's own kernel reads the tensor, which a gradient may already have freed. */
const zerosLike: BackendKernel<object, TensorflowBackend> = ({ x: { shape, dtype } }) =>
  tf.zeros(shape as [], dtype);

/**
 * Makes a kernel that runs the op's reference where the attributes, or the fused kernel by returning null, ask for it.
 *
 * @param covers returns whether the fused kernel computes the op with these attributes
 */
function orReference<A extends object, I extends Inputs>(
  op: Op<A, I>,
  covers: (attributes: A) => boolean,
  fused: (...parameters: Parameters<BackendKernel<A, TensorflowBackend>>) => TensorInfo | TensorInfo[] | null,
): BackendKernel<A, TensorflowBackend> {
  return (inputs, attributes, backend) =>
    (covers(attributes) ? fused(inputs, attributes, backend) : null) ??
    op.reference(inputs as unknown as I, attributes);
}
