/**
 * One layer of gated recurrent units over a whole window (Cho et al. 2014), in the form of cuDNN and PyTorch, which resets
 * the recurrent product and not the state that goes into it:
 *
 *     r, z = σ, σ of (x_t · W + m_t ⊙ h_{t−1} · U + b)
 *     n = tanh(x_t · W_n + b_n + r ⊙ q),   q = m_t ⊙ h_{t−1} · U_n + candidateBias
 *     h_t = (1 − z) ⊙ n + z ⊙ h_{t−1}
 *
 * With zoneout, these equations give the candidate of h_t.
 *
 * Contract of the kernels, with {@link RecurrentAttributes}, whose noise never has masks for each gate:
 *
 * - `ZlmGru`: x [T,B,I], h0 [B,H], inputWeight [I,3H], recurrentWeight [H,3H], bias [3H], candidateBias [H] → output
 *   [T,B,H], h [B,H] and, to save for the backward pass, gates [T,B,4H]: the activations r, z, n, and q.
 * - `ZlmGruGradient`: the inputs except the biases, output, gates, and the upstream gradients dOutput, dH → the gradients of
 *   x, h0, inputWeight, recurrentWeight, bias, candidateBias.
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
export const gruOp: Op<
  RecurrentAttributes,
  SharedInputs & { bias: tf.Tensor1D; candidateBias: tf.Tensor1D },
  [output: tf.Tensor3D, h: tf.Tensor2D, ...saved: tf.Tensor3D[]]
> = {
  name: 'ZlmGru',

  reference({ x, h0, inputWeight, recurrentWeight, bias, candidateBias }, attributes) {
    const { noise, precision, saveForBackward } = attributes;
    const [steps, batch] = x.shape;
    const units = h0.shape[1];
    const fromInput = tf.add(maskedProduct(x, null, columnsOf(inputWeight, null), precision), bias);
    const perStep = unstack(reshape(fromInput, [steps, batch, 3 * units]));
    const recurrentMasks = drawMasks(noise.recurrent, [steps, batch, units], 3);
    const recurrentColumns = columnsOf(recurrentWeight, recurrentMasks);
    const masks = masksByStep(recurrentMasks, steps);
    const kept = retention(noise.zoneoutHidden, [steps, batch, units]);

    const hidden: tf.Tensor2D[] = [];
    const gates: tf.Tensor2D[] = [];
    let h = h0;
    for (let t = 0; t < steps; t++) {
      const [xr, xz, xn] = tf.split(perStep[t], 3, 1);
      const [hr, hz, hn] = tf.split(maskedProduct(h, masks[t], recurrentColumns, precision), 3, 1);
      const r: tf.Tensor2D = tf.sigmoid(tf.add(xr, hr));
      const z: tf.Tensor2D = tf.sigmoid(tf.add(xz, hz));
      const q: tf.Tensor2D = tf.add(hn, candidateBias);
      const n: tf.Tensor2D = tf.tanh(tf.add(xn, tf.mul(r, q)));
      const candidate: tf.Tensor2D = tf.add(tf.mul(tf.sub(1, z), n), tf.mul(z, h));
      h = zoneOut(h, candidate, kept, t);
      hidden.push(h);
      if (saveForBackward) gates.push(tf.concat([r, z, n, q], 1));
    }
    const saved = saveForBackward ? [stack(gates)] : [];
    return [stack(hidden), h.clone(), ...saved];
  },
};

/** The backward pass: back in time step by step, then one product over all steps for each weight. */
export const gruGradientOp: Op<
  RecurrentAttributes,
  SharedInputs & { output: tf.Tensor3D; gates: tf.Tensor3D; dOutput: tf.Tensor3D; dH: tf.Tensor2D },
  [
    x: tf.Tensor3D,
    h0: tf.Tensor2D,
    inputWeight: tf.Tensor2D,
    recurrentWeight: tf.Tensor2D,
    bias: tf.Tensor1D,
    candidateBias: tf.Tensor1D,
  ]
> = {
  name: 'ZlmGruGradient',

  reference(inputs, { noise, precision }) {
    const { x, h0, inputWeight, recurrentWeight, output, gates, dOutput, dH } = inputs;
    const [steps, batch, units] = output.shape;
    const recurrentMasks = drawMasks(noise.recurrent, [steps, batch, units], 3);
    const masks = masksByStep(recurrentMasks, steps);
    const transposedRecurrent = transposedColumnsOf(recurrentWeight, recurrentMasks);
    const kept = retention(noise.zoneoutHidden, [steps, batch, units]);
    const previous = shiftedInTime(output, h0);
    const factors = gateFactors(gates, previous);

    const fromOutput = unstack(dOutput);
    let dh = dH;
    const fromInput: tf.Tensor2D[] = []; // the gradient of x·W + b, step by step: r, z, n
    const fromState: tf.Tensor2D[] = []; // the gradient of h·U: r, z, q
    for (let t = steps - 1; t >= 0; t--) {
      dh = tf.add(dh, fromOutput[t]);
      const dNew = towardsCandidate(dh, kept, t);
      const dn: tf.Tensor2D = tf.mul(dNew, factors.candidate[t]);
      const dr: tf.Tensor2D = tf.mul(dn, factors.resetFromCandidate[t]);
      const dz: tf.Tensor2D = tf.mul(dNew, factors.update[t]);
      const dq: tf.Tensor2D = tf.mul(dn, factors.reset[t]);
      fromInput[t] = tf.concat([dr, dz, dn], 1);
      fromState[t] = tf.concat([dr, dz, dq], 1);
      const throughGates = maskedProductInputGradient(
        fromState[t],
        masks[t],
        transposedRecurrent,
        dh,
        precision,
      );
      dh = addKept(tf.add(throughGates, tf.mul(dNew, factors.carried[t])), dh, kept, t);
    }

    const dInput = tf.concat(fromInput); // [T·B, 3H]
    const dState = tf.concat(fromState);
    return [
      maskedProductInputGradient(dInput, null, transposedColumnsOf(inputWeight, null), x, precision),
      dh,
      maskedProductWeightGradient(x, dInput, null, precision),
      maskedProductWeightGradient(previous, dState, recurrentMasks, precision),
      sumOverRows(dInput),
      sumOverRows(tf.slice(dState, [0, 2 * units], [-1, units])),
    ];
  },
};

/** Computes the factors of the backward recurrence that do not depend on it: for all steps at once, then cut by step. */
function gateFactors(gates: tf.Tensor3D, previous: tf.Tensor3D) {
  const [r, z, n, q] = tf.split<tf.Tensor3D>(gates, 4, 2);
  const slopeOf = (sigmoid: tf.Tensor) => tf.mul(sigmoid, tf.sub(1, sigmoid));
  return {
    /** From h_t to the argument of n's tanh. */
    candidate: unstack(tf.mul(tf.sub(1, z), tf.sub(1, tf.square(n)))),
    /** From there to the argument of r's sigmoid. */
    resetFromCandidate: unstack(tf.mul(q, slopeOf(r))),
    /** From h_t to the argument of z's sigmoid. */
    update: unstack(tf.mul(tf.sub(previous, n), slopeOf(z))),
    reset: unstack(r),
    /** From h_t to h_{t−1}, which z carries over. */
    carried: unstack(z),
  };
}

/** The parameters of one layer; gates are side by side in PyTorch's order r, z, n. */
export interface GruParameters {
  /** W, [I, 3H]. */
  readonly inputWeight: tf.Tensor2D;
  /** U, [H, 3H]. */
  readonly recurrentWeight: tf.Tensor2D;
  /** b, [3H]. */
  readonly bias: tf.Tensor1D;
  /** The second bias of n, inside r's factor: [H]. */
  readonly candidateBias: tf.Tensor1D;
}

/**
 * Runs one layer over a window.
 *
 * @param x  [T, B, I], T ≥ 1
 * @param h0 the state before the first step, [B, H]; gradients flow into it
 * @returns the state after every step, [T, B, H], and after the last
 * @throws Error when the noise asks for masks for each gate
 */
export function gru(
  x: tf.Tensor3D,
  h0: tf.Tensor2D,
  { inputWeight, recurrentWeight, bias, candidateBias }: GruParameters,
  options: RecurrentOptions = {},
): { output: tf.Tensor3D; h: tf.Tensor2D } {
  const attributes = cellFreeAttributes(options);
  const inputs = { x, h0, inputWeight, recurrentWeight, bias, candidateBias };
  const [output, h] = differentiable(inputs, {
    forward() {
      const [output, h, ...saved] = runOp(gruOp, inputs, attributes);
      return { outputs: [output, h], saved: [x, h0, inputWeight, recurrentWeight, output, ...saved] };
    },
    backward([dOutput, dH], [x, h0, inputWeight, recurrentWeight, output, gates]) {
      const saved = { x, h0, inputWeight, recurrentWeight, output, gates };
      const gradients = runOp(gruGradientOp, { ...saved, dOutput, dH }, attributes);
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
  });
  return { output, h };
}
