/** The validation after an epoch, as events. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Progress } from '../progress.js';
import type { TrainingEvent } from './events.js';
import { swapIn } from './optimizers/averages.js';
import type { Optimizer } from './optimizers/optimizer.js';
import type { NllCount, Trainee } from './trainee.js';

/**
 * Validates, with the averages of the parameters where the optimizer has any, and passes progress on.
 *
 * @returns null when it was interrupted; the parameters are saved by then
 */
export async function* validated(
  trainee: Trainee,
  optimizer: Optimizer,
  epoch: number,
  signal: AbortSignal,
): AsyncGenerator<TrainingEvent, NllCount | null, void> {
  const swapBack = swapIn(trainee.parameters, optimizer.averages);
  try {
    return yield* validatedAsTheyAre(trainee, epoch, signal);
  } finally {
    swapBack();
  }
}

async function* validatedAsTheyAre(
  trainee: Trainee,
  epoch: number,
  signal: AbortSignal,
): AsyncGenerator<TrainingEvent, NllCount | null, void> {
  const reports: Progress[] = [];
  const result = trainee
    .validate(signal, (progress) => reports.push(progress))
    .then(
      (count) => ({ count }),
      (error: unknown) => ({ error }),
    );
  for (;;) {
    const settled = await Promise.race([result, nextTurn(null)]);
    const progress = reports.pop();
    reports.length = 0;
    if (progress) yield { kind: 'validation', epoch, progress };
    if (settled === null) continue;
    if ('count' in settled) return settled.count;
    if (signal.aborted) return null;
    throw settled.error;
  }
}
