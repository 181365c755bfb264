/**
 * One plain recurrent layer over a whole window (Elman 1990):
 *
 *     h_t = tanh(x_t · W + m_t ⊙ h_{t−1} · U + b)
 *
 * With zoneout, this equation gives the candidate of h_t.
 *
 * Contract of the kernels, with {@link RecurrentAttributes}, whose noise never has masks for each gate:
 *
 * - `ZlmTanhRnn`: x [T,B,I], h0 [B,H], inputWeight [I,H], recurrentWeight [H,H], bias [H] → output [T,B,H], h [B,H] and, to
 *   save for the backward pass, activations [T,B,H], before zoneout.
 * - `ZlmTanhRnnGradient`: the inputs except bias, output, activations, and the upstream gradients dOutput, dH → the gradients
 *   of x, h0, inputWeight, recurrentWeight, bias.
 */
import * as tf from '@tensorflow/tfjs';
import { addKept, retention, towardsCandidate, zoneOut } from './noise.js';
import { differentiable, type Op, runOp } from './op.js';
import { sumOverRows } from './products.js';
import {
  cellFreeAttributes,
  columnsOf,
  drawMasks,
  maskedProduct,
  maskedProductInputGradient,
  maskedProductWeightGradient,
  masksByStep,
  type RecurrentAttributes,
  type RecurrentOptions,
  shiftedInTime,
  transposedColumnsOf,
} from './recurrent.js';
import { reshape, stack, unstack } from './shapes.js';

/** What both passes read. */
type SharedInputs = {
  x: tf.Tensor3D;
  h0: tf.Tensor2D;
  inputWeight: tf.Tensor2D;
  recurrentWeight: tf.Tensor2D;
};

/** The forward pass. */
export const tanhRnnOp: Op<
  RecurrentAttributes,
  SharedInputs & { bias: tf.Tensor1D },
  [output: tf.Tensor3D, h: tf.Tensor2D, ...saved: tf.Tensor3D[]]
> = {
  name: 'ZlmTanhRnn',

  reference({ x, h0, inputWeight, recurrentWeight, bias }, attributes) {
    const { noise, precision, saveForBackward } = attributes;
    const [steps, batch] = x.shape;
    const units = h0.shape[1];
    const fromInput = tf.add(maskedProduct(x, null, columnsOf(inputWeight, null), precision), bias);
    const perStep = unstack(reshape(fromInput, [steps, batch, units]));
    const recurrentMasks = drawMasks(noise.recurrent, [steps, batch, units], 1);
    const recurrentColumns = columnsOf(recurrentWeight, recurrentMasks);
    const masks = masksByStep(recurrentMasks, steps);
    const kept = retention(noise.zoneoutHidden, [steps, batch, units]);

    const hidden: tf.Tensor2D[] = [];
    const activations: tf.Tensor2D[] = [];
    let h = h0;
    for (let t = 0; t < steps; t++) {
      const candidate = tf.tanh<tf.Tensor2D>(
        tf.add(perStep[t], maskedProduct(h, masks[t], recurrentColumns, precision)),
      );
      h = zoneOut(h, candidate, kept, t);
      hidden.push(h);
      if (saveForBackward) activations.push(candidate);
    }
    const saved = saveForBackward ? [stack(activations)] : [];
    return [stack(hidden), h.clone(), ...saved];
  },
};

/** The backward pass: back in time step by step, then one product over all steps for each weight. */
export const tanhRnnGradientOp: Op<
  RecurrentAttributes,
  SharedInputs & { output: tf.Tensor3D; activations: tf.Tensor3D; dOutput: tf.Tensor3D; dH: tf.Tensor2D },
  [x: tf.Tensor3D, h0: tf.Tensor2D, inputWeight: tf.Tensor2D, recurrentWeight: tf.Tensor2D, bias: tf.Tensor1D]
> = {
  name: 'ZlmTanhRnnGradient',

  reference(inputs, { noise, precision }) {
    const { x, h0, inputWeight, recurrentWeight, output, activations, dOutput, dH } = inputs;
    const [steps, batch, units] = output.shape;
    const recurrentMasks = drawMasks(noise.recurrent, [steps, batch, units], 1);
    const masks = masksByStep(recurrentMasks, steps);
    const transposedRecurrent = transposedColumnsOf(recurrentWeight, recurrentMasks);
    const kept = retention(noise.zoneoutHidden, [steps, batch, units]);
    const slopes = unstack(tf.sub(1, tf.square(activations)));

    const fromOutput = unstack(dOutput);
    let dh = dH;
    const dz: tf.Tensor2D[] = [];
    for (let t = steps - 1; t >= 0; t--) {
      dh = tf.add(dh, fromOutput[t]);
      dz[t] = tf.mul(towardsCandidate(dh, kept, t), slopes[t]);
      const throughGates = maskedProductInputGradient(dz[t], masks[t], transposedRecurrent, dh, precision);
      dh = addKept(throughGates, dh, kept, t);
    }

    const dZ = tf.concat(dz); // [T·B, H]
    return [
      maskedProductInputGradient(dZ, null, transposedColumnsOf(inputWeight, null), x, precision),
      dh,
      maskedProductWeightGradient(x, dZ, null, precision),
      maskedProductWeightGradient(shiftedInTime(output, h0), dZ, recurrentMasks, precision),
      sumOverRows(dZ),
    ];
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
 * @param x  [T, B, I], T ≥ 1
 * @param h0 the state before the first step, [B, H]; gradients flow into it
 * @returns the state after every step, [T, B, H], and after the last
 * @throws Error when the noise asks for masks for each gate
 */
export function tanhRnn(
  x: tf.Tensor3D,
  h0: tf.Tensor2D,
  { inputWeight, recurrentWeight, bias }: TanhRnnParameters,
  options: RecurrentOptions = {},
): { output: tf.Tensor3D; h: tf.Tensor2D } {
  const attributes = cellFreeAttributes(options);
  const inputs = { x, h0, inputWeight, recurrentWeight, bias };
  const [output, h] = differentiable(inputs, {
    forward() {
      const [output, h, ...saved] = runOp(tanhRnnOp, inputs, attributes);
      return { outputs: [output, h], saved: [x, h0, inputWeight, recurrentWeight, output, ...saved] };
    },
    backward([dOutput, dH], [x, h0, inputWeight, recurrentWeight, output, activations]) {
      const saved = { x, h0, inputWeight, recurrentWeight, output, activations };
      const gradients = runOp(tanhRnnGradientOp, { ...saved, dOutput, dH }, attributes);
      const [dx, dh0, dInputWeight, dRecurrentWeight, dBias] = gradients;
      return { x: dx, h0: dh0, inputWeight: dInputWeight, recurrentWeight: dRecurrentWeight, bias: dBias };
    },
  });
  return { output, h };
}
