/**
 * Registers the kernels of the CUDA backend: those of our ops, whose contracts are beside the ops in `ops/`, and those of tfjs's
 * ops that training needs. All others run on tfjs's CPU kernels, with copies, and are counted.
 */
import * as tf from '@tensorflow/tfjs';
import { KernelRegistry } from '../kernel-registry.js';
import { concat, constantLike, fill, pack, pad, slice, split, transpose, unpack } from './copy-kernels.js';
import type { CudaBackend } from './cuda-backend.js';
import { onCpu } from './cuda-kernel.js';
import { dropout, embedding, embeddingGradient, product } from './feed-forward-kernels.js';
import {
  adamUpdate,
  averageUpdate,
  clipScale,
  globalNorm,
  rmspropUpdate,
  sgdUpdate,
} from './optimizer-kernels.js';
import { gru, gruGradient, lstm, lstmGradient, tanhRnn, tanhRnnGradient } from './recurrent-kernels.js';
import { logits, softmaxCrossEntropy, softmaxCrossEntropyGradient } from './softmax-kernels.js';
import { addN, BINARY, binary, cast, matMul, mean, softmax, sum, UNARY, unary } from './tfjs-kernels.js';

/** Kernels that only give a tensor another name or shape; those of tfjs's CPU backend do it here, too. */
const WITHOUT_VALUES = ['Identity', 'Reshape'];

/** Registers all kernels under a backend name. The CPU backend must be loaded. */
export function registerCudaKernels(backendName: string): void {
  const registry = new KernelRegistry<CudaBackend>(backendName);
  registry.registerOps({
    embedding,
    embeddingGradient,
    dropout,
    product,
    lstm,
    lstmGradient,
    gru,
    gruGradient,
    tanhRnn,
    tanhRnnGradient,
    softmaxCrossEntropy,
    softmaxCrossEntropyGradient,
    logits,
    globalNorm,
    clipScale,
    sgdUpdate,
    adamUpdate,
    rmspropUpdate,
    averageUpdate,
  });

  for (const name of Object.keys(BINARY) as (keyof typeof BINARY)[]) registry.register(name, binary(name));
  for (const name of Object.keys(UNARY) as (keyof typeof UNARY)[]) registry.register(name, unary(name));
  registry.register('AddN', addN);
  registry.register('BatchMatMul', matMul);
  registry.register('Cast', cast);
  registry.register('Concat', concat);
  registry.register('Fill', fill);
  registry.register('Mean', mean);
  registry.register('OnesLike', constantLike('OnesLike', 1));
  registry.register('Pack', pack);
  registry.register('PadV2', pad);
  registry.register('Slice', slice);
  registry.register('Softmax', softmax);
  registry.register('SplitV', split);
  registry.register('Sum', sum);
  registry.register('Transpose', transpose);
  registry.register('Unpack', unpack);
  registry.register('ZerosLike', constantLike('ZerosLike', 0));

  for (const { kernelName, kernelFunc } of tf.getKernelsForBackend('cpu')) {
    if (tf.getKernel(kernelName, backendName) || kernelName.startsWith('Zlm')) continue;
    if (WITHOUT_VALUES.includes(kernelName)) tf.registerKernel({ kernelName, backendName, kernelFunc });
    else
      registry.register<object>(kernelName, (inputs, attrs, backend) =>
        onCpu(kernelName, inputs, attrs, backend),
      );
  }
}
