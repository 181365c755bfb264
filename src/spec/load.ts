/** Loads a spec: from a YAML file to a resolved spec, with every fault reported at once. */
import { type CorpusFacts, crossFieldFaults, crossFieldWarnings } from './cross-field.js';
import { type Fault, placeFaults, SpecError, sortFaults } from './diagnostics.js';
import { readExtended } from './extends.js';
import { find, type Located, type Source, toPlain } from './located.js';
import { applyOverrides, type Override, overrideName } from './overrides.js';
import { withDefaults } from './schema.js';
import type { SpeechFacts } from './speech-checks.js';
import type { Spec } from './systems.js';
import { schemaFor } from './systems.js';
import { schemaFaults } from './validate.js';
import { parseYaml } from './yaml.js';

export { type Difference, diffSpecs, specHash, specIdentity } from './compare.js';
export { specToYaml } from './yaml.js';

/** A resolved spec with the places of its values. */
export interface ResolvedSpec {
  readonly spec: Spec;
  /** The tree with the place of every value, for faults that are found later. */
  readonly tree: Located;
  /** Names of the sources of values, in the order in which their faults are listed. */
  readonly sources: readonly string[];
}

/** A spec that was loaded from a file and overrides. */
export interface LoadedSpec extends ResolvedSpec {
  /** The file as the user named it. */
  readonly path: string;
  /** The `--set` texts, as typed. */
  readonly overrides: readonly string[];
  /** The file, then what it extends, nearest first. */
  readonly files: readonly string[];
  /** Warnings, such as a decay after the last epoch. */
  readonly warnings: readonly Fault[];
}

/**
 * Loads a spec: the file and what it extends, the overrides, the schema, the defaults, the cross-field checks.
 *
 * @param path      the YAML file, absolute or relative to the current folder
 * @param overrides texts of the form `training.epochs=5`, applied in this order
 * @throws SpecError (a UserError of kind 'spec') that lists all faults
 */
export function loadSpec(path: string, overrides: readonly string[] = []): Promise<LoadedSpec> {
  return load(path, overrides, false);
}

/**
 * Loads the spec that a run folder keeps, with overrides as {@link loadSpec} takes them. Its own values may lie beyond bounds
 * that were narrowed since the run began.
 *
 * @throws SpecError (a UserError of kind 'spec') that lists all faults
 */
export function loadStoredSpec(path: string, overrides: readonly string[] = []): Promise<LoadedSpec> {
  return load(path, overrides, true);
}

/**
 * Resolves a spec with overrides that are written in another file, such as a sweep: faults of what they give are shown there.
 *
 * @param path   the YAML file, absolute or relative to the current folder
 * @param source name of the file with the overrides
 * @throws SpecError (a UserError of kind 'spec') that lists all faults
 */
export async function resolveSpec(
  path: string,
  overrides: readonly Override[],
  source: string,
): Promise<ResolvedSpec> {
  const { root, files } = await readExtended(path);
  const { root: tree, faults } = applyOverrides(root, overrides);
  // The file with the overrides comes first, as a file that extends the spec would.
  const sources = [source, ...files];
  return { spec: resolveTree(tree, faults, sources, false), tree, sources };
}

async function load(path: string, overrides: readonly string[], isStored: boolean): Promise<LoadedSpec> {
  const { root, files } = await readExtended(path);
  const { root: tree, faults } = applyOverrides(root, overrides);
  const sources = [...files, ...overrides.map(overrideName)];
  const spec = resolveTree(tree, faults, sources, isStored);
  const warnings = sortFaults(placeFaults(crossFieldWarnings(spec), tree, sources), sources);
  return { spec, path, overrides, files, tree, sources, warnings };
}

/**
 * Reads a resolved spec, such as the spec.yaml of a run folder.
 *
 * @param yaml the file's text
 * @param path the file, for the faults
 * @throws SpecError (a UserError of kind 'spec') that lists all faults
 */
export async function parseResolvedSpec(yaml: string, path: string): Promise<Spec> {
  const source: Source = { name: path, text: yaml, kind: 'file' };
  const parsed = parseYaml(source);
  if ('faults' in parsed) throw new SpecError(parsed.faults);
  const parent = find(parsed.root, ['extends']);
  const message = 'A resolved spec cannot extend another one; name the spec file that it was resolved from';
  const faults = parent ? [{ key: 'extends', message, place: parent.key }] : [];
  return resolveTree(parsed.root, faults, [path], true);
}

/**
 * Checks that a spec fits the corpus that it names.
 *
 * @throws SpecError (a UserError of kind 'spec') that lists all faults
 */
export function assertFitsCorpus(
  { spec, tree, sources }: ResolvedSpec,
  corpus: CorpusFacts | SpeechFacts,
): void {
  throwIfAny(placeFaults(crossFieldFaults(spec, corpus), tree, sources), sources);
}

/**
 * Checks a located tree and fills in its defaults.
 *
 * @param faults       faults that were found before
 * @param fileIsStored whether the values without an override are those of a run
 */
function resolveTree(
  tree: Located,
  faults: readonly Fault[],
  sources: readonly string[],
  fileIsStored: boolean,
): Spec {
  const isStored = ({ place }: Located) => fileIsStored && place.source.kind === 'file';
  throwIfAny([...faults, ...schemaFaults(tree, isStored)], sources);
  const plain = toPlain(tree);
  const spec = withDefaults(schemaFor(plain), plain) as Spec;
  throwIfAny(placeFaults(crossFieldFaults(spec), tree, sources), sources);
  return spec;
}

function throwIfAny(faults: readonly Fault[], sources: readonly string[]): void {
  if (faults.length > 0) throw new SpecError(sortFaults(faults, sources));
}
