/**
 * Checks a YAML value against a JSON Schema of simple form, such as that of a method file: maps with fixed keys, lists, and values of
 * a few types and ranges. The schema of a spec needs more, and has `validate.ts`.
 */
import { didYouMean } from '../did-you-mean.js';
import type { Fault } from './diagnostics.js';
import type { Located } from './located.js';
import { formatKey, type SchemaNode, type Segment } from './schema.js';
import { describeExpected, describeFound, joinWords } from './wording.js';

/** The parts of JSON Schema that are understood. */
export interface SimpleSchema extends SchemaNode {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, SimpleSchema>>;
  readonly properties?: Readonly<Record<string, SimpleSchema>>;
  readonly required?: readonly string[];
  readonly items?: SimpleSchema;
  readonly anyOf?: readonly SimpleSchema[];
}

/**
 * Returns all faults of a value; empty when there are none.
 *
 * @param root the whole schema, for its definitions
 * @param what the value in messages about its keys, as in "a method file"
 */
export function simpleFaults(value: Located, root: SimpleSchema, what: string): Fault[] {
  const checkAt = (found: Located, node: SimpleSchema, path: readonly Segment[]): Fault[] => {
    const schema = resolve(node, root);
    if (schema.anyOf) {
      const kinds = schema.anyOf.map((kind) => checkAt(found, kind, path));
      if (kinds.some((faults) => faults.length === 0)) return [];
      const schemas = schema.anyOf.map((kind) => resolve(kind, root));
      // A list is one of the values that are named before it.
      const expected = schemas.map((kind) =>
        kind.type === 'array' ? 'a list of them' : describeExpected(kind),
      );
      return [wrongValue(found, path, joinWords(expected, 'or'), what)];
    }
    if (!fits(found, schema)) return [wrongValue(found, path, describeExpected(schema), what)];
    if (found.kind === 'list') {
      return found.items.flatMap((item, i) =>
        schema.items ? checkAt(item, schema.items, [...path, i]) : [],
      );
    }
    if (found.kind !== 'map') return [];
    const properties = schema.properties ?? {};
    const missing = (schema.required ?? []).filter((key) => !found.entries.has(key));
    return [
      ...[...found.entries].flatMap(([key, entry]) => {
        const property = Object.hasOwn(properties, key) ? properties[key] : undefined;
        if (property) return checkAt(entry.value, property, [...path, key]);
        return [{ ...unknownKey(key, path, Object.keys(properties), what), place: entry.key }];
      }),
      ...missing.map((key) => {
        const dotted = formatKey([...path, key]);
        return { key: dotted, message: `${dotted} is missing`, place: found.place };
      }),
    ];
  };
  return checkAt(value, root, []);
}

function resolve(node: SimpleSchema, root: SimpleSchema): SimpleSchema {
  if (node.$ref === undefined) return node;
  const definition = root.$defs?.[node.$ref.replace('#/$defs/', '')];
  if (!definition) throw new Error(`The schema refers to ${node.$ref}, which it does not define`);
  return definition;
}

/** Tells whether a value has the type and the range of a schema; what is in it is not looked at. */
function fits(found: Located, schema: SimpleSchema): boolean {
  if (found.kind === 'map')
    return schema.type === 'object' && found.entries.size >= (schema.minProperties ?? 0);
  if (found.kind === 'list') return schema.type === 'array' && found.items.length >= (schema.minItems ?? 0);
  const { value } = found;
  if (schema.enum) return schema.enum.includes(String(value)) && typeof value === 'string';
  if (schema.type === 'string') return typeof value === 'string' && value.length >= (schema.minLength ?? 0);
  if (schema.type !== 'number' && schema.type !== 'integer') return false;
  if (typeof value !== 'number' || !Number.isFinite(value)) return false;
  const { minimum, maximum, exclusiveMinimum } = schema;
  return (
    (schema.type === 'number' || Number.isSafeInteger(value)) &&
    value >= (minimum ?? Number.NEGATIVE_INFINITY) &&
    value <= (maximum ?? Number.POSITIVE_INFINITY) &&
    value > (exclusiveMinimum ?? Number.NEGATIVE_INFINITY)
  );
}

function wrongValue(found: Located, path: readonly Segment[], expected: string, what: string): Fault {
  const key = formatKey(path);
  const message = `${key || what} must be ${expected}, but is ${describeFound(found)}`;
  return {
    key,
    message: key ? message : message.charAt(0).toUpperCase() + message.slice(1),
    place: found.place,
  };
}

function unknownKey(name: string, path: readonly Segment[], known: readonly string[], what: string): Fault {
  const key = formatKey([...path, name]);
  const near = didYouMean(name, known);
  const hint = near
    ? `did you mean ${formatKey([...path, near])}?`
    : `${formatKey(path) || what} has ${joinWords(known, 'and')}`;
  return { key, message: `${key} is not a key; ${hint}` };
}
