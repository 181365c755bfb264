/** Descriptions of the values of a key, for faults, `zlm spec explain` and the reference. */
import type { Located } from './located.js';
import { isChoice, keysOf, type SchemaNode } from './schema.js';

/** Longest part of a wrong value that is repeated in a message, in characters. */
const MOST_QUOTED = 40;

/**
 * Returns the allowed values of a key: "a whole number of at least 1", "step or sequence", "a map with exactly one of
 * …".
 */
export function describeExpected(schema: SchemaNode): string {
  const types = [schema.type ?? []].flat();
  const words = types.filter((type) => type !== 'null').map((type) => describeType(type, schema));
  return [...words, ...(types.includes('null') ? ['null'] : [])].join(', or ');
}

function describeType(type: string, schema: SchemaNode): string {
  switch (type) {
    case 'integer':
      return `a whole number${describeRange(schema)}`;
    case 'number':
      return `a number${describeRange(schema)}`;
    case 'boolean':
      return 'true or false';
    case 'array':
      return `a list${describeCount(schema)}`;
    case 'object':
      return describeMap(schema);
    default:
      return schema.enum ? joinWords(schema.enum, 'or') : (schema.patternErrorMessage ?? 'a text');
  }
}

/** Returns the bounds of a number: " of at least 1", " from 0 to 5", " above 0 and at most 1". */
function describeRange(schema: SchemaNode): string {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema;
  if (minimum !== undefined && maximum !== undefined) return ` from ${minimum} to ${maximum}`;
  const bounds = [
    minimum !== undefined && `at least ${minimum}`,
    exclusiveMinimum !== undefined && `above ${exclusiveMinimum}`,
    maximum !== undefined && `at most ${maximum}`,
    exclusiveMaximum !== undefined && `below ${exclusiveMaximum}`,
  ].filter((bound) => bound !== false);
  if (bounds.length === 0) return '';
  return bounds[0]?.startsWith('at ') ? ` of ${bounds.join(' and ')}` : ` ${bounds.join(' and ')}`;
}

function describeCount({ minItems, maxItems }: SchemaNode): string {
  if (minItems !== undefined && maxItems !== undefined) return ` of ${minItems} to ${maxItems} items`;
  return minItems === undefined ? '' : ` of at least ${minItems}`;
}

function describeMap(schema: SchemaNode): string {
  const keys = keysOf(schema);
  if (keys.length === 0) return schema.patternErrorMessage ?? 'an empty map, {}';
  if (!isChoice(schema)) return `a map of ${joinWords(keys, 'and')}`;
  return keys.length === 1
    ? `a map with the one key ${keys[0]}`
    : `a map with exactly one of ${joinWords(keys, 'and')}`;
}

/** Describes a wrong value: `"abc"`, `-1`, "a list", "empty". */
export function describeFound(value: Located): string {
  if (value.kind === 'map') return value.entries.size === 0 ? 'an empty map' : 'a map';
  if (value.kind === 'list')
    return value.items.length === 0 ? 'an empty list' : `a list of ${value.items.length}`;
  if (typeof value.value === 'string') return `the text "${shorten(value.value)}"`;
  const { source, start, end } = value.place;
  const written = source.text.slice(start, end);
  if (value.value === null && written.trim() === '') return 'empty';
  // As written: 1e300 reads better than what it was parsed to.
  return shorten(typeof value.value === 'number' ? written : String(value.value));
}

function shorten(text: string): string {
  return text.length > MOST_QUOTED ? `${text.slice(0, MOST_QUOTED)}…` : text;
}

/** Makes a clause, which continues a sentence, a sentence of its own. */
export function asSentence(clause: string): string {
  return clause.charAt(0).toUpperCase() + clause.slice(1);
}

/** Joins words to a list in a sentence: "a, b and c". */
export function joinWords(words: readonly string[], conjunction: 'and' | 'or'): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} ${conjunction} ${words.at(-1)}`;
}
