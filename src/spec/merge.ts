/** How a spec overrides the one it extends. */
import type { Entry, Located, LocatedMap } from './located.js';
import { childSchema, isChoice, type SchemaNode } from './schema.js';

/**
 * The child's values over the parent's: maps merge key by key, lists and scalars replace. In a choice, such as
 * `schedule`, a child that names another kind replaces the parent's: merging would name two.
 *
 * @param schema the schema of both values, undefined below an unknown key
 */
export function merge(parent: Located, child: Located, schema: SchemaNode | undefined): Located {
  if (parent.kind !== 'map' || child.kind !== 'map') return child;
  if (isChoice(schema) && namesAnotherKind(parent, child)) return child;
  const entries = new Map<string, Entry>(parent.entries);
  for (const [key, entry] of child.entries) {
    const inherited = parent.entries.get(key);
    const value = inherited ? merge(inherited.value, entry.value, childSchema(schema, key)) : entry.value;
    entries.set(key, { key: entry.key, value });
  }
  return { kind: 'map', place: child.place, entries };
}

function namesAnotherKind(parent: LocatedMap, child: LocatedMap): boolean {
  return [...child.entries.keys()].some((key) => !parent.entries.has(key));
}
