/** Ctrl-C, SIGTERM and a closed terminal: the first asks the work under way to stop in good order, the second stops at once. */
import { UserError } from '../errors.js';
import { EXIT_CODES } from './exit-codes.js';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

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
  const handler = (name: NodeJS.Signals) => {
    if (!controller.signal.aborted) {
      controller.abort(new UserError('interrupted', 'interrupted'));
      announce();
    } else if (name !== 'SIGHUP') {
      // The system and the shell both tell of a closed terminal: twice is no haste.
      process.exit(EXIT_CODES.interrupted);
    }
  };
  for (const name of SIGNALS) process.on(name, handler);
  try {
    return await work(controller.signal);
  } finally {
    for (const name of SIGNALS) process.off(name, handler);
  }
}
