/**
 * The entrance of the program. It imports as little as it can: loading oclif takes most of the time that a short command
 * takes, and the version can be told without it.
 */
import { readFileSync } from 'node:fs';
import { release } from 'node:os';
import type { Interfaces } from '@oclif/core';
import { settleHome } from './home.js';

/**
 * Runs a command line; ends the process when it fails.
 *
 * @param argv    the words after the program's name
 * @param options where oclif finds the package
 */
export async function main(argv: string[], options: Interfaces.Options): Promise<void> {
  const version = ['--version', '-v'].includes(argv[0] ?? '') ? versionLine() : undefined;
  if (version !== undefined) return printVersion(version);
  // Before oclif, which asks for the home folder as soon as it is loaded.
  settleHome();
  // oclif reads it while it is loaded. Its check of Node's version repeats what npm checks by `engines`, and loads forty files.
  process.env.OCLIF_DISABLE_ENGINE_WARNING ??= '1';
  const { runCommandLine } = await import('./command-line.js');
  await runCommandLine(argv, options);
}

/** "zlm/0.1.0 linux-x64 node-v20.19.0", as oclif has it; undefined where it takes oclif to know the platform's name. */
function versionLine(): string | undefined {
  const isPerhapsWsl = process.platform === 'linux' && /microsoft/i.test(release());
  if (isPerhapsWsl || process.arch === 'ia32') return undefined;
  const { name, version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  return `${name}/${version} ${process.platform}-${process.arch} node-${process.version}`;
}

function printVersion(line: string): void {
  process.stdout.on('error', async (error: NodeJS.ErrnoException) => {
    const { endUnheard } = await import('./command-line.js');
    endUnheard(error);
  });
  process.stdout.write(`${line}\n`);
}
