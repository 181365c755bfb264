/**
 * One LSTM layer over a whole window (paper, section 2, without peepholes):
 *
 *     i, f, g, o = σ, σ, tanh, σ of (x_t · W + m_t ⊙ h_{t−1} · U + b)
 *     c_t = f ⊙ c_{t−1} + i ⊙ g,   h_t = o ⊙ tanh(c_t)
 *
 * The input product is one product for all steps; only the recurrent one runs step by step. In the paper the mask m is always
 * 1: dropping units of h along time is the mistake that it warns of. That mistake, and later alternatives, can be studied here:
 * masks that last a sequence, on x and h and for each gate (Gal & Ghahramani 2016), and zoneout (Krueger et al. 2017), for
 * which the equations above give the candidates of c and h.
 *
 * Contract of the kernels, with {@link RecurrentAttributes}:
 *
 * - `ZlmLstm`: x [T,B,I], h0 and c0 [B,H], inputWeight [I,4H], recurrentWeight [H,4H], bias [4H] → output [T,B,H], h [B,H],
 *   c [B,H] and, to save for the backward pass, gates [T,B,4H] (activations i, f, g, o) and cells [T,B,H] (after zoneout).
 * - `ZlmLstmGradient`: the inputs except bias, output, gates, cells, and the upstream gradients dOutput, dH, dC → the
 *   gradients of x, h0, c0, inputWeight, recurrentWeight, bias.
 */
import * as tf from '@tensorflow/tfjs';
import { addKept, retention, towardsCandidate, zoneOut } from './noise.js';
import { differentiable, type Inputs, type Op, runOp } from './op.js';
import { sumOverRows } from './products.js';
import {
  columnsOf,
  drawMasks,
  maskedProduct,
  maskedProductInputGradient,
  maskedProductWeightGradient,
  masksByStep,
  type RecurrentAttributes,
  type RecurrentOptions,
  recurrentAttributes,
  shiftedInTime,
  transposedColumnsOf,
} from './recurrent.js';

/** Gates of a layer, side by side in each weight in PyTorch's order i, f, g, o. */
const GATES = 4;

/** The forward pass. */
export const lstmOp: Op<RecurrentAttributes> = {
  name: 'ZlmLstm',

  reference({ x, h0, c0, inputWeight, recurrentWeight, bias }: Inputs, attributes) {
    const { noise, precision, saveForBackward } = attributes;
    const [steps, batch, inputs] = x.shape;
    const units = h0.shape[1] as number;
    const inputMasks = drawMasks(noise.input, [steps, batch, inputs], GATES);
    const inputColumns = columnsOf(inputWeight, inputMasks);
    const fromInput = tf.add(maskedProduct(x, inputMasks, inputColumns, precision), bias);
    const perStep = tf.unstack(fromInput.reshape([steps, batch, GATES * units])) as tf.Tensor2D[];
    const recurrentMasks = drawMasks(noise.recurrent, [steps, batch, units], GATES);
    const recurrentColumns = columnsOf(recurrentWeight, recurrentMasks);
    const masks = masksByStep(recurrentMasks, steps);
    const keptHidden = retention(noise.zoneoutHidden, [steps, batch, units]);
    const keptCell = retention(noise.zoneoutCell, [steps, batch, units]);

    const hidden: tf.Tensor2D[] = [];
    const cells: tf.Tensor2D[] = [];
    const gates: tf.Tensor2D[] = [];
    let h = h0 as tf.Tensor2D;
    let c = c0 as tf.Tensor2D;
    for (let t = 0; t < steps; t++) {
      const z = tf.add(perStep[t], maskedProduct(h, masks[t], recurrentColumns, precision));
      const [zi, zf, zg, zo] = tf.split(z, GATES, 1);
      const [i, f, g, o] = [tf.sigmoid(zi), tf.sigmoid(zf), tf.tanh(zg), tf.sigmoid(zo)];
      const candidate: tf.Tensor2D = tf.add(tf.mul(f, c), tf.mul(i, g));
      h = zoneOut(h, tf.mul(o, tf.tanh(candidate)), keptHidden, t);
      c = zoneOut(c, candidate, keptCell, t);
      hidden.push(h);
      if (!saveForBackward) continue;
      cells.push(c);
      gates.push(tf.concat([i, f, g, o], 1) as tf.Tensor2D);
    }
    const outputs = [tf.stack(hidden), h.clone(), c.clone()];
    return saveForBackward ? [...outputs, tf.stack(gates), tf.stack(cells)] : outputs;
  },
};

/** The backward pass: back in time step by step, then one product over all steps for each weight. */
export const lstmGradientOp: Op<RecurrentAttributes> = {
  name: 'ZlmLstmGradient',

  reference(inputs: Inputs, { noise, precision }) {
    const { x, h0, c0, inputWeight, recurrentWeight, output, gates, cells, dOutput, dH, dC } = inputs;
    const [steps, batch, units] = output.shape;
    const recurrentMasks = drawMasks(noise.recurrent, [steps, batch, units], GATES);
    const masks = masksByStep(recurrentMasks, steps);
    const transposedRecurrent = transposedColumnsOf(recurrentWeight, recurrentMasks);
    const keptHidden = retention(noise.zoneoutHidden, [steps, batch, units]);
    const keptCell = retention(noise.zoneoutCell, [steps, batch, units]);
    const factors = gateFactors(gates, shiftedInTime(cells, c0), keptCell === null ? cells : null);

    const fromOutput = tf.unstack(dOutput);
    let dh: tf.Tensor = dH;
    let dc: tf.Tensor = dC;
    const dz: tf.Tensor[] = [];
    for (let t = steps - 1; t >= 0; t--) {
      dh = tf.add(dh, fromOutput[t]);
      const dNewHidden = towardsCandidate(dh, keptHidden, t);
      const dNewCell = tf.add(
        towardsCandidate(dc, keptCell, t),
        tf.mul(dNewHidden, factors.cellFromHidden[t]),
      );
      dz[t] = tf.concat(
        [
          tf.mul(dNewCell, factors.inputGateFromCell[t]),
          tf.mul(dNewCell, factors.forgetGateFromCell[t]),
          tf.mul(dNewCell, factors.candidateFromCell[t]),
          tf.mul(dNewHidden, factors.outputGateFromHidden[t]),
        ],
        1,
      );
      dc = addKept(tf.mul(dNewCell, factors.forget[t]), dc, keptCell, t);
      const throughGates = maskedProductInputGradient(
        dz[t] as tf.Tensor2D,
        masks[t],
        transposedRecurrent,
        [batch, units],
        precision,
      );
      dh = addKept(throughGates, dh, keptHidden, t);
    }

    const dZ = tf.concat(dz) as tf.Tensor2D; // [T·B, 4H]
    const inputMasks = drawMasks(noise.input, x.shape as [number, number, number], GATES);
    const transposedInput = transposedColumnsOf(inputWeight, inputMasks);
    return [
      maskedProductInputGradient(dZ, inputMasks, transposedInput, x.shape, precision),
      dh,
      dc,
      maskedProductWeightGradient(x, dZ, inputMasks, precision),
      maskedProductWeightGradient(shiftedInTime(output, h0), dZ, recurrentMasks, precision),
      sumOverRows(dZ),
    ];
  },
};

/**
 * Computes the factors of the backward recurrence that do not depend on it: for all steps at once, then cut by step.
 *
 * @param candidates the cells before zoneout; null to compute them again from the gates
 */
function gateFactors(gates: tf.Tensor, previousCells: tf.Tensor, candidates: tf.Tensor | null) {
  const [i, f, g, o] = tf.split(gates, GATES, 2);
  const tanhCells = tf.tanh(candidates ?? tf.add(tf.mul(f, previousCells), tf.mul(i, g)));
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

/** The parameters of one layer; gates are side by side in PyTorch's order i, f, g, o. */
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
 * @param state h and c before the first step; gradients flow into it; cutting them is the caller's choice
 * @returns the hidden state of every step, [T, B, H], and the state after the last
 */
export function lstm(
  x: tf.Tensor3D,
  state: LstmState,
  { inputWeight, recurrentWeight, bias }: LstmParameters,
  options: RecurrentOptions = {},
): { output: tf.Tensor3D; state: LstmState } {
  const attributes = recurrentAttributes(options);
  const inputs = { x, h0: state.h, c0: state.c, inputWeight, recurrentWeight, bias };
  const [output, h, c] = differentiable(inputs, {
    forward(save) {
      const [output, h, c, ...saved] = runOp(lstmOp, inputs, attributes);
      save([x, state.h, state.c, inputWeight, recurrentWeight, output, ...saved]);
      return [output, h, c];
    },
    backward([dOutput, dH, dC], [x, h0, c0, inputWeight, recurrentWeight, output, gates, cells]) {
      const saved = { x, h0, c0, inputWeight, recurrentWeight, output, gates, cells };
      const gradients = runOp(lstmGradientOp, { ...saved, dOutput, dH, dC }, attributes);
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
  });
  return { output: output as tf.Tensor3D, state: { h: h as tf.Tensor2D, c: c as tf.Tensor2D } };
}
