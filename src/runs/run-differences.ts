/** The spec keys in which runs differ, which a table of runs shows. */
import { readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import type { Spec } from '../spec/systems.js';
import { fileState, sha256 } from '../storage/file-identity.js';
import { FileMemory } from '../storage/file-memory.js';
import type { RunFolder } from './run-folder.js';

/** Values of spec keys, by dotted key as `--set` takes it; a key that a spec does not have is left out. */
export type KeyValues = Readonly<Record<string, unknown>>;

/**
 * Returns, for each run, its values of all keys in which any two of the runs differ.
 *
 * @param memory of what their specs contain
 * @returns in the order of the runs; null for one whose spec cannot be read
 */
export async function differingKeys(
  runs: readonly RunFolder[],
  memory: FileMemory,
): Promise<(KeyValues | null)[]> {
  // Reading specs is most of what a short command would load, and one run differs from none.
  if (runs.length < 2) return runs.map(() => ({}));
  const { diffSpecs } = await import('../spec/compare.js');
  const specs = await resolvedSpecs(runs, memory);
  const [first, ...others] = [...new Set(specs)].filter((spec) => spec !== null);
  const found = first ? others.flatMap((other) => diffSpecs(first, other).map(({ key }) => key)) : [];
  const keys = withoutParts([...new Set(found)]);
  return specs.map((spec) => spec && valuesOf(spec, keys));
}

/** Returns the resolved specs of runs, and remembers them; null for one that cannot be read. */
async function resolvedSpecs(runs: readonly RunFolder[], memory: FileMemory): Promise<(Spec | null)[]> {
  // Runs of one spec, of which there are often many, are read once.
  const known = new Map<string, Spec | null>();
  const specs: (Spec | null)[] = [];
  for (const run of runs) {
    const state = await fileState(run.spec).catch(() => null);
    const recalled = state ? memory.recall(run.name, state) : undefined;
    const spec = recalled === undefined ? await readSpec(run, known) : (recalled as Spec | null);
    if (state && recalled === undefined) memory.remember(run.name, state, spec);
    specs.push(spec);
  }
  memory.keepOnly(runs.map(({ name }) => name));
  await memory.save();
  return specs;
}

async function readSpec(run: RunFolder, known: Map<string, Spec | null>): Promise<Spec | null> {
  // Not loaded while all specs are remembered: it takes longer than everything else.
  const { readResolved } = await import('../spec/read-resolved.js');
  const text = await readFile(run.spec, 'utf8').catch(() => '');
  const spec = known.get(text) ?? readResolved(text);
  known.set(text, spec);
  return spec;
}

/**
 * Loads the memory of the resolved specs in a folder of runs. Another version of the schema may have other defaults, so it has
 * a memory of its own.
 *
 * @param cacheFolder null without one: the memory ends with this process
 */
export async function loadSpecMemory(runsFolder: string, cacheFolder: string | null): Promise<FileMemory> {
  if (cacheFolder === null) return await FileMemory.load(null);
  const { specSchema } = await import('../spec/schema.js');
  const folder = await realpath(runsFolder).catch(() => runsFolder);
  const name = sha256(JSON.stringify([folder, specSchema()])).slice(0, 32);
  return await FileMemory.load(join(cacheFolder, 'specs', `${name}.json`));
}

/**
 * Returns the value that more than half of the runs have, by key: the other values are then shown as differences.
 *
 * @param values one table for each run
 */
export function commonValues(values: readonly KeyValues[]): KeyValues {
  const counts = new Map<string, number>();
  const common: [string, unknown][] = [];
  for (const [key, value] of values.flatMap((table) => Object.entries(table))) {
    const pair = JSON.stringify([key, value]);
    const count = (counts.get(pair) ?? 0) + 1;
    counts.set(pair, count);
    if (count === Math.floor(values.length / 2) + 1) common.push([key, value]);
  }
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

/**
 * Formats a value of a spec on one line, as in "[{lstm: 200}, {lstm: 200}]"; "–" where there is none. The YAML library would take
 * longer to load.
 */
export function valueText(value: unknown): string {
  if (value === undefined) return '–';
  if (Array.isArray(value)) return `[${value.map(valueText).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  return `{${Object.entries(value)
    .map(([key, item]) => `${key}: ${valueText(item)}`)
    .join(', ')}}`;
}
