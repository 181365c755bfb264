/** Checks of the learning rate over the epochs. */
import type { Fault } from '../diagnostics.js';
import { baseLearningRate } from '../kinds.js';
import type { NetworkSpec } from '../systems.js';
import type { Check } from './check.js';

export const SCHEDULE_CHECKS: readonly Check[] = [
  decayStartsTooLate,
  learningRateVanishes,
  stopsBeforePlateauEnds,
];

/** A decay after the last epoch never happens: mostly `epochs` was changed and the schedule forgotten. */
function decayStartsTooLate({ training }: NetworkSpec): Fault | undefined {
  if (!('decay' in training.schedule)) return undefined;
  const { afterEpoch } = training.schedule.decay;
  if (afterEpoch < training.epochs) return undefined;
  return {
    key: 'training.schedule.decay.afterEpoch',
    message: `the decay starts after epoch ${afterEpoch}, but training ends with epoch ${training.epochs}; lower training.schedule.decay.afterEpoch, or choose training.schedule.constant={}`,
  };
}

/** The smallest normal number of float32, in which the parameters are held. */
const SMALLEST_FLOAT32 = 2 ** -126;

/** A learning rate that underflows spends epochs on nothing: mostly the factor is the paper's divisor turned wrong. */
function learningRateVanishes({ training }: NetworkSpec): Fault | undefined {
  if (!('decay' in training.schedule)) return undefined;
  const { factor, afterEpoch } = training.schedule.decay;
  const last = baseLearningRate(training.optimizer) * factor ** Math.max(0, training.epochs - afterEpoch);
  if (last >= SMALLEST_FLOAT32) return undefined;
  return {
    key: 'training.schedule.decay.factor',
    message: `the learning rate decays to ${last.toPrecision(2)} by epoch ${training.epochs}, too small for float32; raise training.schedule.decay.factor or lower training.epochs`,
  };
}

/**
 * With a threshold of 0, an epoch that wears out the plateau's patience is one that wears out the stopping's: training ends
 * before it has seen a smaller learning rate.
 */
function stopsBeforePlateauEnds({ training }: NetworkSpec): Fault | undefined {
  const { schedule, earlyStopping } = training;
  if (!('plateau' in schedule) || earlyStopping === null || schedule.plateau.threshold > 0) return undefined;
  const fallsAfter = schedule.plateau.patience + 1;
  if (earlyStopping.patience > fallsAfter) return undefined;
  return {
    key: 'training.earlyStopping.patience',
    message: `training stops after ${earlyStopping.patience} epochs without a new best, no later than the learning rate falls for the first time; raise training.earlyStopping.patience above ${fallsAfter}`,
  };
}
