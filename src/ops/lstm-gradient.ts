/** The backward pass of {@link lstm}: back in time step by step, then one product over all steps for each weight. */
import * as tf from '@tensorflow/tfjs';
import { FUSED, type LstmAttributes } from '../backends/fused.js';
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

/** See {@link LstmAttributes} for inputs and outputs. */
export const lstmGradientOp: Op<LstmAttributes> = {
  name: FUSED.lstmGradient,

  reference(inputs: Inputs, { inputDropout, recurrentDropout, zoneout, precision }) {
    const { x, h0, c0, inputWeight, recurrentWeight, output, gates, cells, dOutput, dH, dC } = inputs;
    const [steps, batch, units] = output.shape;
    const recurrentMasks = drawMasks(
      recurrentDropout,
      [steps, batch, units],
      recurrentDropout?.perGate ? 4 : 1,
    );
    const masks = masksByStep(recurrentMasks, steps);
    const transposedRecurrent = transposedColumnsOf(recurrentWeight, recurrentMasks);
    const keptHidden = retention(zoneout, 'hidden', [steps, batch, units]);
    const keptCell = retention(zoneout, 'cell', [steps, batch, units]);
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
    const inputMasks = drawMasks(inputDropout, x.shape as [number, number, number], 4);
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
 * The factors of the backward recurrence that do not depend on it, for all steps at once, then cut by step.
 *
 * @param candidates the cells before zoneout; null to compute them again from the gates
 */
function gateFactors(gates: tf.Tensor, previousCells: tf.Tensor, candidates: tf.Tensor | null) {
  const [i, f, g, o] = tf.split(gates, 4, 2);
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
