import { UserError } from '../errors.js';

/** Throws UserError('interrupted') once the signal has fired; unfinished corpora are discarded by their maker. */
export function stopIfAborted(signal: AbortSignal | undefined): void {
  if (!signal?.aborted) return;
  throw new UserError('interrupted', 'Interrupted; no corpus was changed', ['Run the same command again.']);
}
