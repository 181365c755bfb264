/**
 * One recurrent layer whose step from h_{t−1} to h_t is itself a deep network: DT-RNN of Pascanu et al. 2014 (section 3.3,
 * figure 2b), and DT(S)-RNN with its shortcut (figure 2b*):
 *
 *     y_1 = tanh(x_t · W + m_t ⊙ h_{t−1} · U + b)
 *     y_k = tanh(y_{k−1} · V_k + b_k),   k = 2 … depth;   the last with m_t ⊙ h_{t−1} · S inside its tanh
 *     h_t = y_depth
 *
 * It is composed of tfjs's own ops and {@link matrixProduct}, and differentiated by tfjs.
 */
import * as tf from '@tensorflow/tfjs';
import { tidy } from './memory.js';
import type { Precision } from './op.js';
import { matrixProduct } from './products.js';
import { cellFreeAttributes, drawMasks, masksByStep, type RecurrentOptions } from './recurrent.js';
import { reshape, stack } from './shapes.js';

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
  /** k = 2 … depth; at least one. */
  readonly transitions: readonly Transition[];
  /** S, [H, H], or null for no shortcut. */
  readonly shortcutWeight: tf.Tensor2D | null;
}

/**
 * Runs one layer over a window.
 *
 * @param x       [T, B, I], T ≥ 1
 * @param h       the state before the first step, [B, H]; gradients flow into it
 * @param options its noise may be recurrent dropout, the same for both products that read h(t−1); zoneout is ignored
 * @returns the state after every step, [T, B, H], and after the last
 * @throws Error when the noise asks for masks for each gate
 */
export function deepTransition(
  x: tf.Tensor3D,
  h: tf.Tensor2D,
  parameters: DeepTransitionParameters,
  options: RecurrentOptions = {},
): { output: tf.Tensor3D; h: tf.Tensor2D } {
  const [steps, batch, inputs] = x.shape;
  const units = h.shape[1];
  const { noise, precision } = cellFreeAttributes(options);
  return tidy(() => {
    const masks = masksByStep(drawMasks(noise.recurrent, [steps, batch, units], 1), steps);
    const rows = reshape(x, [steps * batch, inputs]);
    const fromInput: tf.Tensor2D = tf.add(
      matrixProduct(rows, parameters.inputWeight, precision),
      parameters.bias,
    );
    const perStep = cutByStep(fromInput, steps);
    const hidden: tf.Tensor2D[] = [];
    let state = h;
    for (let t = 0; t < steps; t++) {
      const [mask] = masks[t] ?? [];
      const read: tf.Tensor2D = mask ? tf.mul(state, mask) : state;
      state = transit(perStep[t], read, parameters, precision);
      hidden.push(state);
    }
    return { output: stack(hidden), h: state };
  });
}

/** Cuts [T·B, H] into T times [B, H]. */
function cutByStep(rows: tf.Tensor2D, steps: number): tf.Tensor2D[] {
  // tfjs cannot differentiate a split into one.
  return steps === 1 ? [rows] : tf.split(rows, steps);
}

/** Computes h_t from x_t · W + b and m_t ⊙ h_{t−1}. */
function transit(
  fromInput: tf.Tensor2D,
  previous: tf.Tensor2D,
  { recurrentWeight, transitions, shortcutWeight }: DeepTransitionParameters,
  precision: Precision,
): tf.Tensor2D {
  let y: tf.Tensor2D = tf.tanh(tf.add(fromInput, matrixProduct(previous, recurrentWeight, precision)));
  for (const [k, { weight, bias }] of transitions.entries()) {
    const z: tf.Tensor2D = tf.add(matrixProduct(y, weight, precision), bias);
    const withShortcut = shortcutWeight !== null && k === transitions.length - 1;
    y = tf.tanh(withShortcut ? tf.add(z, matrixProduct(previous, shortcutWeight, precision)) : z);
  }
  return y;
}
