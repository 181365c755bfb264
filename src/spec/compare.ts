/** Compares specs: their hashes and their differences. */
import { isDeepStrictEqual } from 'node:util';
import { sha256 } from '../storage/file-identity.js';
import { formatKey, type Segment, specSchema, withoutDefaults } from './schema.js';
import { isNgram, type Spec } from './systems.js';

/** A key whose value differs between two specs; undefined where one of them lacks it. */
export interface Difference {
  /** Dotted key, as `--set` takes it. */
  readonly key: string;
  readonly before: unknown;
  readonly after: unknown;
}

/**
 * Returns the hash of a spec: the SHA-256, in hex, of its canonical JSON (keys sorted, no spaces). Keys with their
 * default value are left out, so that a spec keeps its hash when a later version of zlm adds keys.
 */
export function specHash(spec: Spec): string {
  return sha256(canonicalJson(withoutDefaults(specSchema(), spec)));
}

/**
 * Returns the identity of the spec of a run, to which its checkpoints belong: the hash without the keys that may change between
 * sessions. The last epoch, early stopping and the interval of checkpoints decide how long and how safely a network is trained,
 * not what is computed.
 */
export function specIdentity(spec: Spec): string {
  if (isNgram(spec)) return specHash(spec);
  const { training } = spec;
  // The cosine reaches its end with the last epoch, so all of its learning rates depend on how many there are.
  const epochs = 'cosine' in training.schedule ? training.epochs : 1;
  const fixed = { ...training, epochs, earlyStopping: null, checkpoint: { everyMinutes: 1 } };
  return specHash({ ...spec, training: fixed });
}

function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => (isMap(inner) ? sortKeys(inner) : inner));
}

function sortKeys(map: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * Returns the keys in which two specs differ, as deep as both have them. Maps with a common key and lists of the same
 * length are compared inside; another kind of schedule, or another number of layers, is one difference.
 */
export function diffSpecs(a: Spec, b: Spec): Difference[] {
  return differences(a, b, []);
}

function differences(before: unknown, after: unknown, path: readonly Segment[]): Difference[] {
  const steps = stepsInto(before, after);
  if (steps.length === 0) {
    return isDeepStrictEqual(before, after) ? [] : [{ key: formatKey(path), before, after }];
  }
  return steps.flatMap((step) => differences(at(before, step), at(after, step), [...path, step]));
}

/** Returns the keys or indexes to compare one by one; none when the values differ as a whole. */
function stepsInto(before: unknown, after: unknown): Segment[] {
  if (Array.isArray(before) && Array.isArray(after)) {
    return before.length === after.length ? [...before.keys()] : [];
  }
  if (!isMap(before) || !isMap(after)) return [];
  const keys = Object.keys(before);
  return keys.some((key) => Object.hasOwn(after, key)) ? [...new Set([...keys, ...Object.keys(after)])] : [];
}

function at(value: unknown, step: Segment): unknown {
  return (value as Readonly<Record<Segment, unknown>>)[step];
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
