/** What the training loop reads of a spec. */
import type { NetworkSpec } from '../spec/systems.js';
import { type DivergenceFacts, divergenceFacts } from './divergence-error.js';
import { averagesInEpoch, learningRateOf, stopsEarly } from './schedule.js';
import type { Loss } from './step.js';

/** The functions depend on their arguments alone, so that a resumed run decides as the first would have. */
export interface LoopSettings {
  readonly epochs: number;
  /** Windows in an epoch, and the place in the data carries on into the next one; null for one pass an epoch. */
  readonly windowsPerEpoch: number | null;
  readonly loss: Loss;
  readonly clipNorm: number | null;
  /** @param epoch from 1 @param validation valid perplexities of the epochs before it */
  learningRateOf(epoch: number, validation: readonly number[]): number;
  /** What the learning rate is multiplied by in a window of so many time steps. */
  windowFactor(steps: number): number;
  /** Whether the parameters are averaged in an epoch. @param epoch from 1 @param validation of the epochs before it */
  averagesInEpoch(epoch: number, validation: readonly number[]): boolean;
  /** Whether the run is over before its last epoch. @param validation of every epoch so far */
  stopsEarly(validation: readonly number[]): boolean;
  /** Longest time between checkpoints within an epoch. */
  readonly checkpointSeconds: number;
  /** What is named when it diverges. */
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
    stopsEarly: (validation) => stopsEarly(training, validation),
    checkpointSeconds: 60 * checkpoint.everyMinutes,
    divergence: divergenceFacts(spec),
  };
}

/** How the epochs of a run end: it has them all, or it stops before; null while there is more to train. */
export function endOf(
  { epochs, stopsEarly }: Pick<LoopSettings, 'epochs' | 'stopsEarly'>,
  position: { readonly epochs: number; readonly validation: readonly number[] },
): 'all-epochs' | 'stopped-early' | null {
  if (position.epochs >= epochs) return 'all-epochs';
  return stopsEarly(position.validation) ? 'stopped-early' : null;
}
