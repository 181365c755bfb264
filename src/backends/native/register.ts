/**
 * Registers the kernels of the native backend: those of our ops, whose contracts are beside the ops in `ops/`, and those of
 * tfjs's ops in which training spends time.
 */
import * as tf from '@tensorflow/tfjs';
import { globalNormOp } from '../../ops/clipping.js';
import { drawOp } from '../../ops/draw.js';
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
import {
  draw,
  dropout,
  embedding,
  embeddingGradient,
  logits,
  product,
  softmaxCrossEntropy,
  softmaxCrossEntropyGradient,
} from './feed-forward-kernels.js';
import type { NativeBackend } from './native-backend.js';
import type { Kernel, Tensors } from './native-kernel.js';
import { adamUpdate, averageUpdate, globalNorm, rmspropUpdate, sgdUpdate } from './optimizer-kernels.js';
import { gru, gruGradient, lstm, lstmGradient, tanhRnn, tanhRnnGradient } from './recurrent-kernels.js';
import { BINARY, binary, matMul, mean, pad, slice, split, sum, UNARY, unary } from './tfjs-kernels.js';

/** Registers all native kernels under a backend name. */
export function registerNativeKernels(backendName: string): void {
  const register = <A>(kernelName: string, kernel: Kernel<A>) => {
    // Replaces the kernel that was copied from the CPU backend; tfjs would warn of two.
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
  fuse(drawOp, draw);
  fuse(globalNormOp, globalNorm);
  fuse(sgdUpdateOp, sgdUpdate);
  fuse(adamUpdateOp, adamUpdate);
  fuse(rmspropUpdateOp, rmspropUpdate);
  fuse(averageUpdateOp, averageUpdate);
  register('BatchMatMul', matMul);
  for (const name of Object.keys(BINARY) as (keyof typeof BINARY)[]) register(name, binary(name));
  for (const name of Object.keys(UNARY) as (keyof typeof UNARY)[]) register(name, unary(name));
  register('PadV2', pad);
  register('Slice', slice);
  register('SplitV', split);
  register('Sum', sum);
  register('Mean', mean);
}
