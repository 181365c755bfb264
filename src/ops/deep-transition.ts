/**
 * One recurrent layer whose step from h_{t−1} to h_t is itself a deep network: DT-RNN of Pascanu et al. 2014 (section 3.3,
 * figure 2b), and DT(S)-RNN with its shortcut (figure 2b*):
 *
 *     y_1 = tanh(x_t · W + m_t ⊙ h_{t−1} · U + b)
 *     y_k = tanh(y_{k−1} · V_k + b_k),   k = 2 … D;   the last with m_t ⊙ h_{t−1} · S inside its tanh
 *     h_t = y_D
 *
 * Contract of the kernels, with {@link RecurrentAttributes}, whose noise is recurrent dropout at most, without masks for each gate; D ≥ 2:
 *
 * - `ZlmDeepTransition`: x [T,B,I], h0 [B,H], inputWeight [I,H], recurrentWeight [H,H], bias [H], transitionWeights [D−1,H,H],
 *   transitionBiases [D−1,H] and, with a shortcut, shortcutWeight [H,H] → output [T,B,H], h [B,H] and, to save for the backward
 *   pass, states [D−1,T,B,H], which are y_1 … y_{D−1}.
 * - `ZlmDeepTransitionGradient`: the inputs except the biases, output, states, and the upstream gradients dOutput, dH → the
 *   gradients of x, h0, inputWeight, recurrentWeight, bias, transitionWeights, transitionBiases and, with a shortcut, shortcutWeight.
 */
import * as tf from '@tensorflow/tfjs';
import { tidy } from './memory.js';
import { differentiable, type Op, type Precision, runOp } from './op.js';
import { product, productWithTransposedLeft, sumOverRows } from './products.js';
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

/** What both passes read; without a shortcut there is no weight of it. */
type SharedInputs = {
  x: tf.Tensor3D;
  h0: tf.Tensor2D;
  inputWeight: tf.Tensor2D;
  recurrentWeight: tf.Tensor2D;
  transitionWeights: tf.Tensor3D;
  shortcutWeight?: tf.Tensor2D;
};

type ForwardInputs = SharedInputs & { bias: tf.Tensor1D; transitionBiases: tf.Tensor2D };

/** The forward pass. */
export const deepTransitionOp: Op<
  RecurrentAttributes,
  ForwardInputs,
  [output: tf.Tensor3D, h: tf.Tensor2D, ...saved: tf.Tensor4D[]]
> = {
  name: 'ZlmDeepTransition',

  reference(inputs, { noise, precision, saveForBackward }) {
    const { x, h0, inputWeight, bias } = inputs;
    const [steps, batch] = x.shape;
    const units = h0.shape[1];
    const fromInput = tf.add(maskedProduct(x, null, columnsOf(inputWeight, null), precision), bias);
    const perStep = unstack(reshape(fromInput, [steps, batch, units]));
    const masks = masksByStep(drawMasks(noise.recurrent, [steps, batch, units], 1), steps);
    const weights = weightsOf(inputs);
    const biases = unstack(inputs.transitionBiases);
    const states: tf.Tensor2D[][] = [];
    let h = h0;
    for (let t = 0; t < steps; t++) {
      const [mask] = masks[t] ?? [];
      states[t] = transit(perStep[t], mask ? tf.mul(h, mask) : h, weights, biases, precision);
      h = states[t][states[t].length - 1];
    }
    const hidden = stack(states.map((ofStep) => ofStep[ofStep.length - 1]));
    if (!saveForBackward) return [hidden, h.clone()];
    const earlier = states[0].slice(0, -1).map((_, k) => stack(states.map((ofStep) => ofStep[k])));
    return [hidden, h.clone(), tf.stack(earlier) as tf.Tensor4D];
  },
};

/** The weights from state to state. */
interface Weights {
  /** U, V_2 … V_D. */
  readonly ofLayers: readonly tf.Tensor2D[];
  /** S. */
  readonly shortcut: tf.Tensor2D | null;
}

function weightsOf({ recurrentWeight, transitionWeights, shortcutWeight }: SharedInputs): Weights {
  return { ofLayers: [recurrentWeight, ...unstack(transitionWeights)], shortcut: shortcutWeight ?? null };
}

/** Computes y_1 … y_D of a step from x_t · W + b and m_t ⊙ h_{t−1}. */
function transit(
  fromInput: tf.Tensor2D,
  previous: tf.Tensor2D,
  { ofLayers: [first, ...others], shortcut }: Weights,
  biases: readonly tf.Tensor1D[],
  precision: Precision,
): tf.Tensor2D[] {
  const states = [tf.tanh<tf.Tensor2D>(tf.add(fromInput, product(previous, first, precision)))];
  for (const [k, weight] of others.entries()) {
    const z: tf.Tensor2D = tf.add(product(states[k], weight, precision), biases[k]);
    const isLast = k === others.length - 1;
    states.push(tf.tanh(isLast && shortcut ? tf.add(z, product(previous, shortcut, precision)) : z));
  }
  return states;
}

/** The backward pass: back in time and in depth step by step, then one product over all steps for each weight. */
export const deepTransitionGradientOp: Op<
  RecurrentAttributes,
  SharedInputs & { output: tf.Tensor3D; states: tf.Tensor4D; dOutput: tf.Tensor3D; dH: tf.Tensor2D },
  [
    x: tf.Tensor3D,
    h0: tf.Tensor2D,
    inputWeight: tf.Tensor2D,
    recurrentWeight: tf.Tensor2D,
    bias: tf.Tensor1D,
    transitionWeights: tf.Tensor3D,
    transitionBiases: tf.Tensor2D,
    ...shortcutWeight: tf.Tensor2D[],
  ]
> = {
  name: 'ZlmDeepTransitionGradient',

  reference(inputs, { noise, precision }) {
    const { x, h0, inputWeight, output, states, dOutput, dH } = inputs;
    const [steps, batch, units] = output.shape;
    const recurrentMasks = drawMasks(noise.recurrent, [steps, batch, units], 1);
    const masks = masksByStep(recurrentMasks, steps);
    const byDepth = [...(tf.unstack(states) as tf.Tensor3D[]), output];
    const slopes = byDepth.map((y) => unstack(tf.sub<tf.Tensor3D>(1, tf.square(y))));
    const { ofLayers, shortcut } = weightsOf(inputs);
    const transposed = ofLayers.map((weight) => tf.transpose(weight));
    const transposedShortcut = shortcut && tf.transpose(shortcut);
    const last = byDepth.length - 1;

    const fromOutput = unstack(dOutput);
    const dz: tf.Tensor2D[][] = byDepth.map(() => []);
    let dh = dH;
    for (let t = steps - 1; t >= 0; t--) {
      let dy: tf.Tensor2D = tf.add(dh, fromOutput[t]);
      for (let k = last; k >= 0; k--) {
        dz[k][t] = tf.mul(dy, slopes[k][t]);
        dy = product(dz[k][t], transposed[k], precision);
      }
      if (transposedShortcut) dy = tf.add(dy, product(dz[last][t], transposedShortcut, precision));
      const [mask] = masks[t] ?? [];
      dh = mask ? tf.mul(dy, mask) : dy;
    }

    const dZ = dz.map((ofDepth) => tf.concat(ofDepth)); // [T·B, H] each
    const previous = shiftedInTime(output, h0);
    const read = byDepth.slice(0, -1).map((y) => reshape(y, [steps * batch, units]));
    return [
      maskedProductInputGradient(dZ[0], null, transposedColumnsOf(inputWeight, null), x, precision),
      dh,
      maskedProductWeightGradient(x, dZ[0], null, precision),
      maskedProductWeightGradient(previous, dZ[0], recurrentMasks, precision),
      sumOverRows(dZ[0]),
      stack(read.map((y, k) => productWithTransposedLeft(y, dZ[k + 1], precision))),
      stack(dZ.slice(1).map(sumOverRows)),
      ...(shortcut ? [maskedProductWeightGradient(previous, dZ[last], recurrentMasks, precision)] : []),
    ];
  },
};

/** A layer between two intermediate states of a step. */
interface Transition {
  /** V_k, [H, H]. */
  readonly weight: tf.Tensor2D;
  /** b_k, [H]. */
  readonly bias: tf.Tensor1D;
}

/** The parameters of one layer. */
export interface DeepTransitionParameters {
  /** W, [I, H]. */
  readonly inputWeight: tf.Tensor2D;
  /** U, [H, H]. */
  readonly recurrentWeight: tf.Tensor2D;
  /** b, [H]. */
  readonly bias: tf.Tensor1D;
  /** k = 2 … D; at least one. */
  readonly transitions: readonly Transition[];
  /** S, [H, H], or null for no shortcut. */
  readonly shortcutWeight: tf.Tensor2D | null;
}

/**
 * Runs one layer over a window.
 *
 * @param x       [T, B, I], T ≥ 1
 * @param h0      the state before the first step, [B, H]; gradients flow into it
 * @param options its noise may be recurrent dropout, the same for both products that read h(t−1); zoneout is ignored
 * @returns the state after every step, [T, B, H], and after the last
 * @throws Error when the noise asks for masks for each gate
 */
export function deepTransition(
  x: tf.Tensor3D,
  h0: tf.Tensor2D,
  { inputWeight, recurrentWeight, bias, transitions, shortcutWeight }: DeepTransitionParameters,
  options: RecurrentOptions = {},
): { output: tf.Tensor3D; h: tf.Tensor2D } {
  const { noise, ...others } = cellFreeAttributes(options);
  const attributes = { ...others, noise: { ...noise, zoneoutHidden: null } };
  // The stacks of parameters are ours to dispose.
  return tidy(() => {
    const inputs: ForwardInputs = {
      ...{ x, h0, inputWeight, recurrentWeight, bias },
      transitionWeights: stack(transitions.map(({ weight }) => weight)),
      transitionBiases: stack(transitions.map(({ bias: ofLayer }) => ofLayer)),
      ...(shortcutWeight && { shortcutWeight }),
    };
    const { transitionWeights } = inputs;
    const [output, h] = differentiable(inputs, {
      forward() {
        const [output, h, ...saved] = runOp(deepTransitionOp, inputs, attributes);
        const shortcut = shortcutWeight ? [shortcutWeight] : [];
        return {
          outputs: [output, h],
          saved: [x, h0, inputWeight, recurrentWeight, transitionWeights, output, ...saved, ...shortcut],
        };
      },
      backward(
        [dOutput, dH],
        [x, h0, inputWeight, recurrentWeight, transitionWeights, output, states, shortcut],
      ) {
        const saved = { x, h0, inputWeight, recurrentWeight, transitionWeights, output };
        const gradients = runOp(
          deepTransitionGradientOp,
          {
            ...saved,
            states: states as tf.Tensor4D,
            ...(shortcut && { shortcutWeight: shortcut as tf.Tensor2D }),
            dOutput,
            dH,
          },
          attributes,
        );
        const [dx, dh0, dInputWeight, dRecurrentWeight, dBias, dWeights, dBiases, dShortcut] = gradients;
        return {
          ...{ x: dx, h0: dh0, inputWeight: dInputWeight, recurrentWeight: dRecurrentWeight, bias: dBias },
          ...{ transitionWeights: dWeights, transitionBiases: dBiases },
          ...(dShortcut && { shortcutWeight: dShortcut }),
        };
      },
    });
    return { output, h };
  });
}
