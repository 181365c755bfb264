/** Flags that several commands share, with one meaning and one description. */
import { Args, Flags } from '@oclif/core';
import { BACKEND_NAMES } from '../backends/backend.js';
import { UserError } from '../errors.js';
import { userCacheFolder } from '../storage/user-cache.js';
import { LAUNCHER_NAMES } from '../sweeps/launchers/launcher.js';
import { noCacheFolder } from './home.js';

/** Returns a word that is not empty. An unset variable in a script leaves an empty one, which as a path is the current folder. */
function notEmpty(input: string, expected: string, hint = ''): string {
  if (input !== '') return input;
  throw new UserError('usage', `expects ${expected}, not an empty word${hint}`);
}

/** A flag that names a folder. */
export const folderFlag = Flags.custom<string>({
  parse: async (input) => notEmpty(input, 'the path of a folder', '; "." is the current folder'),
  helpValue: 'FOLDER',
});

/** A flag that names a file. */
export const fileFlag = Flags.custom<string>({
  parse: async (input) => notEmpty(input, 'the path of a file'),
  helpValue: 'FILE',
});

/** A flag that takes a word; `expects` says what it means, as in "a run". */
export const wordFlag = Flags.custom<string, { expects: string }>({
  parse: async (input, _context, { expects }) => notEmpty(input, expects),
});

/** `--data`: the folder of the prepared corpora. */
export const dataFlag = folderFlag({
  description: 'Folder of the prepared corpora.',
  env: 'ZLM_DATA',
  default: 'data',
});

/** `--runs`: the folder of the run folders. */
export const runsFlag = folderFlag({
  description: 'Folder of the run folders.',
  env: 'ZLM_RUNS',
  default: 'runs',
});

/** `--sweeps`: the folder of the sweeps. */
export const sweepsFlag = folderFlag({
  description: 'Folder of the sweeps, with the tables and logs of each.',
  env: 'ZLM_SWEEPS',
  default: 'sweeps',
});

/** `--launcher`: what runs the jobs of a sweep. */
export const launcherFlag = Flags.option({ options: LAUNCHER_NAMES })({
  description: 'What runs the jobs: processes of this machine, or a job array of Slurm.',
});

/** `--slurm KEY=VALUE`, repeatable: options of the job array. */
export const slurmFlag = Flags.string({
  description: 'Option of the job array, such as partition=gpu or time=4:00:00; may be repeated.',
  multiple: true,
  multipleNonGreedy: true,
  default: [],
  // The help shows no empty list.
  defaultHelp: async () => undefined,
  helpValue: 'OPTION=VALUE',
});

/** `--cache`: the folder of downloads and compiled kernels; {@link cacheFolder} has its default. */
export const cacheFlag = folderFlag({
  description: 'Folder of downloads and compiled kernels.',
  env: 'ZLM_CACHE',
  defaultHelp: async () => "zlm in the user's cache folder",
});

/**
 * Returns the cache folder: the one that `--cache` names, or zlm's folder in the operating system's caches.
 *
 * @param named value of the flag
 * @returns null when none is named and there is no home folder
 */
export function cacheFolder(named: string | undefined): string | null {
  return named ?? userCacheFolder(process.env);
}

/** Returns the cache folder. @throws UserError('usage') when {@link cacheFolder} returns null */
export function neededCacheFolder(named: string | undefined): string {
  const folder = cacheFolder(named);
  if (folder === null) throw noCacheFolder();
  return folder;
}

/** `--backend`: the backend that computes. */
export const backendFlag = Flags.option({ options: ['auto', ...BACKEND_NAMES] as const })({
  description: 'Backend that computes; auto takes the fastest that works here.',
  env: 'ZLM_BACKEND',
  default: 'auto',
});

/** The run of a command that may also be told several: undefined where it is left out. */
export const runArgument = Args.string({
  description: 'The run: a name, a path, or latest.',
  defaultHelp: async () => 'latest',
});

/** `--checkpoint`: one of a run's two checkpoints. */
export const checkpointFlag = Flags.option({ options: ['best', 'last'] as const })({
  description: "The run's checkpoint: the best on valid, or the newest as in the paper.",
  default: 'best',
});

/** A flag that names a file to write, of one kind. */
const outFlag = (extension: string, description: string) =>
  Flags.custom<string>({
    description,
    helpValue: `FILE${extension}`,
    parse: async (input) => {
      if (input.toLowerCase().endsWith(extension)) return input;
      throw new UserError('usage', `expects a file that ends in ${extension}, not "${input}"`);
    },
  })();

/** `--out`: the file of a figure. */
export const figureFlag = outFlag('.svg', 'Write the figure to this file, as SVG.');

/** `--out`: the file of a page. */
export const pageFlag = outFlag('.html', 'Write the page to this file.');

/** `--out`: the file of a spec. */
export const specFileFlag = outFlag('.yaml', 'Write the spec to this file, which must not be there yet.');

/** `--set a.b=c`, repeatable: overrides one key of a spec with a YAML value. */
export const setFlag = Flags.string({
  description: 'Override one key of the spec, such as training.epochs=5; may be repeated.',
  multiple: true,
  // A greedy flag would take the arguments that follow it.
  multipleNonGreedy: true,
  default: [],
  // The help shows no empty list.
  defaultHelp: async () => undefined,
  helpValue: 'KEY=VALUE',
});

/** A flag that takes a finite number, within `min` and `max` if given. */
export const numberFlag = Flags.custom<number, NumberRange>({
  parse: async (input, _context, range) => parseNumber(input, 'a number', range),
});

/** A flag that takes a whole number, within `min` and `max` if given. */
export const integerFlag = Flags.custom<number, NumberRange>({
  parse: async (input, _context, range) => parseNumber(input, 'a whole number', range),
});

/** Bounds of a number flag, inclusive except `above`. */
type NumberRange = {
  min?: number;
  max?: number;
  above?: number;
};

function parseNumber(input: string, wanted: 'a number' | 'a whole number', range: NumberRange): number {
  const value = input.trim() === '' ? Number.NaN : Number(input);
  const whole = wanted === 'a number' || Number.isSafeInteger(value);
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = range;
  const { above = Number.NEGATIVE_INFINITY } = range;
  if (Number.isFinite(value) && whole && value >= min && value <= max && value > above) return value;
  throw new UserError('usage', `expects ${wanted}${describeRange(range)}, not "${input}"`);
}

function describeRange({ min, max, above }: NumberRange): string {
  if (above !== undefined) return ` above ${above}${max === undefined ? '' : ` and at most ${max}`}`;
  if (min !== undefined && max !== undefined) return ` from ${min} to ${max}`;
  if (min !== undefined) return ` of at least ${min}`;
  if (max !== undefined) return ` of at most ${max}`;
  return '';
}
