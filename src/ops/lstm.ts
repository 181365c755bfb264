/**
 * One LSTM layer over a whole window (paper, section 2, without peepholes):
 *
 *     i, f, g, o = σ, σ, tanh, σ of (x_t · W + m_t ⊙ h_{t−1} · U + b)
 *     c_t = f ⊙ c_{t−1} + i ⊙ g,   h_t = o ⊙ tanh(c_t)
 *
 * The input product is one product for all steps; only the recurrent one has to go step by step. The mask m
 * is 1 everywhere, always, in the paper: dropping units of h along time is the mistake it warns of. That mistake, and what
 * others did instead, can be studied here: masks that last a sequence, for each gate one of its own on x and h (Gal &
 * Ghahramani 2016), and zoneout (Krueger et al. 2017), for which the equations above give the candidates of c and h.
 */
import * as tf from '@tensorflow/tfjs';
import { type DropoutMask, FUSED, type LstmAttributes } from '../backends/fused.js';
import { type Inputs, type Op, runOp } from './kernel.js';
import { lstmGradientOp } from './lstm-gradient.js';
import { columnsOf, drawMasks, maskedProduct, masksByStep } from './masked-product.js';
import { type RecurrentOptions, recurrentAttributes, unlessRateZero } from './recurrent.js';
import { retention, zoneOut } from './zoneout.js';

const lstmOp: Op<LstmAttributes> = {
  name: FUSED.lstm,

  reference({ x, h0, c0, inputWeight, recurrentWeight, bias }: Inputs, attributes) {
    const { inputDropout, recurrentDropout, zoneout, precision, keep } = attributes;
    const [steps, batch, inputs] = x.shape;
    const units = h0.shape[1] as number;
    const inputMasks = drawMasks(inputDropout, [steps, batch, inputs], 4);
    const inputColumns = columnsOf(inputWeight, inputMasks);
    const fromInput = tf.add(maskedProduct(x, inputMasks, inputColumns, precision), bias);
    const perStep = tf.unstack(fromInput.reshape([steps, batch, 4 * units])) as tf.Tensor2D[];
    const recurrentMasks = drawMasks(
      recurrentDropout,
      [steps, batch, units],
      recurrentDropout?.perGate ? 4 : 1,
    );
    const recurrentColumns = columnsOf(recurrentWeight, recurrentMasks);
    const masks = masksByStep(recurrentMasks, steps);
    const keptHidden = retention(zoneout, 'hidden', [steps, batch, units]);
    const keptCell = retention(zoneout, 'cell', [steps, batch, units]);

    const hidden: tf.Tensor2D[] = [];
    const cells: tf.Tensor2D[] = [];
    const gates: tf.Tensor2D[] = [];
    let h = h0 as tf.Tensor2D;
    let c = c0 as tf.Tensor2D;
    for (let t = 0; t < steps; t++) {
      const z = tf.add(perStep[t], maskedProduct(h, masks[t], recurrentColumns, precision));
      const [zi, zf, zg, zo] = tf.split(z, 4, 1);
      const [i, f, g, o] = [tf.sigmoid(zi), tf.sigmoid(zf), tf.tanh(zg), tf.sigmoid(zo)];
      const candidate: tf.Tensor2D = tf.add(tf.mul(f, c), tf.mul(i, g));
      h = zoneOut(h, tf.mul(o, tf.tanh(candidate)), keptHidden, t);
      c = zoneOut(c, candidate, keptCell, t);
      hidden.push(h);
      if (!keep) continue;
      cells.push(c);
      gates.push(tf.concat([i, f, g, o], 1) as tf.Tensor2D);
    }
    const outputs = [tf.stack(hidden), h.clone(), c.clone()];
    return keep ? [...outputs, tf.stack(gates), tf.stack(cells)] : outputs;
  },

  gradient: {
    savedInputs: ['x', 'h0', 'c0', 'inputWeight', 'recurrentWeight'],
    savedOutputs: [0, 3, 4],
    backward([dOutput, dH, dC], saved, attributes) {
      const [x, h0, c0, inputWeight, recurrentWeight, output, gates, cells] = saved;
      const state = { x, h0, c0, inputWeight, recurrentWeight, output, gates, cells };
      const gradients = runOp(lstmGradientOp, { ...state, dOutput, dH, dC }, attributes);
      const [dx, dh0, dc0, dInputWeight, dRecurrentWeight, dBias] = gradients;
      return {
        x: dx,
        h0: dh0,
        c0: dc0,
        inputWeight: dInputWeight,
        recurrentWeight: dRecurrentWeight,
        bias: dBias,
      };
    },
  },
};

/** The parameters of one layer; gates lie side by side in PyTorch's order i, f, g, o. */
export interface LstmParameters {
  /** W, [I, 4H]. */
  readonly inputWeight: tf.Tensor2D;
  /** U, [H, 4H]. */
  readonly recurrentWeight: tf.Tensor2D;
  /** b, [4H]. */
  readonly bias: tf.Tensor1D;
}

/** Hidden and cell state, each [B, H]. */
export interface LstmState {
  readonly h: tf.Tensor2D;
  readonly c: tf.Tensor2D;
}

/** How an LSTM layer is regularized and computed. */
export interface LstmOptions extends RecurrentOptions {
  /**
   * Dropout on x with a mask for each gate: one of 4·I units, the first I for gate i, and so on. None by default; a mask
   * that the gates share is {@link dropout}'s.
   */
  readonly inputDropout?: DropoutMask | null;
}

/**
 * Runs one layer over a window.
 *
 * @param x     [T, B, I], T ≥ 1
 * @param state h and c before the first step; gradients flow into it, cutting them is the caller's choice
 * @returns the hidden state of every step, [T, B, H], and the state after the last
 */
export function lstm(
  x: tf.Tensor3D,
  state: LstmState,
  parameters: LstmParameters,
  options: LstmOptions = {},
): { output: tf.Tensor3D; state: LstmState } {
  const inputs = { x, h0: state.h, c0: state.c, ...parameters };
  const inputDropout = unlessRateZero(options.inputDropout ?? null);
  const [output, h, c] = runOp(lstmOp, inputs, { inputDropout, ...recurrentAttributes(options) });
  return { output: output as tf.Tensor3D, state: { h: h as tf.Tensor2D, c: c as tf.Tensor2D } };
}
