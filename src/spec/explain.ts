/** Explanations of the keys of a spec, for `zlm spec explain` and for the generated reference. */

import { stringify } from 'yaml';
import { didYouMean } from '../did-you-mean.js';
import { UserError } from '../errors.js';
import { allKeys, formatKey, isChoice, type KeyNode, parseKey, withDefaults } from './schema.js';
import { NGRAM_KEY } from './systems.js';
import { describeExpected } from './wording.js';

/** Explanation of a key. */
export interface Explanation {
  /** Dotted key; an item of a list has the index 0. */
  readonly key: string;
  readonly title: string;
  /** The description, with unit and place in the paper. */
  readonly description: string;
  /** The allowed values: "a whole number from 1 to 65536". */
  readonly expected: string;
  /** Whether the key is required, optional, or one of several kinds to choose from. */
  readonly presence: 'required' | 'optional' | 'choice';
  /** The default value; absent where there is none. */
  readonly default?: unknown;
}

/** Returns every key of a spec, a map or list before its content. */
export function explainAll(): Explanation[] {
  return allKeys().map(explain);
}

/**
 * Returns the explanations of a key and of everything below it.
 *
 * @param key dotted, list items by any index: `model.layers.1.lstm`, `model.layers[1].lstm`
 * @returns the key itself first
 * @throws UserError('usage') when there is no such key
 */
export function explainKey(key: string): [Explanation, ...Explanation[]] {
  const wanted = formatKey(parseKey(key).map((segment) => (/^\d+$/.test(segment) ? '0' : segment)));
  const all = explainAll();
  const self = all.find((explanation) => explanation.key === wanted);
  if (!self) throw unknownKey(key, wanted, all);
  return [self, ...all.filter((explanation) => explanation.key.startsWith(`${wanted}.`))];
}

function explain({ path, schema, parent }: KeyNode): Explanation {
  const { title, description } = schema;
  if (!title || !description) throw new Error(`The schema leaves ${formatKey(path)} unexplained`);
  const explanation = { key: formatKey(path), title, description, expected: describeExpected(schema) };
  if (schema.default !== undefined) {
    return { ...explanation, presence: 'optional', default: withDefaults(schema, schema.default) };
  }
  return { ...explanation, presence: presenceOf(path, parent) };
}

/**
 * Returns the presence of a key without a default: an item of a list and `extends` are optional, other keys are
 * required.
 */
function presenceOf(path: KeyNode['path'], parent: KeyNode['parent']): Explanation['presence'] {
  const key = formatKey(path);
  if (isChoice(parent) || key === NGRAM_KEY) return 'choice';
  return parent.items || key === 'extends' ? 'optional' : 'required';
}

function unknownKey(key: string, wanted: string, all: readonly Explanation[]): UserError {
  const names = all.map((explanation) => explanation.key);
  const sameName = names.find((name) => name.split('.').at(-1) === wanted.split('.').at(-1));
  const near = didYouMean(wanted, names) ?? sameName;
  const guess = near ? [`Did you mean ${near}? zlm spec explain ${near}`] : [];
  return new UserError('usage', `A spec has no key ${key}`, [...guess, 'To see all keys: zlm spec explain']);
}

/** Texts in place of a missing default. */
const NO_DEFAULT: Readonly<Record<Explanation['presence'], string>> = {
  required: 'none: the key is required',
  optional: 'none',
  choice: 'none: add the key to choose it',
};

/** Returns the default as one line of YAML, or that there is none. */
export function defaultInWords(explanation: Explanation): string {
  return explanation.default === undefined
    ? NO_DEFAULT[explanation.presence]
    : inlineYaml(explanation.default);
}

/** Returns a value as one line of YAML. */
export function inlineYaml(value: unknown): string {
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trimEnd();
}
