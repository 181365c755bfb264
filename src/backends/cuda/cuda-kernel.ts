/** The type of a CUDA kernel function, and the conversions that they share: from tensors and attributes to arguments. */
import * as tf from '@tensorflow/tfjs';
import type { Noise } from '../../ops/noise.js';
import type { BackendKernel, Tensors } from '../kernel-registry.js';
import type { CudaBackend } from './cuda-backend.js';
import { CONSTANTS, type CudaNoise } from './kernels.generated.js';

/** Starts the kernels of one op. */
export type Kernel<A> = BackendKernel<A, CudaBackend>;
export type { Tensors } from '../kernel-registry.js';

const MASK = {
  step: CONSTANTS.MASK_STEP,
  sequence: CONSTANTS.MASK_SEQUENCE,
  expected: CONSTANTS.MASK_EXPECTED,
} as const;

const NO_NOISE: CudaNoise = {
  threshold: 0,
  clock: null,
  rate: 0,
  scale: 1,
  mask: CONSTANTS.MASK_NONE,
  perGate: 0,
  seed: 0,
  site: 0,
  step: 0,
};

/** Returns noise as the kernels take it. */
export function cudaNoise(noise: Noise | null, backend: CudaBackend): CudaNoise {
  if (noise === null) return NO_NOISE;
  const { rate, mask, perGate, seed, site, step } = noise;
  return {
    threshold: Math.ceil(rate * 2 ** 32),
    rate,
    scale: 1 / (1 - rate),
    mask: MASK[mask],
    perGate: perGate ? 1 : 0,
    seed,
    site,
    ...backend.timeStep(step),
  };
}

/** Returns the number of blocks of `size` that cover a length. */
export function blocksOf(length: number, size: number = CONSTANTS.THREADS): number {
  return Math.ceil(length / size);
}

/** Runs one of tfjs's own kernels with its CPU implementation: the inputs are copied from the device, and waited for. */
export function onCpu(kernelName: string, inputs: Tensors, attributes: object, backend: CudaBackend) {
  const { kernelFunc } = tf.getKernel(kernelName, 'cpu');
  backend.fallbacks.set(kernelName, (backend.fallbacks.get(kernelName) ?? 0) + 1);
  return kernelFunc({ inputs, attrs: { ...attributes }, backend });
}
