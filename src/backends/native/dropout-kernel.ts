/** The dropout kernel, and drawing masks for those of recurrent layers. */
import type { DropoutMask } from '../fused.js';
import type { Kernel } from './kernel.js';
import type { NativeBackend } from './native-backend.js';

/** A probability so close to 1 that its threshold is no word spares this one alone. */
const LARGEST_WORD = 2 ** 32 - 1;

/** y = x ⊙ mask; its own gradient. */
export const dropout: Kernel<DropoutMask> = ({ x }, mask, backend) => {
  const out = backend.allocate(x.shape);
  applyMask(backend, mask, dropoutRule(mask), x.shape, backend.floats(x), out.values);
  return out.info;
};

/** The mask itself: [T,B,U] as `shape` says, or [1,B,U] for one of a sequence. */
export function drawDropout(
  backend: NativeBackend,
  mask: DropoutMask,
  shape: readonly number[],
  y: Float32Array,
): void {
  applyMask(backend, mask, dropoutRule(mask), shape, null, y);
}

/** Where a mask of zoneout is drawn, anew at each step. */
interface RetainedMask {
  readonly probability: number;
  readonly seed: number;
  readonly site: number;
  readonly step: number;
}

/** 1 for the units that zoneout keeps, 0 for the others: [T,B,U]. */
export function drawRetained(
  backend: NativeBackend,
  { probability, ...place }: RetainedMask,
  shape: readonly number[],
  y: Float32Array,
): void {
  const rule = { probability, below: 1, otherwise: 0 };
  applyMask(backend, { lifetime: 'step', ...place }, rule, shape, null, y);
}

/** A word below probability·2³² makes a mask's value `below`. */
interface MaskRule {
  readonly probability: number;
  readonly below: number;
  readonly otherwise: number;
}

function dropoutRule({ rate }: DropoutMask): MaskRule {
  return { probability: rate, below: 0, otherwise: 1 / (1 - rate) };
}

/** y = x ⊙ mask, or the mask itself for a null x. */
function applyMask(
  backend: NativeBackend,
  { lifetime, seed, site, step }: Omit<DropoutMask, 'rate'>,
  { probability, below, otherwise }: MaskRule,
  [steps, batch, units]: readonly number[],
  x: Float32Array | null,
  y: Float32Array,
): void {
  backend.functions.mask({
    ...{ steps, perStep: batch * units, x, y, seed, site, step, below, otherwise },
    ...{
      shared: lifetime === 'sequence' ? 1 : 0,
      threshold: Math.min(Math.ceil(probability * 2 ** 32), LARGEST_WORD),
    },
  });
}
