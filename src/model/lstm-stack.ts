/** L LSTM layers on top of each other with dropout on the edges between them (paper, equations of section 3.2). */
import * as tf from '@tensorflow/tfjs';
import { dropout } from '../ops/dropout.js';
import { type LstmParameters, type LstmState, lstm } from '../ops/lstm.js';
import type { Precision } from '../ops/products.js';
import { type DropoutPlan, maskBelowLayer, maskBelowSoftmax, recurrentMask } from './dropout-placement.js';
import { type Parameters, parameter } from './parameters.js';

/** The state of every layer, from the embedding to the softmax. */
export type StackState = readonly LstmState[];

/** h = c = 0 for every layer: the state at the start of a pass over the corpus. */
export function zeroState(layers: readonly number[], batch: number): StackState {
  return layers.map((units) => ({ h: tf.zeros([batch, units]), c: tf.zeros([batch, units]) }));
}

/**
 * Runs the stack over a window.
 *
 * @param x     [T, B, E], the embedded input
 * @param state state before the window
 * @param plan  dropout masks, or null at test time
 * @returns what the softmax sees, [T, B, H of the last layer], and the state after the window
 */
export function lstmStack(
  x: tf.Tensor3D,
  state: StackState,
  parameters: Parameters,
  plan: DropoutPlan | null,
  precision: Precision = 'f32',
): { output: tf.Tensor3D; state: StackState } {
  let signal = x;
  const after = state.map((before, layer) => {
    const input = plan ? dropout(signal, maskBelowLayer(plan, layer)) : signal;
    const mask = plan && recurrentMask(plan, layer);
    const result = lstm(input, before, layerParameters(parameters, layer), mask, precision);
    signal = result.output;
    return result.state;
  });
  const output = plan ? dropout(signal, maskBelowSoftmax(plan, state.length)) : signal;
  return { output, state: after };
}

function layerParameters(parameters: Parameters, layer: number): LstmParameters {
  const named = (name: string) => parameter(parameters, `layers.${layer}.${name}`);
  return {
    inputWeight: named('inputWeight') as tf.Tensor as tf.Tensor2D,
    recurrentWeight: named('recurrentWeight') as tf.Tensor as tf.Tensor2D,
    bias: named('bias') as tf.Tensor as tf.Tensor1D,
  };
}
