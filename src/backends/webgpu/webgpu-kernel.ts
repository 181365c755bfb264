/** The type of a WebGPU kernel function, and the conversions that they share: from tensors and attributes to arguments. */
import type { Noise } from '../../ops/noise.js';
import type { BackendKernel } from '../kernel-registry.js';
import { CONSTANTS, type WgslNoise } from './kernels.generated.js';
import type { WebgpuBackend } from './webgpu-backend.js';

/** Records the dispatches of one op. */
export type Kernel<A> = BackendKernel<A, WebgpuBackend>;
export type { Tensors } from '../kernel-registry.js';

const MASK = {
  step: CONSTANTS.MASK_STEP,
  sequence: CONSTANTS.MASK_SEQUENCE,
  expected: CONSTANTS.MASK_EXPECTED,
} as const;

const NO_NOISE: WgslNoise = {
  mask: CONSTANTS.MASK_NONE,
  lastBelow: 0,
  scale: 1,
  rate: 0,
  perGate: 0,
  seed: 0,
  site: 0,
  step: 0,
};

/** Returns noise as the kernels take it. */
export function wgslNoise(noise: Noise | null): WgslNoise {
  if (noise === null || noise.rate === 0) return NO_NOISE;
  const { rate, mask, perGate, seed, site, step } = noise;
  return {
    mask: MASK[mask],
    lastBelow: Math.ceil(rate * 2 ** 32) - 1,
    scale: 1 / (1 - rate),
    rate,
    perGate: perGate ? 1 : 0,
    seed,
    site,
    step,
  };
}

/** Threads of a workgroup in kernels that compute one element each, or a few. */
export const THREADS = 256;

/** Returns the number of workgroups of `size` that cover a length. */
export function groupsOf(length: number, size: number = THREADS): number {
  return Math.ceil(length / size);
}
