/** Where a fault among several keys is shown. */
import type { Fault } from './diagnostics.js';
import { find, type Located, type Place, valuePlace } from './located.js';
import { parseKey } from './schema.js';

/**
 * Gives each fault its place: that of the value, among those that take part in it, that was written last. With
 * `--set training.epochs=1` the cause is the override, not a line of the file that it changes.
 *
 * @param tree    the spec, with the places of its values
 * @param sources names of the texts it was read from: the file, what it extends, nearest first, then the overrides in order
 */
export function placeFaults(faults: readonly Fault[], tree: Located, sources: readonly string[]): Fault[] {
  return faults.map((fault) => ({ ...fault, place: placeOf(fault, tree, sources) }));
}

function placeOf({ key, others = [] }: Fault, tree: Located, sources: readonly string[]): Place {
  // A default was written nowhere, so it cannot be the cause.
  const written = [key, ...others].map(parseKey).filter((path) => find(tree, path) !== undefined);
  const places = written.map((path) => valuePlace(tree, path));
  const [first = valuePlace(tree, parseKey(key)), ...rest] = places;
  return rest.reduce((last, place) => (rank(place, sources) > rank(last, sources) ? place : last), first);
}

/** Greater for what is applied later: a parent, then the file that extends it, then each override. */
function rank({ source }: Place, sources: readonly string[]): number {
  const index = sources.indexOf(source.name);
  return source.kind === 'override' ? index : -index;
}
