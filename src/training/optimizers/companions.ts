/** Tensors that an optimizer keeps beside the parameters, one for each and of its shape. */
import * as tf from '@tensorflow/tfjs';
import { tidy } from '../../ops/memory.js';
import type { ByParameter } from './optimizer.js';

/** A zero beside every parameter. */
export function zerosBeside(parameters: ByParameter): ByParameter {
  return new Map(
    [...parameters].map(([name, { shape }]) => [name, tidy(() => tf.variable(tf.zeros(shape), false))]),
  );
}

/** Companions under the names that a checkpoint knows them by. */
export function named(kind: string, companions: ByParameter): [string, tf.Variable][] {
  return [...companions].map(([parameter, variable]) => [`${kind}.${parameter}`, variable]);
}

/** The companion of one parameter. */
export function companion(companions: ByParameter, parameter: string): tf.Variable {
  const variable = companions.get(parameter);
  if (!variable) throw new Error(`the optimizer keeps nothing for ${parameter}`);
  return variable;
}
