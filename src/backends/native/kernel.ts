/** What the kernels of the native backend have in common. */
import type { TensorInfo } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import type { Precision } from '../../ops/op.js';
import type { NativeBackend } from './native-backend.js';

/** Tensors by the names that the ops' contracts give them. */
export type Tensors = Record<string, TensorInfo>;

/** One kernel: inputs and attributes as its contract has them. */
export type Kernel<A> = (inputs: Tensors, attributes: A, backend: NativeBackend) => TensorInfo | TensorInfo[];

/** A new tensor and its values, to be written. */
export type Allocated = ReturnType<NativeBackend['allocate']>;

/** A precision as the C functions take it. */
export function mixedFlag(precision: Precision): number {
  return precision === 'mixed' ? 1 : 0;
}

/** A new tensor with the values of another. */
export function copyOf(x: TensorInfo, backend: NativeBackend): Allocated {
  const copy = backend.allocate(x.shape);
  copy.values.set(backend.floats(x));
  return copy;
}

/** Leaves one of tfjs's own kernels to its CPU backend. */
export function onCpu(kernelName: string, inputs: Tensors, attributes: object, backend: NativeBackend) {
  const { kernelFunc } = tf.getKernel(kernelName, 'cpu');
  return kernelFunc({ inputs, attrs: { ...attributes }, backend });
}
