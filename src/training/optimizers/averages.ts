/** Evaluating the averages of the parameters in the parameters' place. */
import * as tf from '@tensorflow/tfjs';
import { dispose } from '../../ops/memory.js';
import { companion } from './companions.js';
import type { ByParameter } from './optimizer.js';

/**
 * Gives the parameters the values of the averages, without copying either; they must not be trained until they have
 * their own back.
 *
 * @param averages null to leave the parameters as they are
 * @returns gives the parameters their own values back; to be called once
 */
export function swapIn(parameters: ByParameter, averages: ByParameter | null): () => void {
  if (!averages) return () => {};
  const own = [...parameters.values()].map((parameter) => ({ parameter, value: tf.clone(parameter) }));
  for (const [name, parameter] of parameters) parameter.assign(companion(averages, name));
  return () => {
    for (const { parameter, value } of own) parameter.assign(value);
    dispose(own.map(({ value }) => value));
  };
}
