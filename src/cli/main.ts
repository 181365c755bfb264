/**
 * The entry point of the program. It imports as little as possible: loading oclif takes most of the time of a short command,
 * and `--version` does not need it.
 */
import { readFileSync } from 'node:fs';
import { release } from 'node:os';
import type { Interfaces } from '@oclif/core';
import { settleHome } from './home.js';

/**
 * Runs a command line; ends the process when it fails.
 *
 * @param argv    the words after the program's name
 * @param options the place of the package, for oclif
 */
export async function main(argv: string[], options: Interfaces.Options): Promise<void> {
  const version = ['--version', '-v'].includes(argv[0] ?? '') ? versionLine() : undefined;
  if (version !== undefined) return printVersion(version);
  // Before oclif, which reads the home folder when it is loaded.
  settleHome();
  // oclif's check of Node's version repeats npm's check of `engines`, and loads forty files. oclif reads this when it is loaded.
  process.env.OCLIF_DISABLE_ENGINE_WARNING ??= '1';
  const { runCommandLine } = await import('./command-line.js');
  await runCommandLine(argv, options);
}

/** Returns oclif's "zlm/0.1.0 linux-x64 node-v20.19.0"; undefined on a platform whose name only oclif knows. */
function versionLine(): string | undefined {
  const isPerhapsWsl = process.platform === 'linux' && /microsoft/i.test(release());
  if (isPerhapsWsl || process.arch === 'ia32') return undefined;
  const { name, version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  return `${name}/${version} ${process.platform}-${process.arch} node-${process.version}`;
}

function printVersion(line: string): void {
  process.stdout.on('error', async (error: NodeJS.ErrnoException) => {
    const { exitOnBrokenOutput } = await import('./command-line.js');
    exitOnBrokenOutput(error);
  });
  process.stdout.write(`${line}\n`);
}
