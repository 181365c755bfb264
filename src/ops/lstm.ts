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
import { differentiable, type Op, runOp } from './op.js';
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
import { reshape, stack, unstack } from './shapes.js';

/** Gates of a layer, side by side in each weight in PyTorch's order i, f, g, o. */
const GATES = 4;

/** What both passes read. */
type SharedInputs = {
  x: tf.Tensor3D;
  h0: tf.Tensor2D;
  c0: tf.Tensor2D;
  inputWeight: tf.Tensor2D;
  recurrentWeight: tf.Tensor2D;
};

/** The forward pass. */
export const lstmOp: Op<
  RecurrentAttributes,
  SharedInputs & { bias: tf.Tensor1D },
  [output: tf.Tensor3D, h: tf.Tensor2D, c: tf.Tensor2D, ...saved: tf.Tensor3D[]]
> = {
  name: 'ZlmLstm',

  reference({ x, h0, c0, inputWeight, recurrentWeight, bias }, attributes) {
    const { noise, precision, saveForBackward } = attributes;
    const [steps, batch, inputs] = x.shape;
    const units = h0.shape[1];
    const inputMasks = drawMasks(noise.input, [steps, batch, inputs], GATES);
    const inputColumns = columnsOf(inputWeight, inputMasks);
    const fromInput = tf.add(maskedProduct(x, inputMasks, inputColumns, precision), bias);
    const perStep = unstack(reshape(fromInput, [steps, batch, GATES * units]));
    const recurrentMasks = drawMasks(noise.recurrent, [steps, batch, units], GATES);
    const recurrentColumns = columnsOf(recurrentWeight, recurrentMasks);
    const masks = masksByStep(recurrentMasks, steps);
    const keptHidden = retention(noise.zoneoutHidden, [steps, batch, units]);
    const keptCell = retention(noise.zoneoutCell, [steps, batch, units]);

    const hidden: tf.Tensor2D[] = [];
    const cells: tf.Tensor2D[] = [];
    const gates: tf.Tensor2D[] = [];
    let [h, c] = [h0, c0];
    for (let t = 0; t < steps; t++) {
      const z = tf.add(perStep[t], maskedProduct(h, masks[t], recurrentColumns, precision));
      const [zi, zf, zg, zo] = tf.split<tf.Tensor2D>(z, GATES, 1);
      const [i, f, g, o] = [tf.sigmoid(zi), tf.sigmoid(zf), tf.tanh(zg), tf.sigmoid(zo)];
      const candidate: tf.Tensor2D = tf.add(tf.mul(f, c), tf.mul(i, g));
      h = zoneOut(h, tf.mul(o, tf.tanh(candidate)), keptHidden, t);
      c = zoneOut(c, candidate, keptCell, t);
      hidden.push(h);
      if (!saveForBackward) continue;
      cells.push(c);
      gates.push(tf.concat([i, f, g, o], 1));
    }
    const saved = saveForBackward ? [stack(gates), stack(cells)] : [];
    return [stack(hidden), h.clone(), c.clone(), ...saved];
  },
};

/** The backward pass: back in time step by step, then one product over all steps for each weight. */
export const lstmGradientOp: Op<
  RecurrentAttributes,
  SharedInputs & {
    output: tf.Tensor3D;
    gates: tf.Tensor3D;
    cells: tf.Tensor3D;
    dOutput: tf.Tensor3D;
    dH: tf.Tensor2D;
    dC: tf.Tensor2D;
  },
  [
    x: tf.Tensor3D,
    h0: tf.Tensor2D,
    c0: tf.Tensor2D,
    inputWeight: tf.Tensor2D,
    recurrentWeight: tf.Tensor2D,
    bias: tf.Tensor1D,
  ]
> = {
  name: 'ZlmLstmGradient',

  reference(inputs, { noise, precision }) {
    const { x, h0, c0, inputWeight, recurrentWeight, output, gates, cells, dOutput, dH, dC } = inputs;
    const [steps, batch, units] = output.shape;
    const recurrentMasks = drawMasks(noise.recurrent, [steps, batch, units], GATES);
    const masks = masksByStep(recurrentMasks, steps);
    const transposedRecurrent = transposedColumnsOf(recurrentWeight, recurrentMasks);
    const keptHidden = retention(noise.zoneoutHidden, [steps, batch, units]);
    const keptCell = retention(noise.zoneoutCell, [steps, batch, units]);
    const factors = gateFactors(gates, shiftedInTime(cells, c0), keptCell === null ? cells : null);

    const fromOutput = unstack(dOutput);
    let [dh, dc] = [dH, dC];
    const dz: tf.Tensor2D[] = [];
    for (let t = steps - 1; t >= 0; t--) {
      dh = tf.add(dh, fromOutput[t]);
      const dNewHidden = towardsCandidate(dh, keptHidden, t);
      const dNewCell: tf.Tensor2D = tf.add(
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
      const throughGates = maskedProductInputGradient(dz[t], masks[t], transposedRecurrent, dh, precision);
      dh = addKept(throughGates, dh, keptHidden, t);
    }

    const dZ = tf.concat(dz); // [T·B, 4H]
    const inputMasks = drawMasks(noise.input, x.shape, GATES);
    const transposedInput = transposedColumnsOf(inputWeight, inputMasks);
    return [
      maskedProductInputGradient(dZ, inputMasks, transposedInput, x, precision),
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
function gateFactors(gates: tf.Tensor3D, previousCells: tf.Tensor3D, candidates: tf.Tensor3D | null) {
  const [i, f, g, o] = tf.split<tf.Tensor3D>(gates, GATES, 2);
  const tanhCells = tf.tanh(candidates ?? tf.add(tf.mul(f, previousCells), tf.mul(i, g)));
  const slopeOf = (sigmoid: tf.Tensor) => tf.mul(sigmoid, tf.sub(1, sigmoid));
  return {
    cellFromHidden: unstack(tf.mul(o, tf.sub(1, tf.square(tanhCells)))),
    inputGateFromCell: unstack(tf.mul(g, slopeOf(i))),
    forgetGateFromCell: unstack(tf.mul(previousCells, slopeOf(f))),
    candidateFromCell: unstack(tf.mul(i, tf.sub(1, tf.square(g)))),
    outputGateFromHidden: unstack(tf.mul(tanhCells, slopeOf(o))),
    forget: unstack(f),
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
    forward() {
      const [output, h, c, ...saved] = runOp(lstmOp, inputs, attributes);
      return {
        outputs: [output, h, c],
        saved: [x, state.h, state.c, inputWeight, recurrentWeight, output, ...saved],
      };
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
  return { output, state: { h, c } };
}
