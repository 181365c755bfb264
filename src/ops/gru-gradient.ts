/** The backward pass of {@link gru}: back in time step by step, then one product over all steps for each weight. */
import * as tf from '@tensorflow/tfjs';
import { FUSED, type GruAttributes } from '../backends/fused.js';
import type { Inputs, Op } from './kernel.js';
import {
  drawMasks,
  maskedProductInputGradient,
  maskedProductWeightGradient,
  masksByStep,
  transposedColumnsOf,
} from './masked-product.js';
import { sumOverRows } from './products.js';
import { shiftedInTime } from './recurrent.js';
import { addKept, retention, towardsCandidate } from './zoneout.js';

/** See {@link GruAttributes} for inputs and outputs. */
export const gruGradientOp: Op<GruAttributes> = {
  name: FUSED.gruGradient,

  reference(inputs: Inputs, { recurrentDropout, zoneout, precision }) {
    const { x, h0, inputWeight, recurrentWeight, output, gates, dOutput, dH } = inputs;
    const [steps, batch, units] = output.shape;
    const recurrentMasks = drawMasks(recurrentDropout, [steps, batch, units], 1);
    const masks = masksByStep(recurrentMasks, steps);
    const transposedRecurrent = transposedColumnsOf(recurrentWeight, recurrentMasks);
    const kept = retention(zoneout, 'hidden', [steps, batch, units]);
    const previous = shiftedInTime(output, h0);
    const factors = gateFactors(gates, previous);

    const fromOutput = tf.unstack(dOutput);
    let dh: tf.Tensor = dH;
    const fromInput: tf.Tensor[] = []; // the gradient of x·W + b, step by step: r, z, n
    const fromState: tf.Tensor[] = []; // that of h·U: r, z, q
    for (let t = steps - 1; t >= 0; t--) {
      dh = tf.add(dh, fromOutput[t]);
      const dNew = towardsCandidate(dh, kept, t);
      const dn = tf.mul(dNew, factors.candidate[t]);
      const dr = tf.mul(dn, factors.resetFromCandidate[t]);
      const dz = tf.mul(dNew, factors.update[t]);
      fromInput[t] = tf.concat([dr, dz, dn], 1);
      fromState[t] = tf.concat([dr, dz, tf.mul(dn, factors.reset[t])], 1);
      const throughGates = maskedProductInputGradient(
        fromState[t] as tf.Tensor2D,
        masks[t],
        transposedRecurrent,
        [batch, units],
        precision,
      );
      dh = addKept(tf.add(throughGates, tf.mul(dNew, factors.carried[t])), dh, kept, t);
    }

    const dInput = tf.concat(fromInput) as tf.Tensor2D; // [T·B, 3H]
    const dState = tf.concat(fromState) as tf.Tensor2D;
    return [
      maskedProductInputGradient(dInput, null, transposedColumnsOf(inputWeight, null), x.shape, precision),
      dh,
      maskedProductWeightGradient(x, dInput, null, precision),
      maskedProductWeightGradient(previous, dState, recurrentMasks, precision),
      sumOverRows(dInput),
      sumOverRows(tf.slice(dState, [0, 2 * units], [-1, units])),
    ];
  },
};

/** The factors of the backward recurrence that do not depend on it, for all steps at once, then cut by step. */
function gateFactors(gates: tf.Tensor, previous: tf.Tensor) {
  const [r, z, n, q] = tf.split(gates, 4, 2);
  const slopeOf = (sigmoid: tf.Tensor) => tf.mul(sigmoid, tf.sub(1, sigmoid));
  return {
    /** From h_t to what n is the tanh of. */
    candidate: tf.unstack(tf.mul(tf.sub(1, z), tf.sub(1, tf.square(n)))),
    /** From there to what r is the sigmoid of. */
    resetFromCandidate: tf.unstack(tf.mul(q, slopeOf(r))),
    /** From h_t to what z is the sigmoid of. */
    update: tf.unstack(tf.mul(tf.sub(previous, n), slopeOf(z))),
    reset: tf.unstack(r),
    /** From h_t to h_{t−1}, which z carries over. */
    carried: tf.unstack(z),
  };
}
