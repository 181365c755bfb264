/**
 * The two kinds of failure. A {@link UserError} is a situation that its reader can fix: it names what is
 * wrong, where, and the cure, and is shown without a stack trace. Everything else that is thrown is a bug.
 */

/** Subject of a failure; `cli/exit-codes.ts` gives each kind its process exit code. */
export type FaultKind = 'usage' | 'spec' | 'data' | 'backend' | 'diverged' | 'launcher' | 'interrupted';

/** A failure that the user can fix, with its cures. */
export class UserError extends Error {
  override readonly name = 'UserError';

  /**
   * @param kind    what the failure is about
   * @param message what is wrong and where (file, line and column when there are any); may span several lines
   * @param cures   next steps, one sentence each, in the order to try them
   * @param options the underlying error, when there is one
   */
  constructor(
    readonly kind: FaultKind,
    message: string,
    readonly cures: readonly string[] = [],
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Throws UserError('interrupted') once the signal has fired, for work that changes nothing before its end. */
export function stopIfAborted(signal: AbortSignal | undefined): void {
  if (!signal?.aborted) return;
  throw new UserError('interrupted', 'Interrupted; nothing was changed', ['Run the same command again.']);
}
