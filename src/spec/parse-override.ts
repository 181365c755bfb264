/** Reads the text of one `--set`, with the place of each part of its key. */
import { SpecError } from './diagnostics.js';
import { foreignCharacters } from './foreign-characters.js';
import type { Located, Place, Source } from './located.js';
import { parseYaml } from './parse-yaml.js';
import { formatKey } from './schema.js';

const FLAG = '--set ';

/** One step of an override's key, with where it stands in the flag. */
export interface Step {
  readonly name: string;
  readonly place: Place;
}

/** A parsed `--set`. */
export interface Override {
  /** At least one step. */
  readonly path: readonly [Step, ...Step[]];
  readonly value: Located;
}

/** How an override appears among the sources of a spec: the flag as it was typed. */
export function overrideName(text: string): string {
  return FLAG + text;
}

/** The key that steps lead to, dotted. */
export function keyOf(steps: readonly Step[]): string {
  return formatKey(steps.map((step) => step.name));
}

/**
 * Parses `training.epochs=5` or `model.layers[0].lstm=300`; the value is YAML.
 *
 * @throws SpecError when the text has another form, its value is not YAML, or its key cannot be overridden
 */
export function parseOverride(text: string): Override {
  const name = overrideName(text);
  const source: Source = { name, text: name, kind: 'override' };
  const equals = name.indexOf('=');
  const [foreign] = foreignCharacters(name.slice(0, Math.max(0, equals)));
  if (foreign) {
    throw refuse(foreign.message, { source, start: foreign.offset, end: foreign.offset + 1 });
  }
  const [first, ...others] = equals === -1 ? [] : parseSteps(source, equals);
  if (!first) {
    const place = { source, start: FLAG.length, end: equals === -1 ? name.length : equals + 1 };
    throw refuse('an override has the form key=value, such as training.epochs=5', place);
  }
  if (first.name === 'extends') throw refuse('extends can only stand in a file', first.place, 'extends');
  if (name.slice(equals + 1).trim() === '') {
    const place = { source, start: equals, end: equals + 1 };
    throw refuse('a value is missing after "="; write null for none', place, keyOf([first, ...others]));
  }
  const parsed = parseYaml(source, equals + 1);
  if ('faults' in parsed) throw new SpecError(parsed.faults);
  return { path: [first, ...others], value: parsed.root };
}

/** The steps of the key that stands between the flag and the equals sign. */
function parseSteps(source: Source, equals: number): Step[] {
  const key = source.text.slice(FLAG.length, equals);
  return [...key.matchAll(/[^.[\]\s]+/g)].map(({ 0: name, index }) => {
    const start = FLAG.length + index;
    return { name, place: { source, start, end: start + name.length } };
  });
}

/** A fault of an override as an error. */
export function refuse(message: string, place: Place, key = ''): SpecError {
  return new SpecError([{ key, message, place }]);
}
