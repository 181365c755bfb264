/**
 * Registers the kernels of the CUDA backend: those of our ops, whose contracts are beside the ops in `ops/`, and those of tfjs's
 * ops that training needs. All others run on tfjs's CPU kernels, with copies, and are counted.
 */
import * as tf from '@tensorflow/tfjs';
import { clipScaleOp, globalNormOp } from '../../ops/clipping.js';
import { embeddingGradientOp, embeddingOp } from '../../ops/embedding.js';
import { gruGradientOp, gruOp } from '../../ops/gru.js';
import { lstmGradientOp, lstmOp } from '../../ops/lstm.js';
import { dropoutOp } from '../../ops/noise.js';
import type { Op } from '../../ops/op.js';
import { productOp } from '../../ops/products.js';
import {
  logitsOp,
  softmaxCrossEntropyGradientOp,
  softmaxCrossEntropyOp,
} from '../../ops/softmax-cross-entropy.js';
import { tanhRnnGradientOp, tanhRnnOp } from '../../ops/tanh-rnn.js';
import { adamUpdateOp, averageUpdateOp, rmspropUpdateOp, sgdUpdateOp } from '../../ops/update.js';
import type { CudaBackend } from './cuda-backend.js';
import { type Kernel, onCpu, type Tensors } from './cuda-kernel.js';
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
import {
  cast,
  concat,
  constantLike,
  fill,
  pack,
  pad,
  slice,
  split,
  transpose,
  unpack,
} from './tfjs-copies.js';
import { addN, BINARY, binary, matMul, mean, softmax, sum, UNARY, unary } from './tfjs-kernels.js';

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
  fuse(lstmOp, lstm);
  fuse(lstmGradientOp, lstmGradient);
  fuse(gruOp, gru);
  fuse(gruGradientOp, gruGradient);
  fuse(tanhRnnOp, tanhRnn);
  fuse(tanhRnnGradientOp, tanhRnnGradient);
  fuse(softmaxCrossEntropyOp, softmaxCrossEntropy);
  fuse(softmaxCrossEntropyGradientOp, softmaxCrossEntropyGradient);
  fuse(logitsOp, logits);

  fuse(globalNormOp, globalNorm);
  fuse(clipScaleOp, clipScale);
  fuse(sgdUpdateOp, sgdUpdate);
  fuse(adamUpdateOp, adamUpdate);
  fuse(rmspropUpdateOp, rmspropUpdate);
  fuse(averageUpdateOp, averageUpdate);

  for (const name of Object.keys(BINARY) as (keyof typeof BINARY)[]) register(name, binary(name));
  for (const name of Object.keys(UNARY) as (keyof typeof UNARY)[]) register(name, unary(name));
  register('AddN', addN);
  register('BatchMatMul', matMul);
  register('Cast', cast);
  register('Concat', concat);
  register('Fill', fill);
  register('Mean', mean);
  register('OnesLike', constantLike('OnesLike', 1));
  register('Pack', pack);
  register('PadV2', pad);
  register('Slice', slice);
  register('Softmax', softmax);
  register('SplitV', split);
  register('Sum', sum);
  register('Transpose', transpose);
  register('Unpack', unpack);
  register('ZerosLike', constantLike('ZerosLike', 0));

  for (const { kernelName, kernelFunc } of tf.getKernelsForBackend('cpu')) {
    if (tf.getKernel(kernelName, backendName) || kernelName.startsWith('Zlm')) continue;
    if (WITHOUT_VALUES.includes(kernelName)) tf.registerKernel({ kernelName, backendName, kernelFunc });
    else register<object>(kernelName, (inputs, attrs, backend) => onCpu(kernelName, inputs, attrs, backend));
  }
}
