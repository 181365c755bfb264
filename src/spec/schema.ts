/**
 * The JSON Schema of a spec, and functions that walk it. It is the only source of keys, ranges, defaults and
 * descriptions.
 */
import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';

/** The parts of JSON Schema that schemas/spec.schema.json and schemas/sweep.schema.json use. */
export interface SchemaNode {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, SchemaNode>>;
  readonly title?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly default?: unknown;
  /** Whether a complete spec may lack the key, although it has no default: other keys decide that. */
  readonly optional?: boolean;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  /** The values of a map whose keys are free; true for any value. */
  readonly additionalProperties?: SchemaNode | boolean;
  readonly items?: SchemaNode;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  /** Meaning of `pattern` for people; editors show it too. */
  readonly patternErrorMessage?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly minLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minProperties?: number;
  readonly maxProperties?: number;
}

/** A step into a spec: a map's key or a list's index. */
export type Segment = string | number;

let schema: SchemaNode | undefined;

/**
 * Returns the schema of a spec, read once from schemas/spec.schema.json, which is two folders above src/spec and
 * dist/spec.
 */
export function specSchema(): SchemaNode {
  schema ??= JSON.parse(readFileSync(new URL('../../schemas/spec.schema.json', import.meta.url), 'utf8'));
  return schema as SchemaNode;
}

/** Resolves the `$ref` of a node. Keys beside the reference override those of its target. */
export function resolveReference(node: SchemaNode): SchemaNode {
  if (node.$ref === undefined) return node;
  const definition = specSchema().$defs?.[node.$ref.replace('#/$defs/', '')];
  if (!definition) throw new Error(`The schema refers to ${node.$ref}, which it does not define`);
  return { ...definition, ...node, $ref: undefined };
}

/** Returns the schema of a map's key or of a list's item; undefined for a key that does not exist. */
export function childSchema(node: SchemaNode | undefined, segment: Segment): SchemaNode | undefined {
  if (!node) return undefined;
  const { items, properties, additionalProperties } = node;
  if (items && /^\d+$/.test(String(segment))) return resolveReference(items);
  if (properties && Object.hasOwn(properties, segment))
    return resolveReference(properties[segment] as SchemaNode);
  return typeof additionalProperties === 'object' ? resolveReference(additionalProperties) : undefined;
}

/**
 * Returns the schema of the key that `path` leads to; undefined for a key that does not exist.
 *
 * @param root the schema of the file, by default that of a spec
 */
export function schemaAt(path: readonly Segment[], root: SchemaNode = specSchema()): SchemaNode | undefined {
  return path.reduce<SchemaNode | undefined>(childSchema, root);
}

/**
 * Tells whether a map must have exactly one of its keys: a choice among kinds, such as `optimizer` or an item of
 * `layers`.
 */
export function isChoice(node: SchemaNode | undefined): boolean {
  return node?.minProperties === 1 && node.maxProperties === 1;
}

/** Returns the keys of a map, in the schema's order. */
export function keysOf(node: SchemaNode | undefined): string[] {
  return Object.keys(node?.properties ?? {});
}

/** Formats a path: `model.layers.0.lstm`. */
export function formatKey(path: readonly Segment[]): string {
  return path.join('.');
}

/** Parses a key written as `model.layers.0.lstm` or `model.layers[0].lstm`. */
export function parseKey(key: string): string[] {
  return key.replaceAll(/\[(\d+)\]/g, '.$1').split('.');
}

/** A key of the spec with its schema and that of its parent. */
export interface KeyNode {
  /** The path from the top; an item of a list has the index 0. */
  readonly path: readonly Segment[];
  readonly schema: SchemaNode;
  /** The schema of the map or list around it. */
  readonly parent: SchemaNode;
}

/** Returns every key of the spec; a map or list comes before its contents. */
export function allKeys(node: SchemaNode = specSchema(), path: readonly Segment[] = []): KeyNode[] {
  const steps: Segment[] = node.items ? [0] : keysOf(node);
  return steps.flatMap((step) => {
    const schema = childSchema(node, step) as SchemaNode;
    const here = [...path, step];
    return [{ path: here, schema, parent: node }, ...allKeys(schema, here)];
  });
}

/**
 * Fills in every default below a value, in the order of the schema. Missing keys without a default stay missing, as do
 * the other kinds of a choice.
 *
 * @param schema the schema of the value
 * @param value a valid value, which is not changed
 */
export function withDefaults(schema: SchemaNode, value: unknown): unknown {
  return mapKeys(schema, value, (property, given) => {
    const chosen = given === undefined ? property.default : given;
    return chosen === undefined ? undefined : withDefaults(property, chosen);
  });
}

/** Returns a resolved value without the keys that have their default value. */
export function withoutDefaults(schema: SchemaNode, value: unknown): unknown {
  return mapKeys(schema, value, (property, given) => {
    const isDefault =
      property.default !== undefined && isDeepStrictEqual(given, withDefaults(property, property.default));
    return isDefault ? undefined : withoutDefaults(property, given);
  });
}

/**
 * Rebuilds a map from the keys of the schema, or a list item by item. Keys for which `convert` returns undefined are
 * left out.
 */
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
