/** Runs a command line with oclif and turns whatever it throws into an exit code. */
import type { Interfaces } from '@oclif/core';
import { run } from '@oclif/core/run';
import { settings } from '@oclif/core/settings';
import { UserError } from '../errors.js';
import { describeFileError } from '../storage/file-error.js';
import { exitCodeOf } from './exit-codes.js';
import { reportError } from './report-error.js';

/** oclif would load plugins from folders of the user, which may not be the user's: zlm has none. */
const NO_PLUGINS = { userPlugins: false, devPlugins: false } as const;

/**
 * Runs a command line; ends the process when it fails.
 *
 * @param argv    the words after the program's name
 * @param options where oclif finds the package
 */
export async function runCommandLine(argv: string[], options: Interfaces.Options): Promise<void> {
  const format = asksForJson(argv) ? 'json' : 'text';
  // Before oclif's own listener, which takes what is not EPIPE for a bug.
  process.stdout.prependListener('error', endUnheard);
  // Work goes on without its progress display: its reader has gone, its terminal was closed, the log's disk is full.
  process.stderr.on('error', () => {});
  process.on('uncaughtException', (error) => {
    // What a timer or a socket throws passes by every `catch`. Exit before the next listener: that of the wasm
    // backend throws again, and Node then prints the backend's minified source.
    reportError(error, format);
    process.exit(exitCodeOf(error));
  });
  try {
    // Nor is TypeScript to be looked for, nor a theme.
    settings.enableAutoTranspile = false;
    process.env.ZLM_DISABLE_THEME = 'true';
    await run(argv, { ...options, ...NO_PLUGINS });
  } catch (error) {
    const fault = refusalOfFiles(error) ?? error;
    reportError(fault, format);
    await exitWhenWritten(exitCodeOf(fault));
  }
}

/** Words for an error of the file system that nobody has put into words yet; undefined for any other. */
function refusalOfFiles(error: unknown): UserError | undefined {
  if (!(error instanceof Error)) return undefined;
  const { path, syscall }: NodeJS.ErrnoException = error;
  if (syscall === 'uv_cwd') {
    const cures = ['Change to a folder that is there, and run the command again.'];
    return new UserError('data', 'The current folder is no longer there', cures, { cause: error });
  }
  return path === undefined ? undefined : describeFileError(error, path, 'use');
}

async function exitWhenWritten(exitCode: number): Promise<void> {
  await flushed(process.stdout);
  await flushed(process.stderr);
  // Not only `process.exitCode`: a failed command may leave a socket or a timer open that would hold the process.
  process.exit(exitCode);
}

/** Ends the process when stdout takes no more: what it has to say, and be it JSON, can only be said on stderr then. */
export function endUnheard(error: NodeJS.ErrnoException): void {
  // `zlm runs | head -1` closes our stdout early: no fault, and nothing is left to do.
  if (error.code === 'EPIPE') process.exit();
  const fault =
    describeFileError(error, 'the standard output', 'write') ??
    new UserError('data', `Cannot write the standard output: ${error.message}`, [], { cause: error });
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
