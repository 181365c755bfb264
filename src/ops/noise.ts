/**
 * Noise in training: dropout, and zoneout (Krueger et al. 2017). A mask is a function of (seed, site, time step) alone. So the
 * backward pass draws it again instead of storing it, a resumed run draws the masks of the first one, and a kernel in another
 * language agrees bit for bit.
 */
import * as tf from '@tensorflow/tfjs';
import { differentiable, type Op, runOp } from './op.js';
import { fillPhiloxWords, STREAM } from './philox.js';
import { unstack } from './shapes.js';

/** Lifetime of a mask: drawn at each time step (Zaremba et al.) or once a window (Gal & Ghahramani). */
export type MaskLifetime = 'step' | 'sequence';

/** One source of noise in one window: its units, rate, lifetime and random numbers. */
export interface Noise {
  /** Probability that a unit is dropped, or under zoneout that it keeps its old value; 0 ≤ rate < 1. */
  readonly rate: number;
  /** The mask's lifetime; `expected` is the mean over all masks, for test time. */
  readonly mask: MaskLifetime | 'expected';
  /** One mask of G·U units, gate after gate (Gal & Ghahramani's untied weights), instead of one of U that gates share. */
  readonly perGate: boolean;
  readonly seed: number;
  /** The place in the network; two places never share a mask. */
  readonly site: number;
  /** Absolute time step of the window's first step, counted from the start of training. */
  readonly step: number;
}

/** The noise inside one recurrent layer; null for none. On the edges between layers, {@link dropout} acts. */
export interface RecurrentNoise {
  /** Dropout on x with a mask for each gate. LSTM only. */
  readonly input: Noise | null;
  /**
   * Dropout on h(t−1) as the recurrent product reads it, and only there: units that a GRU carries over, or zoneout keeps, are
   * not dropped. Masks for each gate are for the LSTM only.
   */
  readonly recurrent: Noise | null;
  /** Units of h that keep their old value. */
  readonly zoneoutHidden: Noise | null;
  /** Units of c that keep their old value. LSTM only. */
  readonly zoneoutCell: Noise | null;
}

/** No noise at all. */
export const NO_NOISE: RecurrentNoise = {
  input: null,
  recurrent: null,
  zoneoutHidden: null,
  zoneoutCell: null,
};

/** `ZlmDropout`: x [T,B,U] → [T,B,U]; it is its own gradient. */
export const dropoutOp: Op<Noise, { x: tf.Tensor3D }, [tf.Tensor3D]> = {
  name: 'ZlmDropout',
  reference({ x }, noise) {
    return [tf.mul(x, dropoutMask(x.shape, noise))];
  },
};

/**
 * Applies inverted dropout: kept units are scaled by 1/(1 − rate), so test time changes nothing.
 *
 * @param x [T, B, U]
 * @returns [T, B, U]
 */
export function dropout(x: tf.Tensor3D, noise: Noise | null): tf.Tensor3D {
  const drawn = unlessIdle(noise);
  if (drawn === null || drawn.mask === 'expected') return x;
  const [dropped] = differentiable(
    { x },
    {
      forward: () => ({ outputs: runOp(dropoutOp, { x }, drawn), saved: [] }),
      backward: ([upstream]) => ({ x: runOp(dropoutOp, { x: upstream }, drawn)[0] }),
    },
  );
  return dropped;
}

/** Returns the noise, or null if its rate is 0. */
export function unlessIdle(noise: Noise | null): Noise | null {
  return noise !== null && noise.rate > 0 ? noise : null;
}

/**
 * Draws a dropout mask, 0 or 1/(1 − rate): [T, B, U] for a mask a step, [1, B, U] for one that the whole window shares (the
 * mask of its first step). Unit u of column b at time step t is word b·U + u at the Philox address (seed, dropout, site, t),
 * and is kept when that word is at least rate·2³².
 */
export function dropoutMask(shape: readonly [number, number, number], noise: Noise): tf.Tensor3D {
  return unitsBelow(shape, noise, 0, 1 / (1 - noise.rate));
}

/** Draws zoneout's mask, shaped and addressed as {@link dropoutMask}: 1 where the unit keeps its old value, 0 elsewhere. */
export function retainedMask(shape: readonly [number, number, number], noise: Noise): tf.Tensor3D {
  return unitsBelow(shape, noise, 1, 0);
}

/** Fills units with `below` where their word is below rate·2³², with `otherwise` elsewhere. */
function unitsBelow(
  [steps, batch, units]: readonly [number, number, number],
  { rate, mask, seed, site, step }: Noise,
  below: number,
  otherwise: number,
): tf.Tensor3D {
  const drawn = mask === 'sequence' ? 1 : steps;
  const perStep = batch * units;
  const words = new Uint32Array(perStep);
  const threshold = rate * 2 ** 32;
  const values = new Float32Array(drawn * perStep);
  for (let t = 0; t < drawn; t++) {
    fillPhiloxWords(words, 0, perStep, { seed, stream: STREAM.dropout, site, step: step + t });
    // Not `Float32Array.from`, which makes an object of every word.
    for (let n = 0; n < perStep; n++) values[t * perStep + n] = words[n] < threshold ? below : otherwise;
  }
  return tf.tensor3d(values, [drawn, batch, units]);
}

/**
 * Zoneout's r for every step of a window, [B, H] or a scalar; null without zoneout. Instead of being dropped, units
 * keep the value of the step before: s_t = r_t ⊙ s_{t−1} + (1 − r_t) ⊙ s̃_t, where r_t is 0 or 1 in training, and its
 * expectation, the rate, at test time.
 */
export type Retention = readonly tf.Tensor[] | null;

/**
 * Draws r over a window.
 *
 * @param shape [T, B, H]
 */
export function retention(noise: Noise | null, shape: readonly [number, number, number]): Retention {
  if (noise === null) return null;
  if (noise.mask === 'expected') return new Array(shape[0]).fill(tf.scalar(noise.rate));
  const drawn = unstack(retainedMask(shape, noise));
  return noise.mask === 'step' ? drawn : new Array(shape[0]).fill(drawn[0]);
}

/** Computes s_t from s_{t−1} and the candidate s̃_t. */
export function zoneOut<T extends tf.Tensor>(before: T, candidate: T, retained: Retention, t: number): T {
  if (retained === null) return candidate;
  return tf.add(tf.mul(retained[t], before), tf.mul(tf.sub(1, retained[t]), candidate));
}

/** Computes the gradient of the candidate s̃_t from that of s_t. */
export function towardsCandidate<T extends tf.Tensor>(upstream: T, retained: Retention, t: number): T {
  return retained === null ? upstream : tf.mul(tf.sub(1, retained[t]), upstream);
}

/** Adds the part of the gradient that s_{t−1} receives by being kept to the rest of its gradient. */
export function addKept<T extends tf.Tensor>(rest: T, upstream: T, retained: Retention, t: number): T {
  return retained === null ? rest : tf.add(rest, tf.mul(retained[t], upstream));
}
