/** How the position of a run moves on. */
import type { Position } from '../runs/position.js';
import type { StepResult } from './step.js';
import { type NllCount, perplexityOf, type Trainee } from './trainee.js';

/** The position after one more window. */
export function afterWindow(
  position: Position,
  trainee: Trainee,
  { nll, predictions }: StepResult,
  seconds: number,
): Position {
  const { pass, windowInPass } = position;
  const endsPass = windowInPass + 1 === trainee.windowsIn(pass);
  return {
    ...position,
    windows: position.windows + 1,
    steps: position.steps + trainee.stepsOf(pass, windowInPass),
    pass: endsPass ? pass + 1 : pass,
    windowInPass: endsPass ? 0 : windowInPass + 1,
    epochWindows: position.epochWindows + 1,
    epochNll: position.epochNll + nll,
    epochPredictions: position.epochPredictions + predictions,
    seconds,
  };
}

/** The position after the validation of an epoch, whose windows are all trained. */
export function afterEpoch(position: Position, validation: NllCount, seconds: number): Position {
  const epoch = position.epochs + 1;
  const perplexity = perplexityOf(validation);
  const isBest = position.best === null || perplexity < position.best.perplexity;
  return {
    ...position,
    epochs: epoch,
    epochWindows: 0,
    epochNll: 0,
    epochPredictions: 0,
    seconds,
    best: isBest ? { epoch, perplexity } : position.best,
    validation: [...position.validation, perplexity],
  };
}
