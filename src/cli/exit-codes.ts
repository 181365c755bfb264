/** Exit codes: 0 for success, 1 for a bug, and one code for each kind of fault. */
import { CLIError } from '@oclif/core/errors';
import { type FaultKind, UserError } from '../errors.js';

/** Exit code of each kind of fault. */
export const EXIT_CODES: Readonly<Record<FaultKind, number>> = {
  usage: 2,
  spec: 3,
  data: 4,
  backend: 5,
  diverged: 6,
  launcher: 7,
  interrupted: 130,
};

/** Exit code of an error that zlm did not foresee. */
export const BUG_EXIT_CODE = 1;

/** Every exit code with its meaning, in the order of the help. */
export const EXIT_CODE_MEANINGS: readonly (readonly [code: number, meaning: string])[] = [
  [0, 'success'],
  [BUG_EXIT_CODE, 'a bug in zlm'],
  [EXIT_CODES.usage, 'a wrong command, argument or flag'],
  [EXIT_CODES.spec, 'a fault in a spec'],
  [EXIT_CODES.data, 'a file, folder, corpus or checkpoint that is missing or damaged'],
  [EXIT_CODES.backend, 'a backend that cannot run, or computes wrongly'],
  [EXIT_CODES.diverged, 'the training diverged'],
  [EXIT_CODES.launcher, 'a launcher that is missing, or refuses the jobs'],
  [EXIT_CODES.interrupted, 'interrupted; the training of a network saves its state first'],
];

/** Returns the exit code of an error: by kind for a {@link UserError}, oclif's own for its errors, else a bug's. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof UserError) return EXIT_CODES[error.kind];
  if (error instanceof CLIError) return error.oclif.exit ?? BUG_EXIT_CODE;
  return BUG_EXIT_CODE;
}
