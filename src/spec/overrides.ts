/**
 * Overrides from the command line, `--set a.b=c`: parsing them, applying them, and refusing those that would silently
 * replace one kind of optimizer, schedule or layer by another.
 */

import { stringify } from 'yaml';
import { shellWord } from '../shell-word.js';
import { type Fault, SpecError } from './diagnostics.js';
import { foreignCharacters } from './grammar-faults.js';
import {
  type Entry,
  find,
  type Located,
  type LocatedMap,
  type Place,
  type Source,
  toPlain,
} from './located.js';
import {
  childSchema,
  formatKey,
  isChoice,
  keysOf,
  type SchemaNode,
  type Segment,
  schemaAt,
  specSchema,
} from './schema.js';
import { isForeignToNgram, NGRAM_KEY } from './systems.js';
import { parseYaml } from './yaml.js';

/**
 * Applies overrides from left to right. The value of the key is replaced. Missing maps above it are created. Lists are
 * indexed from 0, and the index after the last item appends. A choice, such as `training.schedule`, is switched by
 * naming another kind as a whole; a key inside another kind is refused.
 *
 * @param root      the spec so far
 * @param overrides texts such as `training.epochs=5`, the value in YAML, or overrides that are parsed already
 * @returns the spec with every override that could be applied, and the faults of the others
 */
export function applyOverrides(
  root: LocatedMap,
  overrides: readonly (string | Override)[],
): { root: Located; faults: readonly Fault[] } {
  const faults: Fault[] = [];
  const attempt = <Result>(work: () => Result): Result | undefined => {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof SpecError)) throw error;
      faults.push(...error.faults);
      return undefined;
    }
  };
  const parsed = overrides
    .map((one) => (typeof one === 'string' ? attempt(() => parseOverride(one)) : one))
    .filter((one) => one !== undefined);
  let result: Located = root;
  for (const override of parsed) {
    const bypass = alternativeFault(result, override, parsed);
    if (bypass) faults.push(bypass);
    else result = attempt(() => applyOverride(result, override)) ?? result;
  }
  return { root: result, faults };
}

function applyOverride(root: Located, { path, value }: Override): Located {
  return setAt(root, { walked: [], ahead: path, value, schema: specSchema() });
}

/** State of `setAt` while it descends to the key of an override. */
interface Descent {
  readonly walked: readonly Step[];
  readonly ahead: readonly Step[];
  /** The new value of the key. */
  readonly value: Located;
  /** The schema of the value here; undefined below an unknown key. */
  readonly schema: SchemaNode | undefined;
}

/** Returns the value at this step with the override applied. A map or list is copied, not modified. */
function setAt(node: Located | undefined, descent: Descent): Located {
  const step = descent.ahead[0];
  if (!step) return descent.value;
  const isNull = node?.kind === 'scalar' && node.value === null;
  const present = isNull ? undefined : node;
  if (present?.kind === 'scalar') {
    const key = keyOf(descent.walked);
    throw refuse(`${key} is a single value and has no key ${step.name}`, step.place, key);
  }
  if (present?.kind === 'list') return setItem(present.items, step, descent);
  if (!present && descent.schema?.items) return setItem([], step, descent);
  return setKey(present, step, descent);
}

function setKey(map: LocatedMap | undefined, step: Step, descent: Descent): Located {
  const old = map?.entries ?? new Map<string, Entry>();
  // An unknown kind is kept beside the known one: it is a typing error, not a switch.
  const isKind = isChoice(descent.schema) && keysOf(descent.schema).includes(step.name);
  const switchesKind = isKind && !old.has(step.name);
  const entries = new Map(switchesKind ? [] : old);
  entries.set(step.name, {
    key: step.place,
    value: setAt(old.get(step.name)?.value, advance(descent, step)),
  });
  return { kind: 'map', place: map?.place ?? step.place, entries };
}

function setItem(items: readonly Located[], step: Step, descent: Descent): Located {
  const key = keyOf(descent.walked);
  if (!/^\d+$/.test(step.name)) {
    throw refuse(`${key} is a list: name an item by its number, as in ${key}.0`, step.place, key);
  }
  const index = Number(step.name);
  if (index > items.length) {
    const size = `it has ${items.length}, counted from 0, and ${items.length} appends one`;
    throw refuse(`${key} has no item ${index}: ${size}`, step.place, key);
  }
  const changed = [...items];
  changed[index] = setAt(items[index], advance(descent, step));
  return { kind: 'list', place: step.place, items: changed };
}

function advance(descent: Descent, step: Step): Descent {
  return {
    ...descent,
    walked: [...descent.walked, step],
    ahead: descent.ahead.slice(1),
    schema: childSchema(descent.schema, step.name),
  };
}

const FLAG = '--set ';

/** One step of the key of an override, with its place in the flag. */
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

/** Returns the name of an override among the sources of a spec: the flag as it was typed. */
export function overrideName(text: string): string {
  return FLAG + text;
}

/** Returns the dotted key of steps. */
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
    throw refuse('An override has the form key=value, such as training.epochs=5', place);
  }
  if (first.name === 'extends') throw refuse('extends is only allowed in a file', first.place, 'extends');
  if (name.slice(equals + 1).trim() === '') {
    const place = { source, start: equals, end: equals + 1 };
    throw refuse('A value is missing after "="; write null for none', place, keyOf([first, ...others]));
  }
  const parsed = parseYaml(source, equals + 1);
  if ('faults' in parsed) throw new SpecError(parsed.faults);
  return { path: [first, ...others], value: parsed.root };
}

/** A key as `--set` takes it: names with dots between, numbers of items also in brackets. */
const KEY = /^[^.[\]\s]+(?:\.[^.[\]\s]+|\[\d+\])*$/;

/** Returns the steps of the key between the flag and the equals sign. */
function parseSteps(source: Source, equals: number): Step[] {
  return stepsOf(source.text.slice(FLAG.length, equals), { source, start: FLAG.length, end: equals });
}

/**
 * Returns the steps of a key such as `model.layers[0].lstm`; none for an empty one.
 *
 * @param place where the key is written, as it is
 * @throws SpecError when it is not a key
 */
export function stepsOf(key: string, place: Place): Step[] {
  if (key.trim() !== '' && !KEY.test(key.trim())) {
    throw refuse('A key has names with a dot between, as in training.epochs or model.layers.0.lstm', place);
  }
  return [...key.matchAll(/[^.[\]\s]+/g)].map(({ 0: name, index }) => {
    const start = place.start + index;
    return { name, place: { source: place.source, start, end: start + name.length } };
  });
}

/** Returns a fault of an override as an error. */
export function refuse(message: string, place: Place, key = ''): SpecError {
  return new SpecError([{ key, message, place }]);
}

/** Placeholder for a number in a suggested override. */
const NUMBER = 'N';

/**
 * Tells whether a key is possible in a spec: no choice above it was made differently.
 *
 * @param path of a key that the schema has
 */
export function hasRoomFor(root: Located, path: readonly Segment[]): boolean {
  if (otherSystem(root, path)) return false;
  return path.every((segment, depth) =>
    [undefined, segment].includes(chosenKind(root, path.slice(0, depth))),
  );
}

/**
 * Returns the fault of an override of a key inside an alternative that the spec does not use:
 * `training.optimizer.sgd.learningRate` where the optimizer is Adam. Naming the whole alternative, as in
 * `training.schedule.constant={}`, is allowed.
 *
 * @param root the spec so far
 * @param overrides all overrides of the command, for a suggestion that replaces the whole
 */
export function alternativeFault(
  root: Located,
  override: Override,
  overrides: readonly Override[],
): Fault | undefined {
  const names = override.path.map((step) => step.name);
  const system = otherSystem(root, names);
  if (system) return systemFault(system, override);
  for (let depth = 1; depth < names.length - 1; depth++) {
    const choice = names.slice(0, depth);
    const present = chosenKind(root, choice);
    const isKind = keysOf(schemaAt(choice)).includes(names[depth] ?? '');
    if (present !== undefined && present !== names[depth] && isKind) {
      return kindFault({ override, depth, present }, overrides);
    }
  }
  return undefined;
}

/** Returns the kind of a choice, as written or by default; undefined where there is no choice, or an invalid one. */
function chosenKind(root: Located, path: readonly Segment[]): string | undefined {
  const schema = schemaAt(path);
  if (!isChoice(schema)) return undefined;
  const written = find(root, path)?.value;
  const chosen = written ? toPlain(written) : schema?.default;
  if (typeof chosen !== 'object' || chosen === null) return undefined;
  return Object.keys(chosen).find((kind) => keysOf(schema).includes(kind));
}

/** An override of a kind that the choice does not have. */
interface Bypass {
  readonly override: Override;
  /** Number of steps to the choice. */
  readonly depth: number;
  readonly present: string;
}

function kindFault({ override, depth, present }: Bypass, overrides: readonly Override[]): Fault {
  const { path, value } = override;
  const names = path.map((step) => step.name);
  const choice = names.slice(0, depth);
  const namesake = [...choice, present, ...names.slice(depth + 1)];
  const kind = names[depth] ?? '';
  const whole = setText(choice, { [kind]: wholeKind([...choice, kind], overrides) });
  const number = whole.includes(`: ${NUMBER}`) ? `, with a number for ${NUMBER}` : '';
  const cures = [
    ...(schemaAt(namesake) ? [`To change ${present}: ${setText(namesake, toPlain(value))}.`] : []),
    `To switch to ${kind}: ${whole}${number}.`,
  ];
  return {
    key: formatKey(names),
    message: `${formatKey(choice)} is ${present} in this spec, so there is no ${formatKey(names)}`,
    place: path[depth]?.place ?? path[0].place,
    cure: cures.join(' '),
  };
}

/**
 * Returns the settings that all overrides together give a kind, with a placeholder for each key that has neither a
 * value nor a default.
 */
function wholeKind(kind: readonly string[], overrides: readonly Override[]): Record<string, unknown> {
  const said = overrides
    .map(({ path, value }) => ({ names: path.map((step) => step.name), value: toPlain(value) }))
    .filter(
      ({ names }) => names.length === kind.length + 1 && formatKey(names).startsWith(`${formatKey(kind)}.`),
    )
    .map(({ names, value }) => [names.at(-1), value]);
  const needed = Object.entries(schemaAt(kind)?.properties ?? {})
    .filter(([, { default: given, $ref }]) => given === undefined && $ref === undefined)
    .map(([key]) => [key, NUMBER]);
  return Object.fromEntries([...needed, ...said]);
}

/** Returns a `--set` to copy into a shell. */
function setText(path: readonly Segment[], value: unknown): string {
  const yaml = stringify(value, { collectionStyle: 'flow', flowCollectionPadding: false, lineWidth: 0 });
  return `\`--set ${shellWord(`${formatKey(path)}=${yaml.trimEnd()}`)}\``;
}

/** Returns the system of a spec when a key belongs to the other system. */
function otherSystem(root: Located, path: readonly Segment[]): 'network' | 'n-gram model' | undefined {
  const isOfNgram = formatKey(path.slice(0, 2)) === NGRAM_KEY;
  if (isOfNgram)
    return ['embedding', 'layers'].some((key) => find(root, ['model', key])) ? 'network' : undefined;
  return find(root, ['model', 'ngram']) && isForeignToNgram(path) ? 'n-gram model' : undefined;
}

function systemFault(system: 'network' | 'n-gram model', { path }: Override): Fault {
  const key = formatKey(path.map((step) => step.name));
  const isNetwork = system === 'network';
  return {
    key,
    message: `This spec describes ${isNetwork ? 'a' : 'an'} ${system}, which has no ${key}`,
    place: path[0].place,
    cure: isNetwork
      ? `Start from the spec of an n-gram model, such as kn5, or leave out ${key}.`
      : `Start from the spec of a network, such as small, or leave out ${key}.`,
  };
}
