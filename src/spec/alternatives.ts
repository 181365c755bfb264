/**
 * What a spec has where only one of several kinds can be: an optimizer, a schedule, a layer's cell; a network or an n-gram
 * model. An override must not replace it by accident, and a suggestion must not name what the spec does not have.
 */
import { stringify } from 'yaml';
import { shellWord } from '../shell-word.js';
import type { Fault } from './diagnostics.js';
import { find, type Located, toPlain } from './located.js';
import type { Override } from './parse-override.js';
import { formatKey, isChoice, keysOf, type Segment, schemaAt } from './schema.js';
import { isForeignToNgram, NGRAM_KEY } from './systems.js';

/** Stands in a suggested override for a number that only its reader knows. */
const NUMBER = 'N';

/**
 * Whether a spec has room for a key: no choice on the way to it was made otherwise.
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
 * The fault of an override of a key inside an alternative that the spec does not have: `training.optimizer.sgd.learningRate`
 * where the optimizer is Adam. To name the whole alternative, as in `training.schedule.constant={}`, is no fault.
 *
 * @param root      the spec so far
 * @param overrides all of the command's, for a suggestion that replaces the whole
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

/** The kind that a choice has, as written or by default; undefined where there is no choice, or a wrong one. */
function chosenKind(root: Located, path: readonly Segment[]): string | undefined {
  const schema = schemaAt(path);
  if (!isChoice(schema)) return undefined;
  const written = find(root, path)?.value;
  const chosen = written ? toPlain(written) : schema?.default;
  if (typeof chosen !== 'object' || chosen === null) return undefined;
  return Object.keys(chosen).find((kind) => keysOf(schema).includes(kind));
}

/** An override that goes past what a choice has. */
interface Bypass {
  readonly override: Override;
  /** Steps to the choice. */
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
    `To replace it by ${kind}: ${whole}${number}.`,
  ];
  return {
    key: formatKey(names),
    message: `${formatKey(choice)} is ${present} in this spec, so there is no ${formatKey(names)}`,
    place: path[depth]?.place ?? path[0].place,
    cure: cures.join(' '),
  };
}

/** What all overrides together say of a kind, with a placeholder for each key that has neither a value nor a default. */
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

/** A `--set` to copy into a shell. */
function setText(path: readonly Segment[], value: unknown): string {
  const yaml = stringify(value, { collectionStyle: 'flow', flowCollectionPadding: false, lineWidth: 0 });
  return `\`--set ${shellWord(`${formatKey(path)}=${yaml.trimEnd()}`)}\``;
}

/** The system that a spec describes, when a key has its place in the other one. */
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
    message: `this spec describes ${isNetwork ? 'a' : 'an'} ${system}, which has no ${key}`,
    place: path[0].place,
    cure: isNetwork
      ? `Begin with the spec of an n-gram model, such as kn5, or leave out ${key}.`
      : `Begin with the spec of a network, such as small, or leave out ${key}.`,
  };
}
