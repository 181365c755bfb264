/** The type of a native kernel, and the conversions that kernels share: from tensors and attributes to C's arguments. */
import type { TensorInfo } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import type { Noise } from '../../ops/noise.js';
import type { Precision } from '../../ops/op.js';
import type { BackendKernel, Tensors } from '../kernel-registry.js';
import { outOfMemory } from './array-store.js';
import type { NativeNoise } from './kernels.generated.js';
import type { NativeBackend } from './native-backend.js';

export type Kernel<A> = BackendKernel<A, NativeBackend>;
export type { Tensors } from '../kernel-registry.js';

/** A new tensor and its values, which the kernel writes. */
export type Allocated = ReturnType<NativeBackend['allocate']>;

/** A new tensor whose values are a product, and its factors, which the kernel writes. */
export type AllocatedFactors = ReturnType<NativeBackend['allocateFactors']>;

/**
 * Returns a precision as the C functions take it.
 *
 * @throws Error for TF32, which training refuses before
 */
export function mixedFlag(precision: Precision): number {
  if (precision === 'tf32') throw new Error('The native backend has no products in TF32');
  return precision === 'mixed' ? 1 : 0;
}

/** The numbers of `noise_mask` in kernels/masks.h. */
const MASK = { step: 0, sequence: 1, expected: 2 } as const;

/** Returns noise as the C functions take it. */
export function nativeNoise({ rate, mask, perGate, seed, site, step }: Noise): NativeNoise {
  return { rate, mask: MASK[mask], perGate: perGate ? 1 : 0, seed, site, step };
}

/** @throws UserError('backend') when a C function reports that memory ran out */
export function checkMemory(failed: number): void {
  if (failed) throw outOfMemory();
}

/** Copies a tensor into a new one. */
export function copyOf(x: TensorInfo, backend: NativeBackend): Allocated {
  const copy = backend.allocate(x.shape);
  copy.values.set(backend.floats(x));
  return copy;
}

/** Runs one of tfjs's own kernels with its CPU implementation. */
export function onCpu(kernelName: string, inputs: Tensors, attributes: object, backend: NativeBackend) {
  const { kernelFunc } = tf.getKernel(kernelName, 'cpu');
  return kernelFunc({ inputs, attrs: { ...attributes }, backend });
}
