/**
 * Registers the kernels of the WebGPU backend for our ops, whose contracts are beside the ops in `ops/`. An op without one runs by
 * its reference, on tfjs's kernels.
 */
import * as tf from '@tensorflow/tfjs';
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
