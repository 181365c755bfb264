/** Learning rates. */
import type { Spec } from '../spec/spec.generated.js';

/**
 * The learning rate of an epoch: constant, or the paper's (section 4.1) lr · factor^max(0, epoch − afterEpoch).
 *
 * @param epoch from 1
 */
export function learningRateOf(training: Spec['training'], epoch: number): number {
  const { learningRate } = training.optimizer.sgd;
  const { schedule } = training;
  if (!('decay' in schedule)) return learningRate;
  const { factor, afterEpoch } = schedule.decay;
  return learningRate * factor ** Math.max(0, epoch - afterEpoch);
}
