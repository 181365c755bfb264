/**
 * The common part of the recurrent ops: their attributes, and the product (m ⊙ x) · W with its gradients, where m is none, one
 * mask for all gates, or a mask for each gate (Gal & Ghahramani 2016, "untied weights"). With a mask for each gate there is a
 * product for each gate, (m_g ⊙ x) · W_g, with W_g the gate's columns.
 */
import * as tf from '@tensorflow/tfjs';
import { dropoutMask, NO_NOISE, type Noise, type RecurrentNoise, unlessIdle } from './noise.js';
import { isRecordingGradients, type Precision } from './op.js';
import { product, productWithTransposedLeft } from './products.js';
import { reshape, unstack } from './shapes.js';

/** The attributes of every recurrent kernel, forward and backward. */
export interface RecurrentAttributes {
  readonly noise: RecurrentNoise;
  readonly precision: Precision;
  /** Also return the tensors that the backward pass reads. */
  readonly saveForBackward: boolean;
}

/** Noise and precision of a recurrent layer. */
export interface RecurrentOptions {
  /** None by default. */
  readonly noise?: RecurrentNoise;
  /** `f32` by default. */
  readonly precision?: Precision;
}

/** Returns the attributes for kernels: noise of rate 0 becomes null. */
export function recurrentAttributes({
  noise = NO_NOISE,
  precision = 'f32',
}: RecurrentOptions): RecurrentAttributes {
  const active: RecurrentNoise = {
    input: unlessIdle(noise.input),
    recurrent: unlessIdle(noise.recurrent),
    zoneoutHidden: unlessIdle(noise.zoneoutHidden),
    zoneoutCell: unlessIdle(noise.zoneoutCell),
  };
  return { noise: active, precision, saveForBackward: isRecordingGradients() };
}

/**
 * Returns the attributes for a layer without a cell c, whose gates share their masks.
 *
 * @throws Error when the noise has a mask for each gate
 */
export function cellFreeAttributes(options: RecurrentOptions): RecurrentAttributes {
  const attributes = recurrentAttributes(options);
  const { noise } = attributes;
  if (noise.input || noise.recurrent?.perGate)
    throw new Error('Masks for each gate are for LSTM layers only');
  return { ...attributes, noise: { ...noise, zoneoutCell: null } };
}

/** Returns the state before each step: the initial one [B, H], then all but the last of [T, B, H]. */
export function shiftedInTime(sequence: tf.Tensor3D, initial: tf.Tensor2D): tf.Tensor3D {
  const [steps, batch, units] = sequence.shape;
  const earlier = tf.slice(sequence, [0, 0, 0], [steps - 1, batch, units]);
  return tf.concat([reshape(initial, [1, batch, units]), earlier]);
}

/** Factors on x, one for all gates or one for each; null for none. */
export type Masks<M extends tf.Tensor = tf.Tensor> = readonly M[] | null;

/**
 * Draws the masks of a window.
 *
 * @param shape [T, B, U], U the width of x
 * @param gates number of gates that noise for each gate has masks for
 * @returns [T, B, U] for each mask, or [1, B, U] when it lasts a sequence
 */
export function drawMasks(
  noise: Noise | null,
  [steps, batch, units]: readonly [number, number, number],
  gates: number,
): Masks<tf.Tensor3D> {
  if (noise === null) return null;
  if (!noise.perGate) return [dropoutMask([steps, batch, units], noise)];
  return tf.split(dropoutMask([steps, batch, gates * units], noise), gates, 2);
}

/** Cuts the masks of a window into those of each step, [B, U] T times. */
export function masksByStep(masks: Masks<tf.Tensor3D>, steps: number): readonly Masks<tf.Tensor2D>[] {
  const cut = masks?.map((mask) => unstack(mask));
  return Array.from(
    { length: steps },
    (_, t) => cut?.map((ofSteps) => ofSteps[ofSteps.length > 1 ? t : 0]) ?? null,
  );
}

/** Cuts W into the columns for each mask: all columns together, or those of each gate. */
export function columnsOf(weight: tf.Tensor2D, masks: Masks): readonly tf.Tensor2D[] {
  return splitColumns(weight, masks?.length ?? 1);
}

/** Cuts W as {@link columnsOf} does, and transposes the pieces. */
export function transposedColumnsOf(weight: tf.Tensor2D, masks: Masks): readonly tf.Tensor2D[] {
  return columnsOf(weight, masks).map((columns) => tf.transpose(columns));
}

/**
 * Multiplies (m ⊙ x) · W.
 *
 * @param x       [B, U], or [T, B, U] whose rows are taken for one product
 * @param columns W as {@link columnsOf} cut it, as many pieces as there are masks
 * @returns [rows of x, G·H]
 */
export function maskedProduct(
  x: tf.Tensor,
  masks: Masks,
  columns: readonly tf.Tensor2D[],
  precision: Precision,
): tf.Tensor2D {
  const products = columns.map((weight, g) => product(masked(x, masks, g), weight, precision));
  return products.length === 1 ? products[0] : tf.concat(products, 1);
}

/**
 * Computes the gradient of x, given that of the product.
 *
 * @param transposed W as {@link transposedColumnsOf} cut it: a recurrence takes this product T times, and transposes once
 * @param like       a tensor of x's shape
 */
export function maskedProductInputGradient<T extends tf.Tensor>(
  dZ: tf.Tensor2D,
  masks: Masks,
  transposed: readonly tf.Tensor2D[],
  like: T,
  precision: Precision,
): T {
  const parts = splitColumns(dZ, transposed.length).map((dz, g) => {
    const dx = product(dz, transposed[g], precision).reshapeAs(like);
    return masks ? tf.mul<T>(dx, masks[g]) : dx;
  });
  return parts.length === 1 ? parts[0] : tf.addN(parts);
}

/** Computes the gradient of W, given that of the product. */
export function maskedProductWeightGradient(
  x: tf.Tensor,
  dZ: tf.Tensor2D,
  masks: Masks,
  precision: Precision,
): tf.Tensor2D {
  const parts = splitColumns(dZ, masks?.length ?? 1).map((dz, g) =>
    productWithTransposedLeft(masked(x, masks, g), dz, precision),
  );
  return parts.length === 1 ? parts[0] : tf.concat(parts, 1);
}

function masked(x: tf.Tensor, masks: Masks, g: number): tf.Tensor2D {
  const kept: tf.Tensor = masks ? tf.mul(x, masks[g]) : x;
  return kept.reshape([-1, x.shape[x.rank - 1]]);
}

function splitColumns(matrix: tf.Tensor2D, pieces: number): tf.Tensor2D[] {
  return pieces === 1 ? [matrix] : tf.split(matrix, pieces, 1);
}
