/** Shows an error: as text on stderr, or with `--json` as an object on stdout. */
import { CLIError, ExitError } from '@oclif/core/errors';
import ansis, { Ansis } from 'ansis';
import { type FaultKind, UserError } from '../errors.js';
import { visibleJson, visibleLines } from '../visible.js';
import { EXIT_CODES, exitCodeOf } from './exit-codes.js';
import { endProgress } from './progress.js';

/** The object under `error` that `--json` prints; see `schemas/output/error.schema.json`. */
export interface ErrorReport {
  /** Kind of the fault; `bug` is an error that zlm did not foresee. */
  readonly kind: FaultKind | 'bug';
  readonly message: string;
  /** Next steps, in the order to try them. */
  readonly cures: readonly string[];
  readonly exitCode: number;
  /** Stack trace, for a bug only. */
  readonly stack?: string;
}

const BUG_CURES = [
  'This is a bug in zlm. Please report it with the lines above, the command and what `zlm doctor` prints.',
];

/** Errors that have been shown, so that the outer of two handlers stays silent. */
const reported = new WeakSet<object>();

/** Describes any thrown value. */
function describeError(error: unknown): ErrorReport {
  const exitCode = exitCodeOf(error);
  if (error instanceof UserError) {
    return { kind: error.kind, message: error.message, cures: error.cures, exitCode };
  }
  if (error instanceof CLIError) {
    return { kind: kindOfExitCode(exitCode), message: error.message, cures: [], exitCode };
  }
  const message = error instanceof Error ? error.message : String(error);
  const stack = error instanceof Error ? (error.stack ?? message) : message;
  return { kind: 'bug', message, cures: BUG_CURES, exitCode, stack };
}

/**
 * Shows an error, unless it has been shown or is only a request to exit.
 *
 * @param complete makes a cure fit the command that failed
 */
export function reportError(
  error: unknown,
  as: 'text' | 'json',
  complete: (cure: string) => string = (cure) => cure,
): void {
  if (error instanceof ExitError) return;
  if (error instanceof Error && reported.has(error)) return;
  if (error instanceof Error) reported.add(error);
  const { cures, ...rest } = describeError(error);
  const report = { ...rest, cures: cures.map(complete) };
  endProgress();
  if (as === 'json')
    process.stdout.write(`${visibleJson(JSON.stringify({ error: report }, undefined, 2))}\n`);
  else process.stderr.write(renderError(report));
}

function renderError(report: ErrorReport): string {
  // ansis checks stdout; stderr in a file (`2>`) must be plain all the same.
  const style = process.stderr.isTTY || process.env.FORCE_COLOR ? ansis : new Ansis(0);
  const message = visibleLines(report.stack ?? report.message);
  // Later lines are indented as the first, so that carets stay in their columns.
  const lines = message.split('\n').map((line, index) => (index === 0 || line === '' ? line : `  ${line}`));
  const cures = report.cures.map((cure) => `${style.dim('  →')} ${visibleLines(cure)}`);
  return `${[`${style.red('✖')} ${lines.join('\n')}`, ...cures].join('\n')}\n`;
}

function kindOfExitCode(exitCode: number): FaultKind | 'bug' {
  const kinds = Object.keys(EXIT_CODES) as FaultKind[];
  return kinds.find((kind) => EXIT_CODES[kind] === exitCode) ?? 'bug';
}
