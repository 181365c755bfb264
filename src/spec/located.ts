/**
 * Values of a spec with their places. YAML files and `--set` overrides both become located trees, so that after all
 * merging every value still has the file or flag in which a fault must be shown.
 */
import type { Segment } from './schema.js';

/** A text that values are read from. */
export interface Source {
  /** The file's path as the user gave it, or the flag with its value. */
  readonly name: string;
  readonly text: string;
  readonly kind: 'file' | 'override';
}

/** A range of a source, from offset `start` up to `end`; both are 0 for the source as a whole. */
export interface Place {
  readonly source: Source;
  readonly start: number;
  readonly end: number;
}

/** A map's value with the place of its key. */
export interface Entry {
  readonly key: Place;
  readonly value: Located;
}

export interface LocatedMap {
  readonly kind: 'map';
  readonly place: Place;
  readonly entries: ReadonlyMap<string, Entry>;
}

export interface LocatedList {
  readonly kind: 'list';
  readonly place: Place;
  readonly items: readonly Located[];
}

export interface LocatedScalar {
  readonly kind: 'scalar';
  readonly place: Place;
  readonly value: string | number | boolean | null;
}

/** A value and everything in it, each with its place. */
export type Located = LocatedMap | LocatedList | LocatedScalar;

/** Returns the place of a source as a whole. */
export function wholeOf(source: Source): Place {
  return { source, start: 0, end: 0 };
}

/** Returns the plain value of a located tree: maps as objects, lists as arrays. */
export function toPlain(node: Located): unknown {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') return node.items.map(toPlain);
  // fromEntries defines own properties, so that a key named __proto__ stays a key.
  return Object.fromEntries([...node.entries].map(([key, entry]) => [key, toPlain(entry.value)]));
}

/** The value at a path, and the place of its key when it is in a map. */
export interface Found {
  readonly value: Located;
  readonly key?: Place;
}

/** Follows `path` from `root`; undefined when there is nothing. */
export function find(root: Located, path: readonly Segment[]): Found | undefined {
  let found: Found = { value: root };
  for (const segment of path) {
    const next = step(found.value, segment);
    if (!next) return undefined;
    found = next;
  }
  return found;
}

function step(node: Located, segment: Segment): Found | undefined {
  if (node.kind === 'map') return node.entries.get(String(segment));
  if (node.kind !== 'list') return undefined;
  const item = node.items[Number(segment)];
  return item && { value: item };
}

/** Returns the nearest place for `path`: that of its key, or else of the closest value around it that was written. */
export function nearestPlace(root: Located, path: readonly Segment[]): Place {
  for (let length = path.length; length > 0; length -= 1) {
    const found = find(root, path.slice(0, length));
    if (found) return found.key ?? found.value.place;
  }
  return wholeOf(root.place.source);
}

/** Returns the place for a fault of the value at `path`: the value itself when it is on one line, else its key. */
export function valuePlace(root: Located, path: readonly Segment[]): Place {
  const found = find(root, path);
  if (!found) return nearestPlace(root, path);
  const { source, start, end } = found.value.place;
  const isShort = end > start && !source.text.slice(start, end).trimEnd().includes('\n');
  return isShort || !found.key ? found.value.place : found.key;
}
