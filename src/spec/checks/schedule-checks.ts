/** Checks of the learning rate over the epochs. */
import type { Fault } from '../diagnostics.js';
import { SMALLEST_FLOAT32 } from '../float32.js';
import { baseLearningRate } from '../kinds.js';
import type { NetworkSpec } from '../systems.js';
import type { Check } from './check.js';

export const SCHEDULE_CHECKS: readonly Check[] = [learningRateVanishes, stopsBeforePlateauEnds];

export const SCHEDULE_WARNINGS: readonly Check[] = [decayNeverStarts];

/** Training fewer epochs than a decay waits for is a shorter training, as a first try of a spec mostly is. */
function decayNeverStarts({ training }: NetworkSpec): Fault | undefined {
  if (!('decay' in training.schedule)) return undefined;
  const { afterEpoch } = training.schedule.decay;
  if (afterEpoch < training.epochs) return undefined;
  return {
    key: 'training.schedule.decay.afterEpoch',
    others: ['training.epochs'],
    message: `training ends with epoch ${training.epochs}, but training.schedule.decay starts after epoch ${afterEpoch}: every epoch has the full learning rate`,
  };
}

/** A learning rate that underflows spends epochs on nothing: mostly the factor is the paper's divisor turned wrong. */
function learningRateVanishes({ training }: NetworkSpec): Fault | undefined {
  if (!('decay' in training.schedule)) return undefined;
  const { factor, afterEpoch } = training.schedule.decay;
  const last = baseLearningRate(training.optimizer) * factor ** Math.max(0, training.epochs - afterEpoch);
  if (last >= SMALLEST_FLOAT32) return undefined;
  return {
    key: 'training.schedule.decay.factor',
    others: ['training.epochs', 'training.schedule.decay.afterEpoch', learningRateKey(training)],
    message: `the learning rate decays to ${last.toPrecision(2)} by epoch ${training.epochs}, too small for float32; raise training.schedule.decay.factor or lower training.epochs`,
  };
}

function learningRateKey({ optimizer }: NetworkSpec['training']): string {
  return `training.optimizer.${Object.keys(optimizer).join()}.learningRate`;
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
    others: ['training.schedule.plateau.patience', 'training.schedule.plateau.threshold'],
    message: `training stops after ${earlyStopping.patience} epochs without a new best, no later than the learning rate falls for the first time; raise training.earlyStopping.patience above ${fallsAfter}`,
  };
}
