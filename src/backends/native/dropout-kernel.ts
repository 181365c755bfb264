/** The dropout kernel, and drawing masks for the LSTM's. */
import type { DropoutMask } from '../fused.js';
import type { Kernel } from './kernel.js';
import type { NativeBackend } from './native-backend.js';

/** A rate so close to 1 that its threshold is no word keeps this one alone. */
const LARGEST_WORD = 2 ** 32 - 1;

/** y = x ⊙ mask; its own gradient. */
export const dropout: Kernel<DropoutMask> = ({ x }, mask, backend) => {
  const out = backend.allocate(x.shape);
  drawMask(backend, mask, x.shape, backend.floats(x), out.values);
  return out.info;
};

/** y = x ⊙ mask, or the mask itself for a null x. */
export function drawMask(
  backend: NativeBackend,
  { rate, lifetime, seed, site, step }: DropoutMask,
  [steps, batch, units]: readonly number[],
  x: Float32Array | null,
  y: Float32Array,
): void {
  backend.functions.dropout({
    ...{ steps, perStep: batch * units, x, y, seed, site, step },
    ...{
      shared: lifetime === 'sequence' ? 1 : 0,
      threshold: Math.min(Math.ceil(rate * 2 ** 32), LARGEST_WORD),
      scale: 1 / (1 - rate),
    },
  });
}
