/**
 * Registers the kernels of the native backend: what the contracts in `../fused.ts` promise, by the C library, and those of
 * tfjs's own that a training spends time in.
 */
import * as tf from '@tensorflow/tfjs';
import { FUSED } from '../fused.js';
import { draw, logits } from './draw-kernels.js';
import { dropout } from './dropout-kernel.js';
import { BINARY, binary, pad, UNARY, unary } from './element-wise-kernels.js';
import { embedding, embeddingGradient } from './embedding-kernels.js';
import { gru, gruGradient } from './gru-kernels.js';
import type { Kernel, Tensors } from './kernel.js';
import { lstm, lstmGradient } from './lstm-kernels.js';
import type { NativeBackend } from './native-backend.js';
import { matMul, product } from './product-kernels.js';
import { slice, split } from './slice-kernels.js';
import { softmaxCrossEntropy, softmaxCrossEntropyGradient } from './softmax-kernels.js';
import { globalNorm, mean, sum } from './sum-kernels.js';
import { tanhRnn, tanhRnnGradient } from './tanh-rnn-kernels.js';
import { adamUpdate, averageUpdate, rmspropUpdate, sgdUpdate } from './update-kernels.js';

/** Registers them all for a backend name. */
export function registerNativeKernels(backendName: string): void {
  const register = <A>(kernelName: string, kernel: Kernel<A>) => {
    // A kernel that was copied from the CPU backend gives way; tfjs would warn of two.
    if (tf.getKernel(kernelName, backendName)) tf.unregisterKernel(kernelName, backendName);
    tf.registerKernel({
      kernelName,
      backendName,
      kernelFunc({ inputs, backend, attrs }) {
        const native = backend as NativeBackend;
        return native.runKernel(() => kernel(inputs as Tensors, attrs as A, native));
      },
    });
  };
  register(FUSED.embedding, embedding);
  register(FUSED.embeddingGradient, embeddingGradient);
  register(FUSED.dropout, dropout);
  register(FUSED.product, product);
  register(FUSED.lstm, lstm);
  register(FUSED.lstmGradient, lstmGradient);
  register(FUSED.gru, gru);
  register(FUSED.gruGradient, gruGradient);
  register(FUSED.tanhRnn, tanhRnn);
  register(FUSED.tanhRnnGradient, tanhRnnGradient);
  register(FUSED.softmaxCrossEntropy, softmaxCrossEntropy);
  register(FUSED.softmaxCrossEntropyGradient, softmaxCrossEntropyGradient);
  register(FUSED.logits, logits);
  register(FUSED.draw, draw);
  register(FUSED.globalNorm, globalNorm);
  register(FUSED.sgdUpdate, sgdUpdate);
  register(FUSED.adamUpdate, adamUpdate);
  register(FUSED.rmspropUpdate, rmspropUpdate);
  register(FUSED.averageUpdate, averageUpdate);
  register('BatchMatMul', matMul);
  for (const name of Object.keys(BINARY) as (keyof typeof BINARY)[]) register(name, binary(name));
  for (const name of Object.keys(UNARY) as (keyof typeof UNARY)[]) register(name, unary(name));
  register('PadV2', pad);
  register('Slice', slice);
  register('SplitV', split);
  register('Sum', sum);
  register('Mean', mean);
}
