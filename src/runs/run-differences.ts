/** The keys of their specs in which runs differ: what sets the runs of a table apart. */
import { isDeepStrictEqual } from 'node:util';
import { UserError } from '../errors.js';
import { diffSpecs } from '../spec/compare.js';
import { parseKey } from '../spec/schema.js';
import type { Spec } from '../spec/systems.js';
import type { RunFolder } from './run-folder.js';
import { runSpec } from './run-spec.js';

/** Values of spec keys, by dotted key as `--set` takes it; a key that a spec does not have is left out. */
export type KeyValues = Readonly<Record<string, unknown>>;

/**
 * Returns, for each run, its values of all keys in which any two of the runs differ.
 *
 * @returns in the order of the runs; null for one whose spec cannot be read
 */
export async function differingKeys(runs: readonly RunFolder[]): Promise<(KeyValues | null)[]> {
  const specs: (Spec | null)[] = [];
  for (const run of runs) specs.push(await readableSpec(run));
  const present = specs.filter((spec) => spec !== null);
  const keys = keysThatDiffer(present);
  return specs.map((spec) => spec && valuesOf(spec, keys));
}

/**
 * The value that more than half of the runs have, by key: next to it the others stand out.
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

async function readableSpec(run: RunFolder): Promise<Spec | null> {
  try {
    return await runSpec(run);
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}

/** In the order of the spec; where two specs differ inside of a key that a third lacks, the key as a whole. */
function keysThatDiffer(specs: readonly Spec[]): string[] {
  const [first, ...others] = specs;
  if (!first) return [];
  const keys = new Set(others.flatMap((other) => diffSpecs(first, other).map(({ key }) => key)));
  return [...keys].filter((key) => ![...keys].some((other) => key.startsWith(`${other}.`)));
}

function valuesOf(spec: Spec, keys: readonly string[]): KeyValues {
  const entries = keys.map((key) => [key, valueAt(spec, key)] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

function valueAt(spec: Spec, key: string): unknown {
  return parseKey(key).reduce<unknown>(
    (value, step) =>
      typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[step] : undefined,
    spec,
  );
}
