/**
 * One plain recurrent layer over a whole window (Elman 1990):
 *
 *     h_t = tanh(x_t · W + m_t ⊙ h_{t−1} · U + b)
 *
 * That is the candidate of h_t where there is zoneout.
 */
import * as tf from '@tensorflow/tfjs';
import { FUSED, type TanhRnnAttributes } from '../backends/fused.js';
import { type Inputs, type Op, runOp } from './kernel.js';
import {
  columnsOf,
  drawMasks,
  maskedProduct,
  maskedProductInputGradient,
  maskedProductWeightGradient,
  masksByStep,
  transposedColumnsOf,
} from './masked-product.js';
import { sumOverRows } from './products.js';
import { cellFreeAttributes, type RecurrentOptions, shiftedInTime } from './recurrent.js';
import { addKept, retention, towardsCandidate, zoneOut } from './zoneout.js';

const tanhRnnGradientOp: Op<TanhRnnAttributes> = {
  name: FUSED.tanhRnnGradient,

  reference(inputs: Inputs, { recurrentDropout, zoneout, precision }) {
    const { x, h0, inputWeight, recurrentWeight, output, activations, dOutput, dH } = inputs;
    const [steps, batch, units] = output.shape;
    const recurrentMasks = drawMasks(recurrentDropout, [steps, batch, units], 1);
    const masks = masksByStep(recurrentMasks, steps);
    const transposedRecurrent = transposedColumnsOf(recurrentWeight, recurrentMasks);
    const kept = retention(zoneout, 'hidden', [steps, batch, units]);
    const slopes = tf.unstack(tf.sub(1, tf.square(activations)));

    const fromOutput = tf.unstack(dOutput);
    let dh: tf.Tensor = dH;
    const dz: tf.Tensor2D[] = [];
    for (let t = steps - 1; t >= 0; t--) {
      dh = tf.add(dh, fromOutput[t]);
      dz[t] = tf.mul(towardsCandidate(dh, kept, t), slopes[t]);
      const shape = [batch, units];
      const throughGates = maskedProductInputGradient(dz[t], masks[t], transposedRecurrent, shape, precision);
      dh = addKept(throughGates, dh, kept, t);
    }

    const dZ = tf.concat(dz); // [T·B, H]
    return [
      maskedProductInputGradient(dZ, null, transposedColumnsOf(inputWeight, null), x.shape, precision),
      dh,
      maskedProductWeightGradient(x, dZ, null, precision),
      maskedProductWeightGradient(shiftedInTime(output, h0), dZ, recurrentMasks, precision),
      sumOverRows(dZ),
    ];
  },
};

const tanhRnnOp: Op<TanhRnnAttributes> = {
  name: FUSED.tanhRnn,

  reference({ x, h0, inputWeight, recurrentWeight, bias }: Inputs, attributes) {
    const { recurrentDropout, zoneout, precision, keep } = attributes;
    const [steps, batch] = x.shape;
    const units = h0.shape[1] as number;
    const fromInput = tf.add(maskedProduct(x, null, columnsOf(inputWeight, null), precision), bias);
    const perStep = tf.unstack(fromInput.reshape([steps, batch, units]));
    const recurrentMasks = drawMasks(recurrentDropout, [steps, batch, units], 1);
    const recurrentColumns = columnsOf(recurrentWeight, recurrentMasks);
    const masks = masksByStep(recurrentMasks, steps);
    const kept = retention(zoneout, 'hidden', [steps, batch, units]);

    const hidden: tf.Tensor[] = [];
    const activations: tf.Tensor[] = [];
    let h = h0;
    for (let t = 0; t < steps; t++) {
      const candidate = tf.tanh(tf.add(perStep[t], maskedProduct(h, masks[t], recurrentColumns, precision)));
      h = zoneOut(h, candidate, kept, t);
      hidden.push(h);
      if (keep) activations.push(candidate);
    }
    const outputs = [tf.stack(hidden), h.clone()];
    return keep ? [...outputs, tf.stack(activations)] : outputs;
  },

  gradient: {
    savedInputs: ['x', 'h0', 'inputWeight', 'recurrentWeight'],
    savedOutputs: [0, 2],
    backward([dOutput, dH], saved, attributes) {
      const [x, h0, inputWeight, recurrentWeight, output, activations] = saved;
      const inputs = { x, h0, inputWeight, recurrentWeight, output, activations, dOutput, dH };
      const [dx, dh0, dInputWeight, dRecurrentWeight, dBias] = runOp(tanhRnnGradientOp, inputs, attributes);
      return { x: dx, h0: dh0, inputWeight: dInputWeight, recurrentWeight: dRecurrentWeight, bias: dBias };
    },
  },
};

/** The parameters of one layer. */
export interface TanhRnnParameters {
  /** W, [I, H]. */
  readonly inputWeight: tf.Tensor2D;
  /** U, [H, H]. */
  readonly recurrentWeight: tf.Tensor2D;
  /** b, [H]. */
  readonly bias: tf.Tensor1D;
}

/**
 * Runs one layer over a window.
 *
 * @param x [T, B, I], T ≥ 1
 * @param h the state before the first step, [B, H]; gradients flow into it
 * @returns the state after every step, [T, B, H], and after the last
 * @throws Error when recurrent dropout asks for masks for each gate
 */
export function tanhRnn(
  x: tf.Tensor3D,
  h: tf.Tensor2D,
  parameters: TanhRnnParameters,
  options: RecurrentOptions = {},
): { output: tf.Tensor3D; h: tf.Tensor2D } {
  const [output, last] = runOp(tanhRnnOp, { x, h0: h, ...parameters }, cellFreeAttributes(options));
  return { output: output as tf.Tensor3D, h: last as tf.Tensor2D };
}
