/** The flags that a suggested command needs so that it finds what this one worked on. */
import { dirname, relative, resolve } from 'node:path';
import { shellWord } from '../shell-word.js';
import { backendFlag, dataFlag, runsFlag } from './flags.js';

/** Where a command found a run and its corpus, and what computed. */
export interface Places {
  readonly runFolder: string;
  readonly data: string;
  readonly backend: string;
}

/**
 * Flags to put behind a suggested command: those whose value is not the default. The resumed run is byte-equal on the
 * same backend alone, so a chosen one is repeated too.
 *
 * @returns empty, or the flags with a space before each
 */
export function placeFlags({ runFolder, data, backend }: Places): string {
  const runs = dirname(resolve(runFolder));
  const flags = [
    runs === resolve(defaultOf(runsFlag)) ? [] : ['--runs', shortest(runs)],
    dataWords(data),
    backend === defaultOf(backendFlag) ? [] : ['--backend', backend],
  ];
  return flags
    .flat()
    .map((word) => ` ${shellWord(word)}`)
    .join('');
}

/** The words that name a data folder in a suggested command: none when a command looks there anyhow. */
export function dataWords(data: string): string[] {
  return resolve(data) === resolve(defaultOf(dataFlag)) ? [] : ['--data', data];
}

/** What a flag is when it is not given: the environment's value, or its default. */
function defaultOf({
  env,
  default: fallback,
}: {
  readonly env?: string;
  readonly default?: unknown;
}): string {
  return process.env[env ?? ''] || String(fallback);
}

function shortest(path: string): string {
  const fromHere = relative('', path) || '.';
  return fromHere.startsWith('..') ? path : fromHere;
}
