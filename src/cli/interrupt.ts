/** Ctrl-C, SIGTERM and a closed terminal: the first signal asks the work to stop cleanly, the second exits at once. */
import { UserError } from '../errors.js';
import { EXIT_CODES } from './exit-codes.js';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs work that watches an abort signal, which the process's interrupt signals trigger while it runs.
 *
 * @param announce called at the first signal
 * @throws UserError('interrupted') when the work stopped because of it
 */
export async function interruptible<T>(
  work: (signal: AbortSignal) => Promise<T>,
  announce: () => void = () => {},
): Promise<T> {
  const controller = new AbortController();
  const handler = (name: NodeJS.Signals) => {
    if (!controller.signal.aborted) {
      controller.abort(new UserError('interrupted', 'Interrupted'));
      announce();
    } else if (name !== 'SIGHUP') {
      // The system and the shell both signal a closed terminal, so a second SIGHUP does not mean haste.
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
