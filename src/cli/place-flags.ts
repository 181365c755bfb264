/** Flags for a suggested command, so that it finds the run, corpus and backend of the current one. */
import { dirname, relative, resolve } from 'node:path';
import { shellWord } from '../shell-word.js';
import { backendFlag, dataFlag, runsFlag } from './flags.js';

/** Folders of a command's run and corpus, and its backend. */
export interface Places {
  readonly runFolder: string;
  readonly data: string;
  readonly backend: string;
}

/**
 * Returns the flags of a suggested command: those whose value is not the default. A named backend is among them, since a resumed
 * run is byte-equal only on the same backend.
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

/** Returns the words that name a data folder in a suggested command: none for the default folder. */
export function dataWords(data: string): string[] {
  return resolve(data) === resolve(defaultOf(dataFlag)) ? [] : ['--data', data];
}

/** The commands that take a folder's flag: known here, since loading them all to ask would cost more than all else. */
const TAKE = {
  runs: /^zlm (train|sweep|eval|sample|score|translate|transcribe|runs|metrics|inspect|plot|report|doctor)\b/,
  data: /^zlm (prepare|train|sweep(?! (?:status|cancel)\b)|eval|sample|score|translate|transcribe|inspect|report|doctor|spec init)\b/,
};

/** The folders in the flags of a command; undefined where it has no such flag. */
export interface NamedFolders {
  readonly runs?: string | undefined;
  readonly data?: string | undefined;
}

/**
 * Completes the commands in a cure, which are in backquotes, with the folders in the flags of the failed command:
 * the code with the cure does not know the command line.
 */
export function inPlaces(cure: string, { runs, data }: NamedFolders): string {
  const words = {
    runs: runs === undefined || resolve(runs) === resolve(defaultOf(runsFlag)) ? [] : ['--runs', runs],
    data: data === undefined ? [] : dataWords(data),
  };
  return cure.replace(/`(zlm [^`]+)`/g, (_, line: string) => {
    const missing = (['runs', 'data'] as const).filter(
      (flag) => TAKE[flag].test(line) && !line.includes(`--${flag}`),
    );
    const flags = missing.flatMap((flag) => words[flag]).map((word) => ` ${shellWord(word)}`);
    return `\`${line}${flags.join('')}\``;
  });
}

/** Returns the value of an absent flag: the environment's, or the default. */
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
