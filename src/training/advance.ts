/** Advances the progress of a run with each batch and epoch, and finds progress that a run cannot have made. */
import { notACheckpoint } from '../runs/checkpoint-fault.js';
import type { BestEpoch, TrainingProgress } from '../runs/training-progress.js';
import type { NetworkSpec } from '../spec/systems.js';
import { BLEU, type Metric, type NllCount, type Task, type Validation } from '../tasks/task.js';

/** Advances the progress of a run by one batch. */
export function afterBatch(
  progress: TrainingProgress,
  task: Pick<Task, 'batchesIn' | 'stepsOf'>,
  { nll, predictions }: NllCount,
  seconds: number,
): TrainingProgress {
  const { pass, windowInPass } = progress;
  const endsPass = windowInPass + 1 === task.batchesIn(pass);
  return {
    ...progress,
    windows: progress.windows + 1,
    steps: progress.steps + task.stepsOf(pass, windowInPass),
    pass: endsPass ? pass + 1 : pass,
    windowInPass: endsPass ? 0 : windowInPass + 1,
    epochWindows: progress.epochWindows + 1,
    epochNll: progress.epochNll + nll,
    epochPredictions: progress.epochPredictions + predictions,
    seconds,
  };
}

/** Advances the progress of a run past the validation of an epoch, whose batches are all trained. */
export function afterEpoch(
  progress: TrainingProgress,
  { value, bleu }: Validation,
  metric: Metric,
  seconds: number,
): TrainingProgress {
  const epoch = progress.epochs + 1;
  const { best } = progress;
  const reached: BestEpoch = { epoch, perplexity: value, ...(bleu !== undefined && { bleu }) };
  const isBest = best === null || isBetter(reached, best, metric);
  return {
    ...progress,
    epochs: epoch,
    epochWindows: 0,
    epochNll: 0,
    epochPredictions: 0,
    seconds,
    best: isBest ? reached : best,
    validation: [...progress.validation, value],
  };
}

/** Compares epochs. Where BLEU decides, perplexity does so until an epoch has a BLEU, and an epoch without is no better than one with. */
function isBetter(reached: BestEpoch, best: BestEpoch, metric: Metric): boolean {
  const byBleu = metric === BLEU && (reached.bleu !== undefined || best.bleu !== undefined);
  if (byBleu) return (reached.bleu ?? Number.NEGATIVE_INFINITY) > (best.bleu ?? Number.NEGATIVE_INFINITY);
  const [value, least] = [reached.perplexity, best.perplexity];
  return metric === BLEU || metric.better === 'lower' ? value < least : value > least;
}

/**
 * Checks that the progress of a run lies within the data and the epochs of a training.
 *
 * @param path the checkpoint's file, for the message
 * @throws UserError('data') when it does not
 */
export function checkProgress(
  progress: TrainingProgress,
  task: Pick<Task, 'batchesIn'>,
  { training }: NetworkSpec,
  path: string,
): void {
  const { windows, pass, windowInPass, epochs, epochWindows, averagedSince, best } = progress;
  const fault = (what: string) => notACheckpoint(path, `its position in the run is impossible: ${what}`);
  // Every pass has a window, so this also bounds the passes whose windows are drawn.
  if (pass > windows) throw fault(`${pass} passes cannot have had ${windows} windows`);
  const inPass = task.batchesIn(pass);
  if (windowInPass >= inPass) throw fault(`window ${windowInPass} of pass ${pass}, which has ${inPass}`);
  if (epochWindows + epochs > windows) {
    throw fault(`${epochs} epochs and ${epochWindows} windows cannot have had ${windows} windows`);
  }
  const inEpoch = training.windowsPerEpoch ?? task.batchesIn(epochs);
  if (epochWindows > inEpoch)
    throw fault(`window ${epochWindows} of epoch ${epochs + 1}, which has ${inEpoch}`);
  if (averagedSince !== null && averagedSince > windows)
    throw fault(`averaged since window ${averagedSince} of ${windows}`);
  if (best !== null && best.epoch > epochs) throw fault(`the best epoch is ${best.epoch} of ${epochs}`);
}
