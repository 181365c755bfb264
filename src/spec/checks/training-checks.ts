/** Checks of how windows are cut and gradients become steps. */
import type { Fault } from '../diagnostics.js';
import type { NetworkSpec } from '../systems.js';
import type { Check } from './check.js';

export const TRAINING_CHECKS: readonly Check[] = [
  clippedTwice,
  leastWindowAboveMean,
  randomSentences,
  noChangeToPenalize,
];

export const TRAINING_WARNINGS: readonly Check[] = [averagingNeverStarts];

/** Norm and value are two ways to clip; which came first would matter. */
function clippedTwice({ training }: NetworkSpec): Fault | undefined {
  if (training.clipValue === null || training.clipNorm === null) return undefined;
  return {
    key: 'training.clipValue',
    others: ['training.clipNorm'],
    message: `the gradient can be clipped by value or by norm, but training.clipNorm is ${training.clipNorm}; set it to null beside training.clipValue`,
  };
}

/** Lengths are drawn around bptt and raised to the minimum, which would then decide all of them. */
function leastWindowAboveMean({ training }: NetworkSpec): Fault | undefined {
  const { bptt, randomBptt } = training;
  if (randomBptt === null || randomBptt.minimum <= bptt) return undefined;
  return {
    key: 'training.randomBptt.minimum',
    others: ['training.bptt'],
    message: `training.randomBptt.minimum is ${randomBptt.minimum}, above the mean length training.bptt of ${bptt}; lower it`,
  };
}

/** Lengths of windows are drawn for one stream of text; a sentence has the length that it has. */
function randomSentences({ training }: NetworkSpec): Fault | undefined {
  if (!training.sentences || training.randomBptt === null) return undefined;
  return {
    key: 'training.randomBptt',
    others: ['training.sentences'],
    message:
      'training.randomBptt draws lengths of windows, but training.sentences makes every line a sequence of its own; set one of them to null or false',
  };
}

/** As with a decay, training fewer epochs than averaging waits for is a shorter training. */
function averagingNeverStarts({ training }: NetworkSpec): Fault | undefined {
  if (!('averagedSgd' in training.optimizer)) return undefined;
  const { startEpoch } = training.optimizer.averagedSgd;
  if (startEpoch === null || startEpoch <= training.epochs) return undefined;
  return {
    key: 'training.optimizer.averagedSgd.startEpoch',
    others: ['training.epochs'],
    message: `training ends with epoch ${training.epochs}, but averaging starts with epoch ${startEpoch}: nothing is averaged`,
  };
}

/** TAR compares neighbouring time steps of a window. */
function noChangeToPenalize({ training }: NetworkSpec): Fault | undefined {
  if (training.temporalActivationRegularization === 0 || training.bptt > 1 || training.sentences)
    return undefined;
  return {
    key: 'training.temporalActivationRegularization',
    others: ['training.bptt'],
    message:
      'training.temporalActivationRegularization compares the steps of a window, but training.bptt is 1; set it to 0',
  };
}
