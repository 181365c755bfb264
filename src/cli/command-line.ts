/** Runs a command line with oclif and turns errors into exit codes. */
import type { Interfaces } from '@oclif/core';
import { run } from '@oclif/core/run';
import { settings } from '@oclif/core/settings';
import { UserError } from '../errors.js';
import { describeFileError } from '../storage/file-error.js';
import { exitCodeOf } from './exit-codes.js';
import { reportError } from './report-error.js';

/** Keeps oclif from loading plugins from folders that others may be able to write to: zlm has no plugins. */
const NO_PLUGINS = { userPlugins: false, devPlugins: false } as const;

/**
 * Runs a command line; ends the process when it fails.
 *
 * @param argv    the words after the program's name
 * @param options the place of the package, for oclif
 */
export async function runCommandLine(argv: string[], options: Interfaces.Options): Promise<void> {
  const format = asksForJson(argv) ? 'json' : 'text';
  // Before oclif's own listener, which treats any error except EPIPE as a bug.
  process.stdout.prependListener('error', exitOnBrokenOutput);
  // The command continues without its progress display: its terminal was closed, or the log's disk is full.
  process.stderr.on('error', () => {});
  process.on('uncaughtException', (error) => {
    // An error in a timer or a socket reaches no `catch`. Exit before the next listener: the wasm backend's throws
    // again, and Node then prints the backend's minified source.
    reportError(error, format);
    process.exit(exitCodeOf(error));
  });
  try {
    // zlm has neither TypeScript sources to compile nor a theme.
    settings.enableAutoTranspile = false;
    process.env.ZLM_DISABLE_THEME = 'true';
    await run(argv, { ...options, ...NO_PLUGINS });
  } catch (error) {
    const fault = refusalOfFiles(error) ?? error;
    reportError(fault, format);
    await exitWhenWritten(exitCodeOf(fault));
  }
}

/** Describes an error of the file system that no other code has described; undefined for any other error. */
function refusalOfFiles(error: unknown): UserError | undefined {
  if (!(error instanceof Error)) return undefined;
  const { path, syscall }: NodeJS.ErrnoException = error;
  if (syscall === 'uv_cwd') {
    const cures = ['Change to a folder that exists, and run the command again.'];
    return new UserError('data', 'The current folder no longer exists', cures, { cause: error });
  }
  return path === undefined ? undefined : describeFileError(error, path, 'use');
}

async function exitWhenWritten(exitCode: number): Promise<void> {
  await flushed(process.stdout);
  await flushed(process.stderr);
  // Setting `process.exitCode` is not enough: a failed command may leave a socket or a timer open that keeps Node running.
  process.exit(exitCode);
}

/** Ends the process when stdout fails. An error can then be reported only on stderr, even with `--json`. */
export function exitOnBrokenOutput(error: NodeJS.ErrnoException): void {
  // `zlm runs | head -1` closes stdout early. That is not a fault, and nothing is left to do.
  if (error.code === 'EPIPE') process.exit();
  const fault =
    describeFileError(error, 'the standard output', 'write') ??
    new UserError('data', `Cannot write to the standard output: ${error.message}`, [], { cause: error });
  reportError(fault, 'text');
  process.exit(exitCodeOf(fault));
}

function asksForJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return argv.slice(0, end === -1 ? undefined : end).includes('--json');
}

function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => stream.write('', () => resolve()));
}
