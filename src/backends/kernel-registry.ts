/** Registration of a backend's own kernels: those of our ops, by one table for all backends, and those of tfjs's ops. */
import type { TensorInfo } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { attentionGradientOp, attentionOp } from '../ops/attention.js';
import { clipScaleOp, globalNormOp } from '../ops/clipping.js';
import { ctcOp } from '../ops/ctc.js';
import { deepTransitionGradientOp, deepTransitionOp } from '../ops/deep-transition.js';
import { drawOp } from '../ops/draw.js';
import { embeddingGradientOp, embeddingOp } from '../ops/embedding.js';
import { gruGradientOp, gruOp } from '../ops/gru.js';
import { likeliestOp } from '../ops/likeliest.js';
import { lstmGradientOp, lstmOp } from '../ops/lstm.js';
import { dropoutOp } from '../ops/noise.js';
import { productOp } from '../ops/products.js';
import {
  logitsOp,
  softmaxCrossEntropyGradientOp,
  softmaxCrossEntropyOp,
} from '../ops/softmax-cross-entropy.js';
import { tanhRnnGradientOp, tanhRnnOp } from '../ops/tanh-rnn.js';
import {
  adamUpdateOp,
  averageUpdateOp,
  dynamicUpdateOp,
  rmspropUpdateOp,
  sgdUpdateOp,
} from '../ops/update.js';

/** The ops that a backend may have a kernel for, by the name that it has there. */
const OPS = {
  embedding: embeddingOp,
  embeddingGradient: embeddingGradientOp,
  dropout: dropoutOp,
  product: productOp,
  lstm: lstmOp,
  lstmGradient: lstmGradientOp,
  gru: gruOp,
  gruGradient: gruGradientOp,
  tanhRnn: tanhRnnOp,
  tanhRnnGradient: tanhRnnGradientOp,
  deepTransition: deepTransitionOp,
  deepTransitionGradient: deepTransitionGradientOp,
  attention: attentionOp,
  attentionGradient: attentionGradientOp,
  softmaxCrossEntropy: softmaxCrossEntropyOp,
  softmaxCrossEntropyGradient: softmaxCrossEntropyGradientOp,
  ctc: ctcOp,
  logits: logitsOp,
  draw: drawOp,
  likeliest: likeliestOp,
  globalNorm: globalNormOp,
  clipScale: clipScaleOp,
  sgdUpdate: sgdUpdateOp,
  adamUpdate: adamUpdateOp,
  rmspropUpdate: rmspropUpdateOp,
  averageUpdate: averageUpdateOp,
  dynamicUpdate: dynamicUpdateOp,
} as const;

/** Tensors by the names in the contract of an op. */
export type Tensors = Record<string, TensorInfo>;

/** One kernel: takes the inputs and attributes of its op's contract. */
export type BackendKernel<A, B> = (inputs: Tensors, attributes: A, backend: B) => TensorInfo | TensorInfo[];

/** Kernels of our ops; an op without one runs by its reference. */
export type OpKernels<B> = {
  readonly [N in keyof typeof OPS]?: BackendKernel<Parameters<(typeof OPS)[N]['reference']>[1], B>;
};

/** A backend that frees what a failing kernel has made. */
interface KernelRunner {
  runKernel<T>(kernel: () => T): T;
}

/** Registers kernels under the name of a backend `B`; one that was there under the same name is replaced. */
export class KernelRegistry<B extends KernelRunner> {
  constructor(private readonly backendName: string) {}

  /** Registers the kernel of one of tfjs's ops. */
  register<A>(kernelName: string, kernel: BackendKernel<A, B>): void {
    const { backendName } = this;
    // tfjs would warn of two.
    if (tf.getKernel(kernelName, backendName)) tf.unregisterKernel(kernelName, backendName);
    tf.registerKernel({
      kernelName,
      backendName,
      kernelFunc({ inputs, backend, attrs }) {
        const running = backend as unknown as B;
        return running.runKernel(() => kernel(inputs as Tensors, attrs as A, running));
      },
    });
  }

  /** Registers the kernels of our ops. */
  registerOps(kernels: OpKernels<B>): void {
    for (const [name, { name: kernelName }] of Object.entries(OPS)) {
      const kernel = kernels[name as keyof typeof OPS];
      if (kernel) this.register(kernelName, kernel as BackendKernel<object, B>);
    }
  }
}
