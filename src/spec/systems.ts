/** The two systems that a spec can describe: a network, which is trained, or an n-gram model, which is counted. */
import { childSchema, type SchemaNode, type Segment, schemaAt, specSchema } from './schema.js';
import type { Layer, NetworkSpec, NgramSpec, Optimizer, Spec } from './spec.generated.js';

export type { NetworkSpec, NgramSpec, Spec } from './spec.generated.js';

/** The key that makes a spec describe an n-gram model. */
export const NGRAM_KEY = 'model.ngram';

/** Tells whether a resolved spec describes an n-gram model. It then has only a corpus and `model.ngram`. */
export function isNgram(spec: Spec): spec is NgramSpec {
  return 'ngram' in spec.model;
}

/** Returns the spec of a network; null for that of an n-gram model. */
export function networkOrNull(spec: Spec): NetworkSpec | null {
  return isNgram(spec) ? null : spec;
}

/**
 * Returns the spec of a network, for what only networks can do.
 *
 * @param refusal makes the error for any other system
 */
export function requireNetwork(spec: Spec, refusal: () => Error): NetworkSpec {
  if (isNgram(spec)) throw refusal();
  return spec;
}

/** What networks are trained to do: the keys of `task`. */
export type TaskName = KindOf<NetworkSpec['task']>;

/** Returns the task of a spec; an n-gram model is a language model. A record by task names has the compiler ask for each of them. */
export function taskOf(spec: Spec): TaskName {
  if (isNgram(spec)) return 'languageModelling';
  const [name] = Object.keys(spec.task) as TaskName[];
  if (!name) throw new Error('A spec has exactly one task');
  return name;
}

/** What a model of each task does, for messages. */
export const TASK_VERBS: Readonly<Record<TaskName, string>> = {
  languageModelling: 'predicts text',
  translation: 'translates',
  speech: 'recognizes speech',
};

/** How a network that translates is built and read. */
export type TranslationSpec = Extract<NetworkSpec['task'], { readonly translation: unknown }>['translation'];

/** Returns how the network of a spec translates. @throws Error when it does something else */
export function translationOf({ task }: NetworkSpec): TranslationSpec {
  if (!('translation' in task)) throw new Error('The task of the spec is not translation');
  return task.translation;
}

/** Tells whether the network of a spec translates. */
export function translates(spec: Spec): spec is NetworkSpec {
  return !isNgram(spec) && 'translation' in spec.task;
}

/** How a network for speech is built and trained. */
export type SpeechSpec = Extract<NetworkSpec['task'], { readonly speech: unknown }>['speech'];

/** Returns how the network of a spec recognizes speech. @throws Error when it does something else */
export function speechOf({ task }: NetworkSpec): SpeechSpec {
  if (!('speech' in task)) throw new Error('The task of the spec is not speech');
  return task.speech;
}

/** Tells whether the network of a spec recognizes speech. */
export function recognizesSpeech(spec: Spec): spec is NetworkSpec {
  return !isNgram(spec) && 'speech' in spec.task;
}

/** Tells whether a batch is of independent sentences, pairs of them or utterances, and not of windows of a stream. */
export function readsSentences(spec: NetworkSpec): boolean {
  return spec.training.sentences || translates(spec) || recognizesSpeech(spec);
}

/** The part of the schema that says which keys a system does not have: `false` for each of them. */
interface Lacking {
  readonly properties?: Readonly<Record<string, Lacking | boolean>>;
}

const systemSchemas = new Map<string, SchemaNode>();

/** Returns the schema of one system: the whole schema without the keys that the system does not have. */
export function systemSchema(system: 'NetworkSpec' | 'NgramSpec'): SchemaNode {
  const schema = specSchema();
  const known = systemSchemas.get(system) ?? without(schema, schema.$defs?.[system] as Lacking);
  systemSchemas.set(system, known);
  return known;
}

/** Tells whether a key, or a key above it, is not allowed in the spec of an n-gram model. */
export function isForeignToNgram(path: readonly Segment[]): boolean {
  const known = path.reduce<SchemaNode | undefined>(childSchema, systemSchema('NgramSpec'));
  return known === undefined && schemaAt(path) !== undefined;
}

/** Returns the schema for a spec, resolved or not: that of an n-gram model when it has `model.ngram`. */
export function schemaFor(spec: unknown): SchemaNode {
  const model = (spec as { readonly model?: unknown } | null)?.model;
  const hasNgram = typeof model === 'object' && model !== null && Object.hasOwn(model, 'ngram');
  return systemSchema(hasNgram ? 'NgramSpec' : 'NetworkSpec');
}

function without(node: SchemaNode, lacking: Lacking): SchemaNode {
  const properties = Object.entries(node.properties ?? {}).flatMap(([key, property]) => {
    const inner = lacking.properties?.[key];
    if (inner === false) return [];
    return [[key, typeof inner === 'object' ? without(property, inner) : property]];
  });
  return { ...node, properties: Object.fromEntries(properties) };
}

/** The names of a choice's kinds. */
type KindOf<Choice> = Choice extends unknown ? keyof Choice : never;

/** A layer's kind, named by its cell. */
export type Cell = KindOf<Layer>;

/** Returns the cell of a layer. */
export function cellOf(layer: Layer): Cell {
  const [cell] = Object.keys(layer) as Cell[];
  if (!cell) throw new Error('A layer is of exactly one kind');
  return cell;
}

/** Returns an optimizer's learning rate before the schedule. */
export function baseLearningRate(optimizer: Optimizer): number {
  const [settings] = Object.values(optimizer) as { readonly learningRate: number }[];
  if (!settings) throw new Error('An optimizer is of exactly one kind');
  return settings.learningRate;
}
