/**
 * Registers the kernels of the CUDA backend: those of our ops, whose contracts are beside the ops in `ops/`, and those of tfjs's
 * ops that training needs. All others run on tfjs's CPU kernels, with copies, and are counted.
 */
import * as tf from '@tensorflow/tfjs';
import { embeddingGradientOp, embeddingOp } from '../../ops/embedding.js';
import { dropoutOp } from '../../ops/noise.js';
import type { Op } from '../../ops/op.js';
import { productOp } from '../../ops/products.js';
import {
  logitsOp,
  softmaxCrossEntropyGradientOp,
  softmaxCrossEntropyOp,
} from '../../ops/softmax-cross-entropy.js';
import type { CudaBackend } from './cuda-backend.js';
import { type Kernel, onCpu, type Tensors } from './cuda-kernel.js';
import { dropout, embedding, embeddingGradient, product } from './feed-forward-kernels.js';
import { logits, softmaxCrossEntropy, softmaxCrossEntropyGradient } from './softmax-kernels.js';

/** Kernels that only give a tensor another name or shape; those of tfjs's CPU backend do it here, too. */
const WITHOUT_VALUES = ['Identity', 'Reshape'];

/** Registers all kernels under a backend name. The CPU backend must be loaded. */
export function registerCudaKernels(backendName: string): void {
  const register = <A>(kernelName: string, kernel: Kernel<A>) => {
    tf.registerKernel({
      kernelName,
      backendName,
      kernelFunc({ inputs, backend, attrs }) {
        const cuda = backend as CudaBackend;
        return cuda.runKernel(() => kernel(inputs as Tensors, attrs as A, cuda));
      },
    });
  };
  const fuse = <A extends object>({ name }: Op<A>, kernel: Kernel<A>) => register(name, kernel);
  fuse(embeddingOp, embedding);
  fuse(embeddingGradientOp, embeddingGradient);
  fuse(dropoutOp, dropout);
  fuse(productOp, product);
  fuse(softmaxCrossEntropyOp, softmaxCrossEntropy);
  fuse(softmaxCrossEntropyGradientOp, softmaxCrossEntropyGradient);
  fuse(logitsOp, logits);

  for (const { kernelName, kernelFunc } of tf.getKernelsForBackend('cpu')) {
    if (tf.getKernel(kernelName, backendName) || kernelName.startsWith('Zlm')) continue;
    if (WITHOUT_VALUES.includes(kernelName)) tf.registerKernel({ kernelName, backendName, kernelFunc });
    else register<object>(kernelName, (inputs, attrs, backend) => onCpu(kernelName, inputs, attrs, backend));
  }
}
