/**
 * The product (m ⊙ x) · W of a recurrent layer, and its gradients, where m is nothing, one mask that all gates share, or a
 * mask for each gate (Gal & Ghahramani 2016, "untied weights"): the product is then one for each gate,
 * (m_g ⊙ x) · W_g, with W_g the gate's columns.
 */
import * as tf from '@tensorflow/tfjs';
import type { DropoutMask } from '../backends/fused.js';
import { dropoutMask } from './dropout.js';
import { type Precision, product, productWithTransposedLeft } from './products.js';

/** Factors on x, one for all gates or one for each; null for none. */
export type Masks = readonly tf.Tensor[] | null;

/**
 * Draws the masks of a window.
 *
 * @param shape [T, B, U], U the width of x
 * @param gates how many masks lie side by side: 1 when all gates share it
 * @returns [T, B, U] for each mask, or [1, B, U] when it lasts a sequence
 */
export function drawMasks(
  mask: DropoutMask | null,
  [steps, batch, units]: readonly [number, number, number],
  gates: number,
): Masks {
  if (mask === null) return null;
  const drawn = dropoutMask([steps, batch, gates * units], mask);
  return gates === 1 ? [drawn] : tf.split(drawn, gates, 2);
}

/** The masks of each step: those of [T, B, U] or [1, B, U] as [B, U], T times. */
export function masksByStep(masks: Masks, steps: number): readonly Masks[] {
  const cut = masks?.map((mask) => tf.unstack(mask));
  return Array.from(
    { length: steps },
    (_, t) => cut?.map((ofSteps) => ofSteps[ofSteps.length > 1 ? t : 0]) ?? null,
  );
}

/** What the product of each mask multiplies by: all columns of W together, or those of each gate. */
export function columnsOf(weight: tf.Tensor, masks: Masks): readonly tf.Tensor2D[] {
  return splitColumns(weight, masks?.length ?? 1);
}

/** {@link columnsOf}, transposed. */
export function transposedColumnsOf(weight: tf.Tensor, masks: Masks): readonly tf.Tensor2D[] {
  return columnsOf(weight, masks).map((columns) => tf.transpose(columns));
}

/**
 * (m ⊙ x) · W.
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
 * The gradient of x, given that of the product.
 *
 * @param transposed W as {@link transposedColumnsOf} cut it: a recurrence takes this product T times, and transposes once
 * @param shape      of x
 */
export function maskedProductInputGradient(
  dZ: tf.Tensor2D,
  masks: Masks,
  transposed: readonly tf.Tensor2D[],
  shape: readonly number[],
  precision: Precision,
): tf.Tensor {
  const parts = splitColumns(dZ, transposed.length).map((dz, g) => {
    const dx = product(dz, transposed[g], precision).reshape([...shape]);
    return masks ? tf.mul(dx, masks[g]) : dx;
  });
  return parts.length === 1 ? parts[0] : tf.addN(parts);
}

/** The gradient of W, given that of the product. */
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

function splitColumns(matrix: tf.Tensor, pieces: number): tf.Tensor2D[] {
  return (pieces === 1 ? [matrix] : tf.split(matrix, pieces, 1)) as tf.Tensor2D[];
}
