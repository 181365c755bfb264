/**
 * The settings of a spec for the training loop. Learning rates, averaging and early stopping depend on the epoch and on the
 * validation of the epochs before it.
 */
import type { TrainingProgress } from '../runs/training-progress.js';
import { baseLearningRate, type NetworkSpec } from '../spec/systems.js';
import { type DivergenceFacts, divergenceFacts } from './divergence.js';
import type { Loss } from './step.js';

type Training = NetworkSpec['training'];

/** The functions depend on their arguments alone, so that a resumed run decides as the first would have. */
export interface LoopSettings {
  readonly epochs: number;
  /** Windows in an epoch, and the place in the data carries on into the next one; null for one pass an epoch. */
  readonly windowsPerEpoch: number | null;
  readonly loss: Loss;
  readonly clipNorm: number | null;
  /** @param epoch from 1 @param validation valid perplexities of the epochs before it */
  learningRateOf(epoch: number, validation: readonly number[]): number;
  /** Returns the factor of the learning rate in a window of `steps` time steps. */
  windowFactor(steps: number): number;
  /** Whether the parameters are averaged in an epoch. @param epoch from 1 @param validation of the epochs before it */
  averagesInEpoch(epoch: number, validation: readonly number[]): boolean;
  /** Whether the run is over before its last epoch. */
  stopsEarly(position: Pick<TrainingProgress, 'epochs' | 'best'>): boolean;
  /** Longest time between checkpoints within an epoch. */
  readonly checkpointSeconds: number;
  /** Facts for the message when it diverges. */
  readonly divergence: DivergenceFacts;
}

/** The settings that a spec makes. */
export function loopSettings(spec: NetworkSpec): LoopSettings {
  const { training } = spec;
  const { epochs, windowsPerEpoch, loss, clipNorm, bptt, sentences, checkpoint } = training;
  return {
    epochs,
    windowsPerEpoch,
    loss,
    clipNorm,
    learningRateOf: (epoch, validation) => learningRateOf(training, epoch, validation),
    // Under a mean, a short window would move the parameters as far as a long one (Merity et al. 2018, section 4.1).
    windowFactor: (steps) => (loss === 'mean' && !sentences ? steps / bptt : 1),
    averagesInEpoch: (epoch, validation) => averagesInEpoch(training, epoch, validation),
    stopsEarly: (position) => stopsEarly(training, position),
    checkpointSeconds: 60 * checkpoint.everyMinutes,
    divergence: divergenceFacts(spec),
  };
}

/** Returns the end of a run's epochs: it has them all, or it stops before; null while there is more to train. */
export function endOf(
  { epochs, stopsEarly }: Pick<LoopSettings, 'epochs' | 'stopsEarly'>,
  position: Pick<TrainingProgress, 'epochs' | 'best'>,
): 'all-epochs' | 'stopped-early' | null {
  if (position.epochs >= epochs) return 'all-epochs';
  return stopsEarly(position) ? 'stopped-early' : null;
}

/**
 * The learning rate of an epoch: the optimizer's, times what the schedule makes of it.
 *
 * @param epoch      from 1
 * @param validation the valid perplexity of every epoch before it, or of more
 */
export function learningRateOf(training: Training, epoch: number, validation: readonly number[]): number {
  return baseLearningRate(training.optimizer) * scheduleFactor(training, epoch, validation);
}

function scheduleFactor({ schedule, epochs }: Training, epoch: number, validation: readonly number[]) {
  if ('decay' in schedule) {
    // Paper, section 4.1.
    const { factor, afterEpoch } = schedule.decay;
    return factor ** Math.max(0, epoch - afterEpoch);
  }
  if ('plateau' in schedule) {
    const { factor, ...bounds } = schedule.plateau;
    return factor ** plateaus(validation.slice(0, epoch - 1), bounds);
  }
  if ('cosine' in schedule) return cosineFactor(epoch, epochs, schedule.cosine.final);
  return 1;
}

/** Counts how often more than `patience` epochs in a row did not improve on the best before them. */
function plateaus(
  validation: readonly number[],
  { patience, threshold }: { patience: number; threshold: number },
): number {
  let [best, inRow, count] = [Number.POSITIVE_INFINITY, 0, 0];
  for (const perplexity of validation) {
    inRow = perplexity < best * (1 - threshold) ? 0 : inRow + 1;
    best = Math.min(best, perplexity);
    if (inRow <= patience) continue;
    count += 1;
    inRow = 0;
  }
  return count;
}

/**
 * From 1 in epoch 1 towards `final`, which the epoch after the last one would have (Loshchilov and Hutter 2017, equation 5,
 * without restarts): an epoch at the learning rate 0 would be one for nothing.
 */
function cosineFactor(epoch: number, epochs: number, final: number): number {
  const progress = (epoch - 1) / epochs;
  return final + ((1 - final) * (1 + Math.cos(Math.PI * progress))) / 2;
}

/**
 * Tells whether averaged SGD averages in an epoch: from a given one on, or once an epoch before it has fired the
 * non-monotonic trigger of AWD-LSTM (Merity et al. 2018, algorithm 1), a valid perplexity above the best of all epochs
 * before it except the last `nonMonotonic`.
 *
 * @param epoch      from 1
 * @param validation the valid perplexity of every epoch before it, or of more
 */
export function averagesInEpoch(
  { optimizer }: Training,
  epoch: number,
  validation: readonly number[],
): boolean {
  if (!('averagedSgd' in optimizer)) return false;
  const { startEpoch, nonMonotonic } = optimizer.averagedSgd;
  if (startEpoch !== null) return epoch >= startEpoch;
  const before = validation.slice(0, epoch - 1);
  let best = Number.POSITIVE_INFINITY;
  return before.some((perplexity, index) => {
    best = Math.min(best, before[index - nonMonotonic - 1] ?? best);
    return perplexity > best;
  });
}

/** Tells whether training ends before its last epoch: `patience` epochs in a row have brought no new best on valid. */
export function stopsEarly(
  { earlyStopping }: Training,
  { epochs, best }: Pick<TrainingProgress, 'epochs' | 'best'>,
): boolean {
  return earlyStopping !== null && best !== null && epochs - best.epoch >= earlyStopping.patience;
}
