/** The dropout kernel, and noise as the C functions take it. */
import type { Noise } from '../../ops/noise.js';
import type { Kernel } from './kernel.js';
import type { NativeNoise } from './kernels.generated.js';

/** The numbers of `noise_mask` in kernels/masks.h. */
const MASK = { step: 0, sequence: 1, expected: 2 } as const;

const NO_NOISE: NativeNoise = { rate: 0, mask: MASK.step, perGate: 0, seed: 0, site: 0, step: 0 };

/** y = x ⊙ mask; its own gradient. */
export const dropout: Kernel<Noise> = ({ x }, noise, backend) => {
  const [steps, batch, units] = x.shape;
  const out = backend.allocate(x.shape);
  backend.functions.dropout({
    ...{ steps, perStep: batch * units, x: backend.floats(x), y: out.values },
    noise: nativeNoise(noise),
  });
  return out.info;
};

/** Noise as a struct; a rate of 0 for none. */
export function nativeNoise(noise: Noise | null): NativeNoise {
  if (noise === null) return NO_NOISE;
  const { rate, mask, perGate, seed, site, step } = noise;
  return { rate, mask: MASK[mask], perGate: perGate ? 1 : 0, seed, site, step };
}
