/** What the recurrent ops have in common: their options, and how a window of [T, B, H] is cut and shifted in time. */
import * as tf from '@tensorflow/tfjs';
import type { Precision, RecurrentAttributes, RecurrentDropout, Zoneout } from '../backends/fused.js';
import { isRecordingGradients } from './kernel.js';

export type { RecurrentDropout, Zoneout };

/** How a recurrent layer is regularized and computed. */
export interface RecurrentOptions {
  /**
   * Dropout on h(t−1) where the recurrent product reads it, and only there: a unit that a GRU carries over and one that
   * zoneout keeps are not dropped. None by default.
   */
  readonly recurrentDropout?: RecurrentDropout | null;
  /** None by default. */
  readonly zoneout?: Zoneout | null;
  /** `f32` by default. */
  readonly precision?: Precision;
}

/** The options as the kernels are told them: a rate of 0 is no regularizer at all. */
export function recurrentAttributes(options: RecurrentOptions): RecurrentAttributes {
  const { recurrentDropout = null, zoneout = null, precision = 'f32' } = options;
  const zoning = zoneout !== null && (zoneout.hidden > 0 || zoneout.cell > 0);
  return {
    recurrentDropout: unlessRateZero(recurrentDropout),
    zoneout: zoning ? zoneout : null,
    precision,
    keep: isRecordingGradients(),
  };
}

/**
 * {@link recurrentAttributes} of a layer that has no cell c and whose gates share their masks.
 *
 * @throws Error when a mask for each gate is asked for
 */
export function cellFreeAttributes(options: RecurrentOptions): RecurrentAttributes {
  const { zoneout } = options;
  const attributes = recurrentAttributes({ ...options, zoneout: zoneout ? { ...zoneout, cell: 0 } : null });
  if (attributes.recurrentDropout?.perGate) throw new Error('masks for each gate are for LSTM layers only');
  return attributes;
}

/** The mask, or null where it drops nothing. */
export function unlessRateZero<M extends { readonly rate: number }>(mask: M | null): M | null {
  return mask !== null && mask.rate > 0 ? mask : null;
}

/** What the state before each step was: the initial one [B, H], then all but the last of [T, B, H]. */
export function shiftedInTime(sequence: tf.Tensor, initial: tf.Tensor): tf.Tensor3D {
  const [steps, batch, units] = sequence.shape;
  const earlier = tf.slice(sequence, [0, 0, 0], [steps - 1, batch, units]);
  return tf.concat([initial.reshape([1, batch, units]), earlier]) as tf.Tensor3D;
}
