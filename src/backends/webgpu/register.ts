/**
 * Registers the kernels of the WebGPU backend for our ops, whose contracts are beside the ops in `ops/`. An op without one runs by
 * its reference, on tfjs's kernels.
 */
import * as tf from '@tensorflow/tfjs';
import { gruGradientOp, gruOp } from '../../ops/gru.js';
import { lstmGradientOp, lstmOp } from '../../ops/lstm.js';
import { tidy } from '../../ops/memory.js';
import type { Inputs, Op } from '../../ops/op.js';
import { tanhRnnGradientOp, tanhRnnOp } from '../../ops/tanh-rnn.js';
import { type BackendKernel, KernelRegistry } from '../kernel-registry.js';
import { embedding, embeddingGradient } from './embedding-kernels.js';
import { dropout } from './feed-forward-kernels.js';
import {
  adamUpdate,
  averageUpdate,
  clipScale,
  dynamicUpdate,
  globalNorm,
  rmspropUpdate,
  sgdUpdate,
} from './optimizer-kernels.js';
import { product } from './products.js';
import {
  gru,
  gruGradient,
  isCovered,
  lstm,
  lstmGradient,
  tanhRnn,
  tanhRnnGradient,
} from './recurrent-kernels.js';
import { logits, softmaxCrossEntropy, softmaxCrossEntropyGradient } from './softmax-kernels.js';
import type { WebgpuBackend } from './webgpu-backend.js';

const NAME = 'webgpu';

/** Registers all kernels. tfjs's must be loaded. */
export function registerWebgpuKernels(): void {
  const registry = new KernelRegistry<WebgpuBackend>(NAME);
  registry.register('AddN', addInParts());
  registry.registerOps({
    embedding,
    embeddingGradient,
    dropout,
    product,
    lstm: orReference(lstmOp, isCovered, lstm),
    lstmGradient: orReference(lstmGradientOp, isCovered, lstmGradient),
    gru: orReference(gruOp, isCovered, gru),
    gruGradient: orReference(gruGradientOp, isCovered, gruGradient),
    tanhRnn: orReference(tanhRnnOp, isCovered, tanhRnn),
    tanhRnnGradient: orReference(tanhRnnGradientOp, isCovered, tanhRnnGradient),
    softmaxCrossEntropy,
    softmaxCrossEntropyGradient,
    logits,
    globalNorm,
    clipScale,
    sgdUpdate,
    adamUpdate,
    rmspropUpdate,
    averageUpdate,
    dynamicUpdate,
  });
}

/**
 * Makes a kernel that runs the op's reference where the attributes ask for it.
 *
 * @param covers returns whether the own kernel computes the op with these attributes
 */
function orReference<A extends object, I extends Inputs>(
  op: Op<A, I>,
  covers: (attributes: A) => boolean,
  own: BackendKernel<A, WebgpuBackend>,
): BackendKernel<A, WebgpuBackend> {
  return (inputs, attributes, backend) =>
    covers(attributes)
      ? own(inputs, attributes, backend)
      : tidy(() => op.reference(inputs as unknown as I, attributes));
}

/**
 * Makes the kernel of `AddN`, which adds as many tensors at a time as a shader may read. tfjs's own binds all of them at once; the
 * device drops that command if there are too many, and the sum keeps whatever its memory contained.
 */
function addInParts(): BackendKernel<object, WebgpuBackend> {
  const { kernelFunc } = tf.getKernel('AddN', NAME);
  return (inputs, _attributes, backend) => {
    const most = backend.opened.limits.maxStorageBuffersPerShaderStage - 1;
    const add = (tensors: tf.TensorInfo[]) =>
      kernelFunc({ inputs: tensors as never, backend, attrs: {} }) as tf.TensorInfo;
    const [first, ...others] = Object.values(inputs);
    let sum = add([first, ...others.splice(0, most - 1)]);
    while (others.length > 0) {
      const longer = add([sum, ...others.splice(0, most - 1)]);
      backend.disposeData(sum.dataId);
      sum = longer;
    }
    return sum;
  };
}
