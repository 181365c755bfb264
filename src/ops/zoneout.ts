/**
 * Zoneout (Krueger et al. 2017): instead of being dropped, units of a state keep the value of the step before,
 *
 *     s_t = r_t ⊙ s_{t−1} + (1 − r_t) ⊙ s̃_t
 *
 * where r_t is 0 or 1 in training and its expectation, the probability, at test time.
 */
import * as tf from '@tensorflow/tfjs';
import type { Zoneout } from '../backends/fused.js';
import { retainedMask } from './dropout.js';

/** r of every step, [B, H] or a scalar; null where nothing is kept. */
type Retention = readonly tf.Tensor[] | null;

/**
 * Draws r for one part of the state over a window.
 *
 * @param shape [T, B, H]
 */
export function retention(
  zoneout: Zoneout | null,
  part: 'hidden' | 'cell',
  shape: readonly [number, number, number],
): Retention {
  if (zoneout === null || zoneout[part] === 0) return null;
  const probability = zoneout[part];
  if (zoneout.masks === null) return new Array(shape[0]).fill(tf.scalar(probability));
  const { seed, hiddenSite, cellSite, step } = zoneout.masks;
  const site = part === 'hidden' ? hiddenSite : cellSite;
  return tf.unstack(retainedMask(shape, { probability, seed, site, step }));
}

/** s_t of s_{t−1} and s̃_t. */
export function zoneOut<T extends tf.Tensor>(before: T, candidate: T, retained: Retention, t: number): T {
  if (retained === null) return candidate;
  return tf.add(tf.mul(retained[t], before), tf.mul(tf.sub(1, retained[t]), candidate));
}

/** The gradient of s̃_t, given that of s_t. */
export function towardsCandidate(upstream: tf.Tensor, retained: Retention, t: number): tf.Tensor {
  return retained === null ? upstream : tf.mul(tf.sub(1, retained[t]), upstream);
}

/** Adds what s_{t−1} gets by being kept to the rest of its gradient. */
export function addKept(rest: tf.Tensor, upstream: tf.Tensor, retained: Retention, t: number): tf.Tensor {
  return retained === null ? rest : tf.add(rest, tf.mul(retained[t], upstream));
}
