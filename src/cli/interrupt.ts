/** Ctrl-C and SIGTERM: the first asks the work under way to stop in good order, the second stops at once. */
import { UserError } from '../errors.js';
import { EXIT_CODES } from './exit-codes.js';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/**
 * Runs work that watches an abort signal, which the process's interrupt signals trigger while it runs.
 *
 * @param announce called at the first one
 * @throws UserError('interrupted') when the work gave up because of it
 */
export async function interruptible<T>(
  work: (signal: AbortSignal) => Promise<T>,
  announce: () => void = () => {},
): Promise<T> {
  const controller = new AbortController();
  const handler = () => {
    if (controller.signal.aborted) process.exit(EXIT_CODES.interrupted);
    controller.abort(new UserError('interrupted', 'interrupted'));
    announce();
  };
  for (const name of SIGNALS) process.on(name, handler);
  try {
    return await work(controller.signal);
  } finally {
    for (const name of SIGNALS) process.off(name, handler);
  }
}
