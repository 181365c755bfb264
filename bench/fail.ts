/** Ends a script that failed: with what was wrong, and without a stack. */
export function fail(error: unknown): void {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
