/** The one entrance of the program: runs a command line and turns whatever it throws into an exit code. */
import { type Interfaces, run } from '@oclif/core';
import { exitCodeOf } from './exit-codes.js';
import { reportError } from './report-error.js';

/**
 * Runs a command line; ends the process when it fails.
 *
 * @param argv    the words after the program's name
 * @param options where oclif finds the package
 */
export async function main(argv: string[], options: Interfaces.LoadOptions): Promise<void> {
  const format = asksForJson(argv) ? 'json' : 'text';
  leaveQuietlyWhenNobodyReads();
  process.on('uncaughtException', (error) => {
    // What a timer or a socket throws passes by every `catch`. Exit before the next listener: that of the wasm
    // backend throws again, and Node then prints the backend's minified source.
    reportError(error, format);
    process.exit(exitCodeOf(error));
  });
  try {
    await run(argv, options);
  } catch (error) {
    reportError(error, format);
    await exitWhenWritten(exitCodeOf(error));
  }
}

async function exitWhenWritten(exitCode: number): Promise<void> {
  await flushed(process.stdout);
  await flushed(process.stderr);
  // Not only `process.exitCode`: a failed command may leave a socket or a timer open that would hold the process.
  process.exit(exitCode);
}

/** `zlm runs | head -1` closes our stdout early: no fault, and nothing is left to do. */
function leaveQuietlyWhenNobodyReads(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });
  process.stderr.on('error', (error: NodeJS.ErrnoException) => {
    // Work goes on without its progress display.
    if (error.code !== 'EPIPE') throw error;
  });
}

function asksForJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return argv.slice(0, end === -1 ? undefined : end).includes('--json');
}

function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => stream.write('', () => resolve()));
}
