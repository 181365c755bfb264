/**
 * Reads a sweep file: YAML, checked against its schema. Its overrides stay located, so that a fault of what they give a spec is
 * shown in the line of the sweep file that causes it.
 */
import { readFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { SpecError, sortFaults } from '../spec/diagnostics.js';
import { readMap } from '../spec/extends.js';
import { find, type Located, type LocatedMap, type Place, toPlain } from '../spec/located.js';
import { type Override, stepsOf } from '../spec/overrides.js';
import { faultsAgainst, type Grammar } from '../spec/validate.js';
import type { SweepFile } from './sweep.generated.js';
import { sweepSchema } from './sweep-schema.js';
import { validate } from './sweep-validator.generated.js';

export type { SweepFile } from './sweep.generated.js';

const SWEEP: Grammar = {
  name: 'sweep',
  get schema() {
    return sweepSchema();
  },
  validate,
};

/** A valid sweep file. */
export interface LoadedSweep {
  /** The file as the user named it. */
  readonly path: string;
  readonly name: string;
  readonly file: SweepFile;
  /** The content with the place of every value. */
  readonly root: LocatedMap;
  readonly text: string;
}

/**
 * Reads and checks a sweep file, without the specs that it names.
 *
 * @throws SpecError (a UserError of kind 'spec') that lists all faults
 */
export async function readSweep(path: string): Promise<LoadedSweep> {
  const root = await readSweepMap(path);
  checkSweep(root, path);
  const file = toPlain(root) as SweepFile;
  const name = file.name ?? nameOfFile(path);
  return { path, name, file, root, text: await readFile(path, 'utf8') };
}

/** Reads a sweep file without checking its keys. @throws SpecError when it is no YAML map */
export function readSweepMap(path: string): Promise<LocatedMap> {
  return readMap(path, undefined, 'A sweep is a map of keys such as spec, variants and seeds');
}

/** Checks a sweep file against its schema. @throws SpecError that lists all faults */
export function checkSweep(root: Located, path: string): void {
  const faults = faultsAgainst(SWEEP, root);
  if (faults !== null) throw new SpecError(sortFaults(faults, [path]));
}

/** Characters that the names of runs may have, besides those that begin them. */
const FOREIGN = /[^\p{L}\p{N}._-]+/gu;

function nameOfFile(path: string): string {
  const stem = basename(path, extname(path))
    .replace(FOREIGN, '-')
    .replace(/^[.-]+/, '');
  return stem === '' ? 'sweep' : stem.slice(0, 64);
}

/** One entry of `set`, `grid` or `tune`: the keys that it names, and one of its values. */
export interface Setting {
  /** As written: one key, or several separated by commas. */
  readonly key: string;
  readonly value: unknown;
  /** Place of the value among those of its entry, from 0. */
  readonly index: number;
  /** One for each key. */
  readonly overrides: readonly Override[];
}

/** Returns the settings of a map from keys to values, such as `set`; none when there is no such map. */
export function settingsAt(root: Located, path: readonly string[]): Setting[] {
  return entriesAt(root, path).map(([key, place, value]) => settingOf(key, place, value, 0));
}

/** Returns the settings of a map from keys to lists, such as `grid`: a list of alternatives for each entry. */
export function axesAt(root: Located, path: readonly string[]): Setting[][] {
  return entriesAt(root, path).map(([key, place, list]) => {
    const values = list.kind === 'list' ? list.items : [];
    return values.map((value, index) => settingOf(key, place, value, index));
  });
}

function entriesAt(root: Located, path: readonly string[]): [key: string, place: Place, value: Located][] {
  const map = find(root, path)?.value;
  if (map?.kind !== 'map') return [];
  return [...map.entries].map(([key, entry]) => [key, entry.key, entry.value]);
}

function settingOf(key: string, place: Place, value: Located, index: number): Setting {
  const overrides = [...key.matchAll(/[^,]+/g)].flatMap(({ 0: one, index: offset }) => {
    const [first, ...others] = stepsOf(one, { ...place, start: place.start + quoteAt(place) + offset });
    if (!first) throw keyFault(key, place);
    if (first.name === 'extends') {
      const message = 'extends is only allowed in a spec file; name the spec with the key spec';
      throw new SpecError([{ key: 'extends', message, place }]);
    }
    return [{ path: [first, ...others] as const, value }];
  });
  if (overrides.length === 0) throw keyFault(key, place);
  return { key, value: toPlain(value), index, overrides };
}

/** Returns 1 where a key is written in quotes, which its place includes. */
function quoteAt({ source, start }: Place): number {
  return /["']/.test(source.text.charAt(start)) ? 1 : 0;
}

function keyFault(key: string, place: Place): SpecError {
  const message = `"${key}" names no key of a spec; write one such as training.bptt, or several separated by commas`;
  return new SpecError([{ key: '', message, place }]);
}
