/** The optimizer that a spec asks for. */
import type { NetworkSpec } from '../../spec/systems.js';
import { Adam } from './adam.js';
import { AveragedSgd } from './averaged-sgd.js';
import type { ByParameter, Optimizer } from './optimizer.js';
import { RmsProp } from './rmsprop.js';
import { Sgd } from './sgd.js';

type Training = NetworkSpec['training'];

/**
 * An optimizer with nothing behind it: what it remembers is zero, or is put there from a checkpoint.
 *
 * @param averaging whether the averaging of averagedSgd has begun at the position it is made for
 */
export function createOptimizer(
  { optimizer, weightDecay, clipValue }: Pick<Training, 'optimizer' | 'weightDecay' | 'clipValue'>,
  parameters: ByParameter,
  averaging: boolean,
): Optimizer {
  const gradient = { weightDecay, clipValue };
  if ('adam' in optimizer) {
    const { beta1, beta2, epsilon } = optimizer.adam;
    return new Adam(parameters, { ...gradient, beta1, beta2, epsilon });
  }
  if ('rmsprop' in optimizer) {
    const { decay, epsilon } = optimizer.rmsprop;
    return new RmsProp(parameters, { ...gradient, decay, epsilon });
  }
  if ('averagedSgd' in optimizer) return new AveragedSgd(parameters, gradient, averaging);
  return new Sgd(parameters, gradient);
}

/** Tensors of a parameter's size that an optimizer holds beside each, at most: for what a training will need. */
export function companionsOf({ optimizer }: Pick<Training, 'optimizer'>): number {
  if ('adam' in optimizer) return 2;
  return 'sgd' in optimizer ? 0 : 1;
}
