/** The kernels of attention; the contract is in ops/attention.ts. */
import type { TensorInfo } from '@tensorflow/tfjs';
import type { AttentionAttributes } from '../../ops/attention.js';
import type { NativeBackend } from './native-backend.js';
import { checkMemory, type Kernel } from './native-kernel.js';

/** Computes the weighted means of the source, and the weights. */
export const attention: Kernel<AttentionAttributes> = ({ queries, source }, { lengths }, backend) => {
  const context = backend.allocate(queries.shape);
  const [steps, batch] = queries.shape;
  const weights = backend.allocate([batch, steps, source.shape[0]]);
  const failed = backend.functions.attentionForward({
    ...sizesOf(queries, source),
    ...valuesOf(queries, source, backend),
    lengths,
    weights: weights.values,
    context: context.values,
    dContext: null,
    dQueries: null,
    dSource: null,
  });
  checkMemory(failed);
  return [context.info, weights.info];
};

/** Computes the gradients of queries and source. */
export const attentionGradient: Kernel<object> = (inputs, _attributes, backend) => {
  const { queries, source, weights, upstream } = inputs;
  const [dQueries, dSource] = [queries, source].map(({ shape }) => backend.allocate(shape));
  const failed = backend.functions.attentionBackward({
    ...sizesOf(queries, source),
    ...valuesOf(queries, source, backend),
    lengths: null,
    weights: backend.floats(weights),
    context: null,
    dContext: backend.floats(upstream),
    dQueries: dQueries.values,
    dSource: dSource.values,
  });
  checkMemory(failed);
  return [dQueries.info, dSource.info];
};

function sizesOf({ shape: [steps, batch, units] }: TensorInfo, source: TensorInfo) {
  return { steps, sourceSteps: source.shape[0], batch, units };
}

function valuesOf(queries: TensorInfo, source: TensorInfo, backend: NativeBackend) {
  return { queries: backend.floats(queries), source: backend.floats(source) };
}
