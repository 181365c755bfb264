/**
 * Checks a spec, or another file with a schema, against it: the compiled schema finds the faults, this file says each once, in
 * plain words, at its place.
 */
import { didYouMean } from '../did-you-mean.js';
import type { Fault } from './diagnostics.js';
import { brokenEntry } from './grammar-faults.js';
import { find, type Located, nearestPlace, toPlain, valuePlace } from './located.js';
import { hasRoomFor } from './overrides.js';
import {
  allKeys,
  childSchema,
  formatKey,
  keysOf,
  parseKey,
  type SchemaNode,
  type Segment,
  schemaAt,
  specSchema,
} from './schema.js';
import { validate as compiled } from './schema-validator.generated.js';
import { isForeignToNgram, NGRAM_KEY } from './systems.js';
import { describeExpected, describeFound, joinWords } from './wording.js';

/** Keywords whose faults are reported elsewhere: they are not about a value, or follow from another fault. */
const SAID_ELSEWHERE = new Set(['additionalProperties', 'required', 'false schema', 'if']);

/** A fault as the compiled schema reports it. */
export interface SchemaError {
  /** JSON pointer to the value. */
  readonly instancePath: string;
  /** The keyword of the schema that the value breaks. */
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** A kind of file: its schema, compiled and as text. */
export interface Grammar {
  /** Name in messages: "spec". */
  readonly name: string;
  readonly schema: SchemaNode;
  /** The compiled schema. It tells whether a value is valid, and has the faults after a call that returned false. */
  readonly validate: ((value: unknown) => boolean) & { errors?: readonly SchemaError[] | null };
}

const SPEC: Grammar = {
  name: 'spec',
  get schema() {
    return specSchema();
  },
  validate: compiled,
};

/**
 * Returns all faults of a spec against its schema; empty when there are none.
 *
 * @param isStored whether a value belongs to an existing run, which may be outside a bound that an older zlm did not
 *                 have
 */
export function schemaFaults(root: Located, isStored: (value: Located) => boolean = () => false): Fault[] {
  const faults = faultsAgainst(
    SPEC,
    root,
    (error) => isStoredAt(root, pathOf(error), isStored) && isWithinOlderBounds(root, error),
  );
  if (faults !== null) return faults;
  return vanishingNumbers(root).filter(({ key }) => !isStoredAt(root, parseKey(key), isStored));
}

/**
 * Returns all faults of a file against its schema, except for those that are allowed; null when it is valid.
 */
export function faultsAgainst(
  grammar: Grammar,
  root: Located,
  isAllowed: (error: SchemaError) => boolean = () => false,
): Fault[] | null {
  if (grammar.validate(toPlain(root))) return null;
  const errors = (grammar.validate.errors ?? []).filter((error) => !isAllowed(error));
  const unknown = errors.filter((error) => error.keyword === 'additionalProperties');
  const unknownFaults = unknown.map((error) => unknownKey(grammar, root, error));
  return [
    ...unknownFaults.map(({ key, message, place }) => ({ key, message, place })),
    ...missingFaults(grammar, root, errors, new Set(unknownFaults.map((fault) => fault.suggestion))),
    ...mixtureFaults(root, errors),
    ...wrongValues(grammar, root, errors, new Set(unknown.map((error) => error.instancePath))),
  ];
}

function isStoredAt(root: Located, path: readonly Segment[], isStored: (value: Located) => boolean): boolean {
  const value = find(root, path)?.value;
  return value !== undefined && isStored(value);
}

/**
 * Whether a number breaks no more than a bound of float32. Older bounds were those of the mathematics: a learning rate is
 * positive, a probability below 1.
 */
function isWithinOlderBounds(root: Located, error: SchemaError): boolean {
  const value = find(root, pathOf(error))?.value;
  if (value?.kind !== 'scalar' || typeof value.value !== 'number') return false;
  const limit = Number(error.params.limit);
  if (error.keyword === 'minimum') return limit > 0 ? value.value > 0 : limit < 0;
  return error.keyword === 'maximum' && (limit >= 1 || value.value < 1);
}

function unknownKey(
  { name: file, schema: top }: Grammar,
  root: Located,
  error: SchemaError,
): Fault & { suggestion: string | undefined } {
  const parent = pathOf(error);
  const name = String(error.params.additionalProperty);
  const path = [...parent, name];
  const schema = schemaAt(parent, top);
  const suggestion = suggestKey(top, root, parent, name, schema);
  const known = joinWords(keysOf(schema), 'and');
  const rest = known === '' ? 'no key is allowed here' : `${formatKey(parent) || `a ${file}`} has ${known}`;
  const hint = slipOf(name, schema) ?? (suggestion ? `did you mean ${suggestion}?` : rest);
  const key = formatKey(path);
  return { key, message: `${key} is not a key; ${hint}`, place: nearestPlace(root, path), suggestion };
}

/**
 * Returns the cause of an unknown key that YAML parsed from an intended entry: `lstm:8`, `embedding = 8`, the 5 of
 * `rate: 0,5`.
 */
function slipOf(name: string, schema: SchemaNode | undefined): string | undefined {
  const broken = brokenEntry(name);
  if (broken && broken.key !== name && keysOf(schema).includes(broken.key)) return broken.message;
  return /^\d+$/.test(name) ? 'a number has a decimal point, not a comma' : undefined;
}

/**
 * Returns the key that an unknown one was meant to be: a similar key in the same map, else a similar key elsewhere that
 * is possible in this spec.
 */
function suggestKey(
  top: SchemaNode,
  root: Located,
  parent: readonly Segment[],
  name: string,
  schema: SchemaNode | undefined,
): string | undefined {
  const neighbour = didYouMean(name, keysOf(schema));
  if (neighbour) return formatKey([...parent, neighbour]);
  const paths = allKeys(top)
    .map((key) => key.path)
    .filter((path) => hasRoomFor(root, path));
  const namesake = didYouMean(
    name,
    paths.map((path) => String(path.at(-1))),
  );
  const elsewhere = paths.find((path) => path.at(-1) === namesake);
  return elsewhere && formatKey(elsewhere);
}

/**
 * Returns one fault for each missing key, unless a misspelled key explains it: a key that was meant to be the missing
 * one, or to be `model.ngram`, which replaces the keys of a network.
 *
 * @param suggested the suggestions for the unknown keys
 */
function missingFaults(
  grammar: Grammar,
  root: Located,
  errors: readonly SchemaError[],
  suggested: ReadonlySet<string | undefined>,
): Fault[] {
  const meansNgram = suggested.has(NGRAM_KEY);
  return errors
    .filter((error) => error.keyword === 'required')
    .map((error) => missingKey(grammar, root, error))
    .filter(({ key }) => !suggested.has(key) && !(meansNgram && isForeignToNgram(parseKey(key))));
}

function missingKey({ schema: top }: Grammar, root: Located, error: SchemaError): Fault {
  const parent = pathOf(error);
  const name = String(error.params.missingProperty);
  const key = formatKey([...parent, name]);
  const schema = childSchema(schemaAt(parent, top), name);
  const expected = schema ? `; it must be ${describeExpected(schema)}` : '';
  return { key, message: `${key} is missing${expected}`, place: nearestPlace(root, parent) };
}

/** Returns one fault for all keys of a network beside `model.ngram`. */
function mixtureFaults(root: Located, errors: readonly SchemaError[]): Fault[] {
  const foreign = errors.filter((error) => error.keyword === 'false schema').map(pathOf);
  if (foreign.length === 0) return [];
  const others = joinWords(foreign.map(formatKey), 'and');
  const message = `${NGRAM_KEY} cannot be combined with other keys: remove ${others}, or ${NGRAM_KEY} itself`;
  return [{ key: NGRAM_KEY, message, place: nearestPlace(root, parseKey(NGRAM_KEY)) }];
}

/**
 * Returns one fault for each value of a wrong type, range or kind, even if it violates several keywords of the schema.
 */
function wrongValues(
  grammar: Grammar,
  root: Located,
  errors: readonly SchemaError[],
  unknownIn: ReadonlySet<string>,
): Fault[] {
  const faults = new Map<string, Fault>();
  for (const error of errors) {
    if (SAID_ELSEWHERE.has(error.keyword)) continue;
    // Too many kinds, of which one is unknown: the unknown key is the fault.
    if (error.keyword === 'maxProperties' && unknownIn.has(error.instancePath)) continue;
    if (!faults.has(error.instancePath)) faults.set(error.instancePath, wrongValue(grammar, root, error));
  }
  return [...faults.values()];
}

function wrongValue({ name: file, schema: top }: Grammar, root: Located, error: SchemaError): Fault {
  const path = pathOf(error);
  const key = formatKey(path);
  const schema = schemaAt(path, top);
  const value = find(root, path)?.value;
  if (!schema || !value) throw new Error(`No key ${key} for the schema's fault "${error.keyword}"`);
  const found =
    error.keyword === 'maxProperties' && value.kind === 'map'
      ? `but has ${joinWords([...value.entries.keys()], 'and')}`
      : `but is ${describeFound(value)}`;
  const near =
    schema.enum && value.kind === 'scalar' ? didYouMean(String(value.value), schema.enum) : undefined;
  const broken = schema.properties && value.kind === 'scalar' ? brokenEntry(String(value.value)) : undefined;
  const isSlip = broken && keysOf(schema).includes(broken.key);
  const hint = near ? `; did you mean ${near}?` : isSlip ? `; ${broken.message}` : '';
  const message = `${key || `A ${file}`} must be ${describeExpected(schema)}, ${found}${hint}`;
  return { key, message, place: valuePlace(root, path) };
}

/** Returns the path of a schema's fault, from its JSON pointer. */
function pathOf(error: SchemaError): string[] {
  return error.instancePath
    .split('/')
    .slice(1)
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/**
 * The smallest normal number of float32. Smaller numbers lose digits, and are zero where the processor flushes them.
 */
export const SMALLEST_FLOAT32 = 2 ** -126;

/** Finds numbers that are not zero but vanish in float32. The bounds of the schema admit them where zero is allowed. */
export function vanishingNumbers(node: Located, path: readonly Segment[] = []): Fault[] {
  if (node.kind === 'list')
    return node.items.flatMap((item, index) => vanishingNumbers(item, [...path, index]));
  if (node.kind === 'map') {
    return [...node.entries].flatMap(([key, { value }]) => vanishingNumbers(value, [...path, key]));
  }
  const { value, place } = node;
  if (typeof value !== 'number' || value === 0 || Math.abs(value) >= SMALLEST_FLOAT32) return [];
  const key = formatKey(path);
  return [{ key, message: `${key} must be 0 or representable in float32, but is ${value}`, place }];
}
