/** How the position of a run moves on. */
import type { Position } from '../runs/position.js';
import type { Metric, NllCount, Task, Validation } from '../tasks/task.js';

/** Moves a position past one more batch. */
export function afterBatch(
  position: Position,
  task: Pick<Task, 'batchesIn' | 'stepsOf'>,
  { nll, predictions }: NllCount,
  seconds: number,
): Position {
  const { pass, windowInPass } = position;
  const endsPass = windowInPass + 1 === task.batchesIn(pass);
  return {
    ...position,
    windows: position.windows + 1,
    steps: position.steps + task.stepsOf(pass, windowInPass),
    pass: endsPass ? pass + 1 : pass,
    windowInPass: endsPass ? 0 : windowInPass + 1,
    epochWindows: position.epochWindows + 1,
    epochNll: position.epochNll + nll,
    epochPredictions: position.epochPredictions + predictions,
    seconds,
  };
}

/** Moves a position past the validation of an epoch, whose batches are all trained. */
export function afterEpoch(
  position: Position,
  { value }: Validation,
  { better }: Metric,
  seconds: number,
): Position {
  const epoch = position.epochs + 1;
  const { best } = position;
  const isBest = best === null || (better === 'lower' ? value < best.perplexity : value > best.perplexity);
  return {
    ...position,
    epochs: epoch,
    epochWindows: 0,
    epochNll: 0,
    epochPredictions: 0,
    seconds,
    best: isBest ? { epoch, perplexity: value } : best,
    validation: [...position.validation, value],
  };
}
