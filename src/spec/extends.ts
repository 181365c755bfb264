/** Follows `extends` from a spec file to its parents and merges them into one located tree. */
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { type Fault, SpecError } from './diagnostics.js';
import { brokenEntry } from './grammar-faults.js';
import { type Entry, type Located, type LocatedMap, type Place, type Source, valuePlace } from './located.js';
import { readText } from './read-text.js';
import { childSchema, isChoice, type SchemaNode, specSchema } from './schema.js';
import { parseYaml } from './yaml.js';

/** A spec file with everything it extends. */
export interface Extended {
  readonly root: LocatedMap;
  /** The file, then its parent, then the parent's parent, as paths that can be opened. */
  readonly files: readonly string[];
}

/**
 * Reads a spec file and what it extends.
 *
 * @param path the file, absolute or relative to the current folder
 * @returns the merged tree, without `extends`
 * @throws SpecError when a file of the chain cannot be read, is not a YAML map, or extends itself
 */
export async function readExtended(path: string): Promise<Extended> {
  return readChain(path, [], undefined);
}

/**
 * @param children the files that extend this one, outermost first
 * @param wanted the place where the child names this file
 */
async function readChain(
  path: string,
  children: readonly string[],
  wanted: Place | undefined,
): Promise<Extended> {
  const chain = [...children, path];
  if (children.some((child) => resolve(child) === resolve(path))) {
    throw fault(`The specs extend each other in a circle: ${chain.join(' → ')}`, wanted);
  }
  const own = await readMap(path, wanted);
  const parentEntry = own.entries.get('extends');
  if (!parentEntry) return { root: own, files: [path] };
  const place = valuePlace(own, ['extends']);
  const parent = await readChain(parentPath(path, parentEntry.value, place), chain, place);
  const merged = merge(parent.root, withoutExtends(own), specSchema()) as LocatedMap;
  return { root: merged, files: [path, ...parent.files] };
}

/**
 * Reads a YAML file whose content is a map.
 *
 * @param wanted      the place that names the file, where another file does
 * @param description of the file, for faults
 * @throws SpecError when it cannot be read, or is not a YAML map
 */
export async function readMap(
  path: string,
  wanted: Place | undefined,
  description = 'A spec is a map of keys such as corpus, model and training',
): Promise<LocatedMap> {
  const read = await readText(path);
  if ('reason' in read) throw fault(read.reason, wanted, { cure: read.cure });
  const source: Source = { name: path, text: read.text, kind: 'file' };
  const parsed = parseYaml(source);
  if ('faults' in parsed) throw new SpecError(parsed.faults);
  if (parsed.root.kind === 'map') return parsed.root;
  const broken = brokenEntry(read.text.trim().split('\n', 1)[0] ?? '');
  const reason = broken && parsed.root.kind === 'scalar' ? `; ${broken.message}` : '';
  throw fault(`${description}${reason}`, parsed.root.place);
}

function parentPath(path: string, parent: Located, place: Place): string {
  if (parent.kind !== 'scalar' || typeof parent.value !== 'string' || parent.value === '') {
    throw fault('extends must be the path of another spec', place, { key: 'extends' });
  }
  return isAbsolute(parent.value) ? parent.value : join(dirname(path), parent.value);
}

function withoutExtends(map: LocatedMap): LocatedMap {
  const entries = new Map(map.entries);
  entries.delete('extends');
  return { ...map, entries };
}

function fault(message: string, place?: Place, more: Partial<Fault> = {}): SpecError {
  return new SpecError([{ key: '', message, place, ...more }]);
}

/**
 * Merges the child's values over the parent's: maps merge key by key, lists and scalars replace. In a choice, such as
 * `schedule`, a child that names another kind replaces the parent's choice, because merging would name two kinds.
 *
 * @param schema the schema of both values, undefined below an unknown key
 */
export function merge(parent: Located, child: Located, schema: SchemaNode | undefined): Located {
  if (parent.kind !== 'map' || child.kind !== 'map') return child;
  if (isChoice(schema) && namesAnotherKind(parent, child)) return child;
  const entries = new Map<string, Entry>(parent.entries);
  for (const [key, entry] of child.entries) {
    const inherited = parent.entries.get(key);
    const value = inherited ? merge(inherited.value, entry.value, childSchema(schema, key)) : entry.value;
    entries.set(key, { key: entry.key, value });
  }
  return { kind: 'map', place: child.place, entries };
}

function namesAnotherKind(parent: LocatedMap, child: LocatedMap): boolean {
  return [...child.entries.keys()].some((key) => !parent.entries.has(key));
}
