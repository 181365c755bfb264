/** The spec keys in which runs differ, which a table of runs shows. */
import { readFile } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Spec } from '../spec/systems.js';
import type { RunFolder } from './run-folder.js';

/** Values of spec keys, by dotted key as `--set` takes it; a key that a spec does not have is left out. */
export type KeyValues = Readonly<Record<string, unknown>>;

/**
 * Returns, for each run, its values of all keys in which any two of the runs differ.
 *
 * @returns in the order of the runs; null for one whose spec cannot be read
 */
export async function differingKeys(runs: readonly RunFolder[]): Promise<(KeyValues | null)[]> {
  // Reading YAML is most of what a short command would load, and one run differs from none.
  if (runs.length < 2) return runs.map(() => ({}));
  const { readResolved } = await import('../spec/read-resolved.js');
  const { diffSpecs } = await import('../spec/compare.js');
  const texts = await Promise.all(runs.map((run) => readFile(run.spec, 'utf8').catch(() => '')));
  // Runs of one spec, of which there are often many, are read once.
  const known = new Map([...new Set(texts)].map((text) => [text, readResolved(text)]));
  const specs = texts.map((text) => known.get(text) ?? null);
  const [first, ...others] = specs.filter((spec) => spec !== null);
  const found = first ? others.flatMap((other) => diffSpecs(first, other).map(({ key }) => key)) : [];
  const keys = withoutParts([...new Set(found)]);
  return specs.map((spec) => spec && valuesOf(spec, keys));
}

/**
 * Returns the value that more than half of the runs have, by key: the other values are then shown as differences.
 *
 * @param values one table for each run
 */
export function commonValues(values: readonly KeyValues[]): KeyValues {
  const keys = [...new Set(values.flatMap((table) => Object.keys(table)))];
  const common = keys.flatMap((key) => {
    const isCommon = (value: unknown) =>
      2 * values.filter((other) => isDeepStrictEqual(other[key], value)).length > values.length;
    const found = values.find((table) => key in table && isCommon(table[key]));
    return found ? [[key, found[key]]] : [];
  });
  return Object.fromEntries(common);
}

/** Returns the key as a whole when two specs differ inside it and a third lacks it. */
function withoutParts(keys: readonly string[]): string[] {
  return keys.filter((key) => !keys.some((other) => key.startsWith(`${other}.`)));
}

function valuesOf(spec: Spec, keys: readonly string[]): KeyValues {
  const entries = keys.map((key) => [key, valueAt(spec, key)] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

function valueAt(spec: Spec, key: string): unknown {
  return key
    .split('.')
    .reduce<unknown>(
      (value, step) =>
        typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[step] : undefined,
      spec,
    );
}
