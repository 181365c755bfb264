/**
 * Expands a sweep file: every variant, with every combination of the grid, is a group; a group has one candidate for each
 * combination of what is tuned. Pure: no spec is read.
 */
import { find } from '../spec/located.js';
import { axesAt, type LoadedSweep, type Setting, settingsAt } from './sweep-file.js';

/** One way to train the variant of a group: what is tuned has one value each. */
export interface Candidate {
  readonly tuned: readonly Setting[];
  /** Everything that it overrides, in the order in which it is applied. */
  readonly settings: readonly Setting[];
  /** What tells its runs from others: "vertical-bptt20-rate0.3"; empty for a sweep of one. */
  readonly label: string;
}

/** One cell of the comparison: a variant at one point of the grid. Its seeds are repetitions of it. */
export interface Group {
  /** Null in a sweep without variants. */
  readonly variant: string | null;
  /** Path of its spec as the sweep file names it, and the key that does. */
  readonly spec: string;
  readonly specKey: readonly string[];
  readonly grid: readonly Setting[];
  /** At least one; more than one where something is tuned. */
  readonly candidates: readonly Candidate[];
}

/** Returns the groups of a sweep: the variants in order, for each the points of the grid. */
export function expandSweep({ file, root }: LoadedSweep): Group[] {
  const variants: (string | null)[] = file.variants ? Object.keys(file.variants) : [null];
  const points = combinations(axesAt(root, ['grid']));
  const common = settingsAt(root, ['set']);
  return variants.flatMap((variant) => {
    const own = variant === null ? undefined : ['variants', variant];
    const set = own ? settingsAt(root, [...own, 'set']) : [];
    const specKey = own && find(root, [...own, 'spec']) ? [...own, 'spec'] : ['spec'];
    const spec = String((own && file.variants?.[variant as string]?.spec) ?? file.spec);
    const tunings = own ? combinations(axesAt(root, [...own, 'tune'])) : [[]];
    return points.map((grid) => ({
      variant,
      spec,
      specKey,
      grid,
      candidates: tunings.map((tuned) => ({
        tuned,
        settings: [...common, ...set, ...grid, ...tuned],
        label: labelOf(variant, grid, tuned),
      })),
    }));
  });
}

/** Returns every combination of one alternative of each axis; the last axis varies fastest. */
export function combinations<T>(axes: readonly (readonly T[])[]): T[][] {
  return axes.reduce<T[][]>(
    (chosen, axis) => chosen.flatMap((before) => axis.map((one) => [...before, one])),
    [[]],
  );
}

function labelOf(variant: string | null, grid: readonly Setting[], tuned: readonly Setting[]): string {
  const settings = [...grid, ...tuned];
  const parts = settings.map((setting) => `${shortKey(setting, settings)}${valueLabel(setting)}`);
  return [...(variant === null ? [] : [variant]), ...parts].map(nameable).join('-');
}

/**
 * Returns the short name of a setting: the last word of its first key, or the whole key where that would be the name of
 * another setting, too.
 */
export function shortKey({ key }: Pick<Setting, 'key'>, among: readonly Pick<Setting, 'key'>[]): string {
  const short = lastWord(key);
  const isShared = among.some((other) => other.key !== key && lastWord(other.key) === short);
  return isShared ? firstKey(key) : short;
}

function firstKey(key: string): string {
  return key.split(',', 1)[0].trim();
}

function lastWord(key: string): string {
  return firstKey(key).split('.').at(-1) ?? key;
}

/** Numbers and words are in the name of a run; of a map or a list, its place in the sweep file. */
function valueLabel({ value, index }: Setting): string {
  return typeof value === 'object' && value !== null ? `${index + 1}` : String(value);
}

/** Returns a text with only characters that the name of a run may have. */
function nameable(text: string): string {
  return text.replace(/[^\p{L}\p{N}._-]+/gu, '-');
}
