/**
 * The steps of the optimizers, in place on variables. In each, the gradient is clamped, then scaled by the clipping factor, then
 * weight decay is added: PyTorch's order, where clipping comes before the optimizer's step.
 */
import * as tf from '@tensorflow/tfjs';
import { type Inputs, type Op, runOp } from './op.js';

/** Settings of every parameter step. The gradient is clamped, then scaled, then weight decay is added to it. */
export interface UpdateSettings {
  readonly learningRate: number;
  /** λ: λ · parameter is added to the gradient (L2 regularization). */
  readonly weightDecay: number;
  /** Each element of the gradient is clamped to ± this; null for no clamp. */
  readonly clipValue: number | null;
}

/** Settings of a step of Adam. */
export interface AdamSettings extends UpdateSettings {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** t, from 1. */
  readonly step: number;
}

/** Settings of a step of RMSprop; the gradient is divided by √meanSquare + epsilon. */
export interface RmspropSettings extends UpdateSettings {
  readonly decay: number;
  readonly epsilon: number;
}

/** Settings of a step of a running average. */
export interface AverageSettings {
  readonly weight: number;
}

/** Settings of a step of dynamic evaluation. */
export interface DynamicSettings {
  /** η. */
  readonly learningRate: number;
  /** ε, added to the gradient's root mean square. */
  readonly epsilon: number;
  /** λ over the mean of the root mean squares: times that of a parameter, the share of the way back to the anchor, at most 1. */
  readonly decay: number;
  /**
   * Rows of the parameter, each once, outside of which the gradient is zero and the parameter equals its anchor, so that only they
   * change; null when any may. Only speed depends on it.
   */
  readonly rows: Int32Array | null;
}

/** `ZlmSgdUpdate`: parameter, gradient, scale (scalar) → the new parameter. Outputs of updates may be the inputs' memory. */
export const sgdUpdateOp: Op<UpdateSettings> = {
  name: 'ZlmSgdUpdate',
  reference({ parameter, gradient, scale }: Inputs, { learningRate, weightDecay, clipValue }) {
    const moved = tf.sub(parameter, tf.mul(clamped(gradient, clipValue), tf.mul(scale, learningRate)));
    return [weightDecay === 0 ? moved : tf.sub(moved, tf.mul(parameter, learningRate * weightDecay))];
  },
};

/** `ZlmAdamUpdate`: parameter, gradient, scale, firstMoment, secondMoment → the new parameter and moments. */
export const adamUpdateOp: Op<AdamSettings> = {
  name: 'ZlmAdamUpdate',
  reference(inputs: Inputs, attributes) {
    const { parameter, firstMoment, secondMoment } = inputs;
    const { learningRate, beta1, beta2, epsilon, step } = attributes;
    const gradient = effectiveGradient(inputs, attributes);
    const first = tf.add(tf.mul(firstMoment, beta1), tf.mul(gradient, 1 - beta1));
    const second = tf.add(tf.mul(secondMoment, beta2), tf.mul(tf.square(gradient), 1 - beta2));
    const unbiasedRoot = tf.sqrt(tf.div(second, 1 - beta2 ** step));
    const change = tf.div(tf.mul(first, learningRate / (1 - beta1 ** step)), tf.add(unbiasedRoot, epsilon));
    return [tf.sub(parameter, change), first, second];
  },
};

/** `ZlmRmspropUpdate`: parameter, gradient, scale, meanSquare → the new parameter and mean square. */
export const rmspropUpdateOp: Op<RmspropSettings> = {
  name: 'ZlmRmspropUpdate',
  reference(inputs: Inputs, attributes) {
    const { learningRate, decay, epsilon } = attributes;
    const gradient = effectiveGradient(inputs, attributes);
    const meanSquare = tf.add(tf.mul(inputs.meanSquare, decay), tf.mul(tf.square(gradient), 1 - decay));
    const change = tf.div(tf.mul(gradient, learningRate), tf.add(tf.sqrt(meanSquare), epsilon));
    return [tf.sub(inputs.parameter, change), meanSquare];
  },
};

/** `ZlmAverageUpdate`: average, parameter → average + weight · (parameter − average). */
export const averageUpdateOp: Op<AverageSettings> = {
  name: 'ZlmAverageUpdate',
  reference({ average, parameter }: Inputs, { weight }) {
    return [tf.add(average, tf.mul(tf.sub(parameter, average), weight))];
  },
};

/**
 * `ZlmDynamicUpdate`: parameter, gradient, anchor, rms → parameter + min(decay · rms, 1) · (anchor − parameter) − learningRate ·
 * gradient / (rms + epsilon), all of one shape.
 */
export const dynamicUpdateOp: Op<DynamicSettings> = {
  name: 'ZlmDynamicUpdate',
  reference({ parameter, gradient, anchor, rms }: Inputs, { learningRate, epsilon, decay }) {
    const back = tf.mul(tf.minimum(tf.mul(rms, decay), 1), tf.sub(anchor, parameter));
    const away = tf.div(tf.mul(gradient, learningRate), tf.add(rms, epsilon));
    return [tf.sub(tf.add(parameter, back), away)];
  },
};

/**
 * Runs a step of stochastic gradient descent: parameter ← parameter − learningRate · (scale · gradient + weightDecay · parameter).
 *
 * @param scale the clipping factor, a scalar tensor so that the step need not wait for its value
 */
export function sgdUpdate(
  parameter: tf.Variable,
  gradient: tf.Tensor,
  scale: tf.Scalar,
  settings: UpdateSettings,
): void {
  assign([parameter], runOp(sgdUpdateOp, { parameter, gradient, scale }, settings));
}

/**
 * Runs a step of Adam (Kingma & Ba 2015, algorithm 1).
 *
 * @param scale   the clipping factor
 * @param moments running means of the gradient and of its square, zero before the first step; updated in place
 */
export function adamUpdate(
  parameter: tf.Variable,
  gradient: tf.Tensor,
  scale: tf.Scalar,
  moments: { readonly first: tf.Variable; readonly second: tf.Variable },
  settings: AdamSettings,
): void {
  const inputs = { parameter, gradient, scale, firstMoment: moments.first, secondMoment: moments.second };
  assign([parameter, moments.first, moments.second], runOp(adamUpdateOp, inputs, settings));
}

/**
 * Runs a step of RMSprop (Tieleman & Hinton 2012): the gradient is divided by √meanSquare + epsilon.
 *
 * @param scale      the clipping factor
 * @param meanSquare running mean of the gradient's square, zero before the first step; updated in place
 */
export function rmspropUpdate(
  parameter: tf.Variable,
  gradient: tf.Tensor,
  scale: tf.Scalar,
  meanSquare: tf.Variable,
  settings: RmspropSettings,
): void {
  const outputs = runOp(rmspropUpdateOp, { parameter, gradient, scale, meanSquare }, settings);
  assign([parameter, meanSquare], outputs);
}

/**
 * Runs a step of a running average (Polyak & Juditsky 1992): average ← average + weight · (parameter − average). With weight
 * 1/n at step n the average is the mean of all parameters so far.
 */
export function averageUpdate(average: tf.Variable, parameter: tf.Tensor, weight: number): void {
  assign([average], runOp(averageUpdateOp, { average, parameter }, { weight }));
}

/**
 * Runs a step of dynamic evaluation (Krause et al. 2018, equations 5 to 7): away from the anchor by the gradient over its root
 * mean square in training, and back to the anchor, faster where gradients were large.
 *
 * @param anchor the parameter before the first step
 * @param rms    root mean square of the gradient over the training text
 */
export function dynamicUpdate(
  parameter: tf.Variable,
  gradient: tf.Tensor,
  anchor: tf.Tensor,
  rms: tf.Tensor,
  settings: DynamicSettings,
): void {
  assign([parameter], runOp(dynamicUpdateOp, { parameter, gradient, anchor, rms }, settings));
}

/** Returns the gradient that a step uses. */
function effectiveGradient(inputs: Inputs, { weightDecay, clipValue }: UpdateSettings): tf.Tensor {
  const scaled = tf.mul(clamped(inputs.gradient, clipValue), inputs.scale);
  return weightDecay === 0 ? scaled : tf.add(scaled, tf.mul(inputs.parameter, weightDecay));
}

/** Clamps each element to ± clipValue. */
function clamped(gradient: tf.Tensor, clipValue: number | null): tf.Tensor {
  if (clipValue === null) return gradient;
  // Not tf.clipByValue: the wasm backend turns a NaN into a bound, and a diverged training run would continue.
  return tf.maximum(tf.minimum(gradient, clipValue), -clipValue);
}

function assign(variables: readonly tf.Variable[], values: readonly tf.Tensor[]): void {
  for (const [i, variable] of variables.entries()) variable.assign(values[i]);
}
