/** Registers the fused kernels of the native backend: what the contracts in `../fused.ts` promise, by the C library. */
import * as tf from '@tensorflow/tfjs';
import { FUSED } from '../fused.js';
import { dropout } from './dropout-kernel.js';
import type { Kernel, Tensors } from './kernel.js';
import { lstm, lstmGradient } from './lstm-kernels.js';
import type { NativeBackend } from './native-backend.js';
import { embedding, embeddingGradient, globalNorm, matMul, sgdUpdate } from './parameter-kernels.js';
import { softmaxCrossEntropy, softmaxCrossEntropyGradient } from './softmax-kernels.js';

/** Registers every fused kernel for a backend name. */
export function registerNativeKernels(backendName: string): void {
  const register = <A>(kernelName: string, kernel: Kernel<A>) => {
    // A kernel that was copied from the CPU backend gives way; tfjs would warn of two.
    if (tf.getKernel(kernelName, backendName)) tf.unregisterKernel(kernelName, backendName);
    tf.registerKernel({
      kernelName,
      backendName,
      kernelFunc: ({ inputs, backend, attrs }) =>
        kernel(inputs as Tensors, attrs as A, backend as NativeBackend),
    });
  };
  register(FUSED.embedding, embedding);
  register(FUSED.embeddingGradient, embeddingGradient);
  register(FUSED.dropout, dropout);
  register(FUSED.lstm, lstm);
  register(FUSED.lstmGradient, lstmGradient);
  register(FUSED.softmaxCrossEntropy, softmaxCrossEntropy);
  register(FUSED.softmaxCrossEntropyGradient, softmaxCrossEntropyGradient);
  register(FUSED.globalNorm, globalNorm);
  register(FUSED.sgdUpdate, sgdUpdate);
  register('BatchMatMul', matMul);
}
