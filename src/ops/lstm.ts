/**
 * One LSTM layer over a whole window (paper, section 2, without peepholes):
 *
 *     i, f, g, o = σ, σ, tanh, σ of (x_t · W + m_t ⊙ h_{t−1} · U + b)
 *     c_t = f ⊙ c_{t−1} + i ⊙ g,   h_t = o ⊙ tanh(c_t)
 *
 * The input product is one product for all steps; only the recurrent one has to go step by step. The mask m
 * is 1 everywhere, always, in the paper: dropping units of h along time is the mistake it warns of, which the
 * op can make so that it can be studied.
 */
import * as tf from '@tensorflow/tfjs';
import { type DropoutMask, FUSED, type LstmAttributes, type Precision } from '../backends/fused.js';
import { dropoutMask } from './dropout.js';
import { type Inputs, isRecordingGradients, type Op, runOp } from './kernel.js';
import { product, productWithTransposedLeft, productWithTransposedRight, sumOverRows } from './products.js';

const lstmGradientOp: Op<LstmAttributes> = {
  name: FUSED.lstmGradient,

  reference(inputs: Inputs, { recurrentDropout, precision }) {
    const { x, h0, c0, inputWeight, recurrentWeight, output, gates, cells, dOutput, dH, dC } = inputs;
    const [steps, batch, units] = output.shape;
    const masks = recurrentMasks(recurrentDropout, [steps, batch, units]);
    const factors = gateFactors(gates, cells, shiftedInTime(cells, c0));
    const transposedRecurrent = tf.transpose(recurrentWeight as tf.Tensor2D);

    const fromOutput = tf.unstack(dOutput);
    let dh: tf.Tensor = dH;
    let dc: tf.Tensor = dC;
    const dz: tf.Tensor[] = [];
    for (let t = steps - 1; t >= 0; t--) {
      dh = tf.add(dh, fromOutput[t]);
      dc = tf.add(dc, tf.mul(dh, factors.cellFromHidden[t]));
      dz[t] = tf.concat(
        [
          tf.mul(dc, factors.inputGateFromCell[t]),
          tf.mul(dc, factors.forgetGateFromCell[t]),
          tf.mul(dc, factors.candidateFromCell[t]),
          tf.mul(dh, factors.outputGateFromHidden[t]),
        ],
        1,
      );
      dc = tf.mul(dc, factors.forget[t]);
      dh = product(dz[t] as tf.Tensor2D, transposedRecurrent, precision);
      if (masks) dh = tf.mul(dh, masks[t]);
    }

    const dZ = tf.concat(dz) as tf.Tensor2D; // [T·B, 4H]
    const rows = x.reshape([steps * batch, x.shape[2] as number]) as tf.Tensor2D;
    const previous = shiftedInTime(output, h0);
    const carried = masks ? tf.mul(previous, tf.stack(masks)) : previous;
    return [
      productWithTransposedRight(dZ, inputWeight as tf.Tensor2D, precision).reshape(x.shape),
      dh,
      dc,
      productWithTransposedLeft(rows, dZ, precision),
      productWithTransposedLeft(carried.reshape([steps * batch, units]), dZ, precision),
      sumOverRows(dZ),
    ];
  },
};

const lstmOp: Op<LstmAttributes> = {
  name: FUSED.lstm,

  reference(
    { x, h0, c0, inputWeight, recurrentWeight, bias }: Inputs,
    { recurrentDropout, precision, keep },
  ) {
    const [steps, batch, inputs] = x.shape;
    const units = h0.shape[1] as number;
    const rows = x.reshape([steps * batch, inputs]) as tf.Tensor2D;
    const fromInput = tf.add(product(rows, inputWeight as tf.Tensor2D, precision), bias);
    const perStep = tf.unstack(fromInput.reshape([steps, batch, 4 * units])) as tf.Tensor2D[];
    const masks = recurrentMasks(recurrentDropout, [steps, batch, units]);

    const hidden: tf.Tensor2D[] = [];
    const cells: tf.Tensor2D[] = [];
    const gates: tf.Tensor2D[] = [];
    let h = h0 as tf.Tensor2D;
    let c = c0 as tf.Tensor2D;
    for (let t = 0; t < steps; t++) {
      const carried: tf.Tensor2D = masks ? tf.mul(h, masks[t]) : h;
      const z = tf.add(perStep[t], product(carried, recurrentWeight as tf.Tensor2D, precision));
      const [zi, zf, zg, zo] = tf.split(z, 4, 1);
      const [i, f, g, o] = [tf.sigmoid(zi), tf.sigmoid(zf), tf.tanh(zg), tf.sigmoid(zo)];
      c = tf.add(tf.mul(f, c), tf.mul(i, g));
      h = tf.mul(o, tf.tanh(c));
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
  recurrentDropout: DropoutMask | null = null,
  precision: Precision = 'f32',
): { output: tf.Tensor3D; state: LstmState } {
  const inputs = { x, h0: state.h, c0: state.c, ...parameters };
  const dropping = recurrentDropout !== null && recurrentDropout.rate > 0;
  const attributes = {
    recurrentDropout: dropping ? recurrentDropout : null,
    precision,
    keep: isRecordingGradients(),
  };
  const [output, h, c] = runOp(lstmOp, inputs, attributes);
  return { output: output as tf.Tensor3D, state: { h: h as tf.Tensor2D, c: c as tf.Tensor2D } };
}

/** What the state before each step was: the initial one, then all but the last of [T, B, H]. */
function shiftedInTime(sequence: tf.Tensor, initial: tf.Tensor): tf.Tensor {
  const [steps, batch, units] = sequence.shape;
  const earlier = tf.slice(sequence, [0, 0, 0], [steps - 1, batch, units]);
  return tf.concat([initial.reshape([1, batch, units]), earlier]);
}

/** The factors of the backward recurrence that do not depend on it, for all steps at once, then cut by step. */
function gateFactors(gates: tf.Tensor, cells: tf.Tensor, previousCells: tf.Tensor) {
  const [i, f, g, o] = tf.split(gates, 4, 2);
  const tanhCells = tf.tanh(cells);
  const slopeOf = (sigmoid: tf.Tensor) => tf.mul(sigmoid, tf.sub(1, sigmoid));
  return {
    cellFromHidden: tf.unstack(tf.mul(o, tf.sub(1, tf.square(tanhCells)))),
    inputGateFromCell: tf.unstack(tf.mul(g, slopeOf(i))),
    forgetGateFromCell: tf.unstack(tf.mul(previousCells, slopeOf(f))),
    candidateFromCell: tf.unstack(tf.mul(i, tf.sub(1, tf.square(g)))),
    outputGateFromHidden: tf.unstack(tf.mul(tanhCells, slopeOf(o))),
    forget: tf.unstack(f),
  };
}

/** One mask a step, or null when nothing is dropped. */
function recurrentMasks(mask: DropoutMask | null, shape: [number, number, number]): tf.Tensor2D[] | null {
  if (mask === null) return null;
  const drawn = tf.unstack(dropoutMask(shape, mask)) as tf.Tensor2D[];
  return Array.from({ length: shape[0] }, (_, t) => drawn[mask.lifetime === 'step' ? t : 0]);
}
