/** The validation after an epoch, as events. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Progress } from '../progress.js';
import type { Task, Validation } from '../tasks/task.js';
import type { TrainingEvent } from './events.js';
import { type Optimizer, swapIn } from './optimizers.js';

/**
 * Validates, with the averages of the parameters where the optimizer has any, and passes progress on.
 *
 * @returns null when it was interrupted; the parameters are saved by then
 */
export async function* validated(
  task: Task,
  optimizer: Optimizer,
  epoch: number,
  signal: AbortSignal,
): AsyncGenerator<TrainingEvent, Validation | null, void> {
  const swapBack = swapIn(task.parameters, optimizer.averages);
  try {
    return yield* validatedAsTheyAre(task, epoch, signal);
  } finally {
    swapBack();
  }
}

async function* validatedAsTheyAre(
  task: Task,
  epoch: number,
  signal: AbortSignal,
): AsyncGenerator<TrainingEvent, Validation | null, void> {
  const reports: Progress[] = [];
  const result = task
    .validate(signal, (progress) => reports.push(progress))
    .then(
      (validation) => ({ validation }),
      (error: unknown) => ({ error }),
    );
  for (;;) {
    const settled = await Promise.race([result, nextTurn(null)]);
    const progress = reports.pop();
    reports.length = 0;
    if (progress) yield { kind: 'validation', epoch, progress };
    if (settled === null) continue;
    if ('validation' in settled) return settled.validation;
    if (signal.aborted) return null;
    throw settled.error;
  }
}
