/** Flags that several commands share, so that each means and reads the same everywhere. */
import { Flags } from '@oclif/core';
import { BACKEND_NAMES } from '../backends/backend.js';
import { UserError } from '../errors.js';
import { noCacheFolder, userCacheFolder } from './home.js';

/** A flag that names a folder. Not by an empty word, such as an unset variable of a script: that would be the current one. */
const folderFlag = Flags.custom<string>({
  parse: async (input) => {
    if (input !== '') return input;
    throw new UserError(
      'usage',
      'expects the path of a folder, not an empty word; the current folder is "."',
    );
  },
  helpValue: 'FOLDER',
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

/** `--cache`: the folder of downloads and compiled kernels; see {@link cacheFolder} for what it is when left out. */
export const cacheFlag = folderFlag({
  description: 'Folder of downloads and compiled kernels.',
  env: 'ZLM_CACHE',
  defaultHelp: async () => "zlm in the user's cache folder",
});

/**
 * The cache folder: the one that `--cache` names, or zlm's where the operating system keeps caches.
 *
 * @param named what the flag says
 * @returns null when none is named and there is no home folder
 */
export function cacheFolder(named: string | undefined): string | null {
  return named ?? userCacheFolder();
}

/** @throws UserError('usage') where {@link cacheFolder} knows none */
export function neededCacheFolder(named: string | undefined): string {
  const folder = cacheFolder(named);
  if (folder === null) throw noCacheFolder();
  return folder;
}

/** `--backend`: what computes the tensors. */
export const backendFlag = Flags.option({ options: ['auto', ...BACKEND_NAMES] as const })({
  description: 'What computes: auto takes the fastest that works here.',
  env: 'ZLM_BACKEND',
  default: 'auto',
});

/** `--checkpoint`: which of a run's two. */
export const checkpointFlag = Flags.option({ options: ['best', 'last'] as const })({
  description: "The run's checkpoint: the best on valid, or the newest as in the paper.",
  default: 'best',
});

/** `--set a.b=c`, as often as needed: overrides of single keys of a spec, the value read as YAML. */
export const setFlag = Flags.string({
  description: 'Override one key of the spec, such as training.epochs=5; may be repeated.',
  multiple: true,
  // A greedy flag would swallow the arguments that follow it.
  multipleNonGreedy: true,
  default: [],
  // An empty list is nothing to show in the help.
  defaultHelp: async () => undefined,
  helpValue: 'KEY=VALUE',
});

/** A flag that takes a finite number, within `min` and `max` when they are given. */
export const numberFlag = Flags.custom<number, NumberRange>({
  parse: async (input, _context, range) => parseNumber(input, 'a number', range),
});

/** A flag that takes a whole number, within `min` and `max` when they are given. */
export const integerFlag = Flags.custom<number, NumberRange>({
  parse: async (input, _context, range) => parseNumber(input, 'a whole number', range),
});

/** Bounds of a number flag, inclusive but for `above`. */
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
