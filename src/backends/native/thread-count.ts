/** How many threads the native backend may be asked for. */
import { availableParallelism } from 'node:os';
import { UserError } from '../../errors.js';

/** Threads for each processor at most: more only wait for each other, and thousands exhaust the system. */
const MOST_PER_PROCESSOR = 4;

/**
 * Checks a number of threads.
 *
 * @param threads what was asked for; undefined for as many as there are processors
 * @throws UserError('usage') when this machine cannot use so many
 */
export function checkThreadCount(threads: number | undefined): void {
  if (threads === undefined) return;
  const processors = availableParallelism();
  const most = MOST_PER_PROCESSOR * processors;
  if (Number.isSafeInteger(threads) && threads >= 1 && threads <= most) return;
  const here = processors === 1 ? '1 processor' : `${processors} processors`;
  const message = `the number of threads must be between 1 and ${most}, ${MOST_PER_PROCESSOR} for each of the ${here} here, but is ${threads}`;
  throw new UserError('usage', message, [
    `Leave out --threads (or ZLM_THREADS): the native backend then takes ${processors}, which is the fastest.`,
  ]);
}
