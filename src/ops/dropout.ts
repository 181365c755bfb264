/**
 * Inverted dropout with counter-based masks. A mask is a function of (seed, site, time step) alone, so the
 * backward pass draws it again instead of keeping it, and a resumed run draws what the first one would have.
 */
import * as tf from '@tensorflow/tfjs';
import { type DropoutMask, FUSED, type MaskLifetime } from '../backends/fused.js';
import { type Inputs, type Op, runOp } from './kernel.js';
import { fillPhiloxWords, STREAM } from './philox.js';

export type { DropoutMask, MaskLifetime };

const dropoutOp: Op<DropoutMask> = {
  name: FUSED.dropout,
  reference({ x }: Inputs, mask) {
    return [tf.mul(x, dropoutMask(x.shape as [number, number, number], mask))];
  },
  gradient: {
    savedInputs: [],
    savedOutputs: [],
    backward([upstream], _saved, mask) {
      return { x: runOp(dropoutOp, { x: upstream }, mask)[0] };
    },
  },
};

/**
 * Applies inverted dropout: kept units are scaled by 1/(1 − rate), so nothing changes at test time.
 *
 * @param x [T, B, U]
 * @returns [T, B, U]
 */
export function dropout(x: tf.Tensor3D, mask: DropoutMask): tf.Tensor3D {
  if (mask.rate === 0) return x;
  return runOp(dropoutOp, { x }, mask)[0] as tf.Tensor3D;
}

/**
 * The mask itself, 0 or 1/(1 − rate): [T, B, U] for a mask a step, [1, B, U] for one that the whole window
 * shares (the mask of its first step). Unit u of column b at time step t is word b·U + u at the Philox
 * address (seed, dropout, site, t), and is kept when that word is at least rate·2³².
 */
export function dropoutMask(shape: readonly [number, number, number], mask: DropoutMask): tf.Tensor3D {
  const [steps, batch, units] = shape;
  const drawn = mask.lifetime === 'step' ? steps : 1;
  const scale = 1 / (1 - mask.rate);
  return unitsBelow(mask.rate, [drawn, batch, units], mask, 0, scale);
}

/** Which units zoneout keeps: with what probability, and where the mask is drawn, anew at each step. */
export interface RetainedMask {
  readonly probability: number;
  readonly seed: number;
  readonly site: number;
  /** Absolute time step of the window's first step. */
  readonly step: number;
}

/** [T, B, U]: 1 where the unit's word, that of {@link dropoutMask}, is below probability·2³², 0 elsewhere. */
export function retainedMask(shape: readonly [number, number, number], mask: RetainedMask): tf.Tensor3D {
  return unitsBelow(mask.probability, shape, mask, 1, 0);
}

/** `below` where the unit's word is below probability·2³², `otherwise` where it is not. */
function unitsBelow(
  probability: number,
  [steps, batch, units]: readonly [number, number, number],
  { seed, site, step }: { readonly seed: number; readonly site: number; readonly step: number },
  below: number,
  otherwise: number,
): tf.Tensor3D {
  const perStep = batch * units;
  const words = new Uint32Array(steps * perStep);
  for (let t = 0; t < steps; t++) {
    fillPhiloxWords(words, t * perStep, perStep, { seed, stream: STREAM.dropout, site, step: step + t });
  }
  const threshold = probability * 2 ** 32;
  const values = Float32Array.from(words, (word) => (word < threshold ? below : otherwise));
  return tf.tensor3d(values, [steps, batch, units]);
}
