/**
 * One layer of gated recurrent units over a whole window (Cho et al. 2014), in the form of cuDNN and PyTorch, which resets
 * the recurrent product and not the state that goes into it:
 *
 *     r, z = σ, σ of (x_t · W + m_t ⊙ h_{t−1} · U + b)
 *     n = tanh(x_t · W_n + b_n + r ⊙ q),   q = m_t ⊙ h_{t−1} · U_n + candidateBias
 *     h_t = (1 − z) ⊙ n + z ⊙ h_{t−1}
 *
 * That is the candidate of h_t where there is zoneout.
 */
import * as tf from '@tensorflow/tfjs';
import { FUSED, type GruAttributes } from '../backends/fused.js';
import { gruGradientOp } from './gru-gradient.js';
import { type Inputs, type Op, runOp } from './kernel.js';
import { columnsOf, drawMasks, maskedProduct, masksByStep } from './masked-product.js';
import { cellFreeAttributes, type RecurrentOptions } from './recurrent.js';
import { retention, zoneOut } from './zoneout.js';

const gruOp: Op<GruAttributes> = {
  name: FUSED.gru,

  reference({ x, h0, inputWeight, recurrentWeight, bias, candidateBias }: Inputs, attributes) {
    const { recurrentDropout, zoneout, precision, keep } = attributes;
    const [steps, batch] = x.shape;
    const units = h0.shape[1] as number;
    const fromInput = tf.add(maskedProduct(x, null, columnsOf(inputWeight, null), precision), bias);
    const perStep = tf.unstack(fromInput.reshape([steps, batch, 3 * units]));
    const recurrentMasks = drawMasks(recurrentDropout, [steps, batch, units], 1);
    const recurrentColumns = columnsOf(recurrentWeight, recurrentMasks);
    const masks = masksByStep(recurrentMasks, steps);
    const kept = retention(zoneout, 'hidden', [steps, batch, units]);

    const hidden: tf.Tensor[] = [];
    const gates: tf.Tensor[] = [];
    let h = h0;
    for (let t = 0; t < steps; t++) {
      const [xr, xz, xn] = tf.split(perStep[t], 3, 1);
      const [hr, hz, hn] = tf.split(maskedProduct(h, masks[t], recurrentColumns, precision), 3, 1);
      const [r, z] = [tf.sigmoid(tf.add(xr, hr)), tf.sigmoid(tf.add(xz, hz))];
      const q = tf.add(hn, candidateBias);
      const n = tf.tanh(tf.add(xn, tf.mul(r, q)));
      const candidate = tf.add(tf.mul(tf.sub(1, z), n), tf.mul(z, h));
      h = zoneOut(h, candidate, kept, t);
      hidden.push(h);
      if (keep) gates.push(tf.concat([r, z, n, q], 1));
    }
    const outputs = [tf.stack(hidden), h.clone()];
    return keep ? [...outputs, tf.stack(gates)] : outputs;
  },

  gradient: {
    savedInputs: ['x', 'h0', 'inputWeight', 'recurrentWeight'],
    savedOutputs: [0, 2],
    backward([dOutput, dH], saved, attributes) {
      const [x, h0, inputWeight, recurrentWeight, output, gates] = saved;
      const inputs = { x, h0, inputWeight, recurrentWeight, output, gates, dOutput, dH };
      const gradients = runOp(gruGradientOp, inputs, attributes);
      const [dx, dh0, dInputWeight, dRecurrentWeight, dBias, dCandidateBias] = gradients;
      return {
        x: dx,
        h0: dh0,
        inputWeight: dInputWeight,
        recurrentWeight: dRecurrentWeight,
        bias: dBias,
        candidateBias: dCandidateBias,
      };
    },
  },
};

/** The parameters of one layer; gates lie side by side in PyTorch's order r, z, n. */
export interface GruParameters {
  /** W, [I, 3H]. */
  readonly inputWeight: tf.Tensor2D;
  /** U, [H, 3H]. */
  readonly recurrentWeight: tf.Tensor2D;
  /** b, [3H]. */
  readonly bias: tf.Tensor1D;
  /** The second bias of n, which r acts on: [H]. */
  readonly candidateBias: tf.Tensor1D;
}

/**
 * Runs one layer over a window.
 *
 * @param x [T, B, I], T ≥ 1
 * @param h the state before the first step, [B, H]; gradients flow into it
 * @returns the state after every step, [T, B, H], and after the last
 * @throws Error when recurrent dropout asks for masks for each gate
 */
export function gru(
  x: tf.Tensor3D,
  h: tf.Tensor2D,
  parameters: GruParameters,
  options: RecurrentOptions = {},
): { output: tf.Tensor3D; h: tf.Tensor2D } {
  const [output, last] = runOp(gruOp, { x, h0: h, ...parameters }, cellFreeAttributes(options));
  return { output: output as tf.Tensor3D, h: last as tf.Tensor2D };
}
