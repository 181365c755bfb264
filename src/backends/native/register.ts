/**
 * Registers the kernels of the native backend: those of our ops, whose contracts are beside the ops in `ops/`, and those of
 * tfjs's ops in which training spends time.
 */
import { KernelRegistry } from '../kernel-registry.js';
import { attention, attentionGradient } from './attention-kernels.js';
import { deepTransition, deepTransitionGradient } from './deep-transition-kernels.js';
import {
  ctc,
  draw,
  dropout,
  embedding,
  embeddingGradient,
  likeliest,
  logits,
  product,
  softmaxCrossEntropy,
  softmaxCrossEntropyGradient,
} from './feed-forward-kernels.js';
import type { NativeBackend } from './native-backend.js';
import {
  adamUpdate,
  averageUpdate,
  dynamicUpdate,
  globalNorm,
  rmspropUpdate,
  sgdUpdate,
} from './optimizer-kernels.js';
import { gru, gruGradient, lstm, lstmGradient, tanhRnn, tanhRnnGradient } from './recurrent-kernels.js';
import { BINARY, binary, matMul, mean, pad, slice, split, sum, UNARY, unary } from './tfjs-kernels.js';

/** Registers all native kernels under a backend name. */
export function registerNativeKernels(backendName: string): void {
  const registry = new KernelRegistry<NativeBackend>(backendName);
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
    deepTransition,
    deepTransitionGradient,
    attention,
    attentionGradient,
    softmaxCrossEntropy,
    softmaxCrossEntropyGradient,
    ctc,
    logits,
    draw,
    likeliest,
    globalNorm,
    sgdUpdate,
    adamUpdate,
    rmspropUpdate,
    averageUpdate,
    dynamicUpdate,
  });
  registry.register('BatchMatMul', matMul);
  for (const name of Object.keys(BINARY) as (keyof typeof BINARY)[]) registry.register(name, binary(name));
  for (const name of Object.keys(UNARY) as (keyof typeof UNARY)[]) registry.register(name, unary(name));
  registry.register('PadV2', pad);
  registry.register('Slice', slice);
  registry.register('SplitV', split);
  registry.register('Sum', sum);
  registry.register('Mean', mean);
}
