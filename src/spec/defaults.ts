/** Fills what a spec leaves out, and takes out again what it need not say. */
import { isDeepStrictEqual } from 'node:util';
import { resolveReference, type SchemaNode } from './schema.js';

/**
 * A value with every default below it filled in, its keys in the schema's order. Keys without a default that are
 * missing stay missing, as do the kinds of a choice that was made otherwise.
 *
 * @param schema the value's schema
 * @param value  a valid value, not changed
 */
export function withDefaults(schema: SchemaNode, value: unknown): unknown {
  return mapKeys(schema, value, (property, given) => {
    const chosen = given === undefined ? property.default : given;
    return chosen === undefined ? undefined : withDefaults(property, chosen);
  });
}

/** A resolved value without the keys that hold their defaults: what it says beyond them. */
export function withoutDefaults(schema: SchemaNode, value: unknown): unknown {
  return mapKeys(schema, value, (property, given) => {
    const isDefault =
      property.default !== undefined && isDeepStrictEqual(given, withDefaults(property, property.default));
    return isDefault ? undefined : withoutDefaults(property, given);
  });
}

/** Rebuilds a map from the schema's keys, a list item by item; keys for which `convert` gives undefined are left out. */
function mapKeys(
  schema: SchemaNode,
  value: unknown,
  convert: (property: SchemaNode, given: unknown) => unknown,
): unknown {
  const { items, properties } = resolveReference(schema);
  if (Array.isArray(value)) return items ? value.map((item) => mapKeys(items, item, convert)) : value;
  if (typeof value !== 'object' || value === null || !properties) return value;
  const given = value as Readonly<Record<string, unknown>>;
  const entries = Object.entries(properties).map(([key, property]) => [
    key,
    convert(resolveReference(property), given[key]),
  ]);
  return Object.fromEntries(entries.filter(([, converted]) => converted !== undefined));
}
