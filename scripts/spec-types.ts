/** Generates TypeScript types of the resolved spec, and of a sweep file, from their JSON Schemas. */
import { compile } from 'json-schema-to-typescript';
import { isChoice, type SchemaNode, specSchema } from '../src/spec/schema.js';
import { systemSchema } from '../src/spec/systems.js';
import { sweepSchema } from '../src/sweeps/sweep-schema.js';

const BANNER = `/**
 * The resolved spec: what a spec file says once everything it extends, every override and every default is in.
 * Generated from schemas/spec.schema.json by \`npm run generate\`; change the schema instead.
 */`;

const SWEEP_BANNER = `/**
 * A sweep file as it is written. Generated from schemas/sweep.schema.json by \`npm run generate\`; change the schema instead.
 */`;

const OPTIONS = {
  additionalProperties: false,
  ignoreMinAndMaxItems: true,
  strictIndexSignatures: true,
  style: { singleQuote: true, printWidth: 110 },
};

/** Returns the text of src/spec/spec.generated.ts. */
export async function generateTypes(): Promise<string> {
  return compile(resolvedSchema(), 'Spec', { ...OPTIONS, bannerComment: BANNER });
}

/** Returns the text of src/sweeps/sweep.generated.ts. */
export async function generateSweepTypes(): Promise<string> {
  const schema = { ...sweepSchema(), title: 'SweepFile' } as GeneratorSchema;
  return compile(schema, 'SweepFile', {
    ...OPTIONS,
    strictIndexSignatures: false,
    bannerComment: SWEEP_BANNER,
  });
}

/** The systems that a spec can describe; its type is their union. */
const SYSTEMS = ['NetworkSpec', 'NgramSpec'] as const;

/** JSON Schema as the generator takes it. */
type GeneratorSchema = Parameters<typeof compile>[0];

/** Returns the schema of a resolved spec: without `extends`, with every other key of the system. */
function resolvedSchema(): GeneratorSchema {
  // Definitions without a title are conditions, not types of values.
  const definitions = Object.entries(specSchema().$defs ?? {}).filter(([, node]) => node.title);
  return {
    title: 'Spec',
    description: specSchema().description,
    anyOf: SYSTEMS.map((name) => ({ $ref: `#/definitions/${name}` })),
    definitions: Object.fromEntries([
      ...definitions.map(([name, node]) => [name, { ...resolved(node), title: name }]),
      ...SYSTEMS.map((name) => [name, resolvedSystem(name)]),
    ]),
  };
}

function resolvedSystem(name: (typeof SYSTEMS)[number]): GeneratorSchema {
  const { extends: _gone, ...properties } = systemSchema(name).properties ?? {};
  const description = specSchema().$defs?.[name]?.description;
  return { ...resolved({ type: 'object', description, properties }), title: name };
}

function resolved(node: SchemaNode): GeneratorSchema {
  // Only the reference: with other keys beside it, the generator would make a type for each reference.
  if (node.$ref) return { $ref: node.$ref.replace('$defs', 'definitions') };
  if (isChoice(node)) return { description: node.description, oneOf: choices(node) };
  const { type, enum: values, description, items, properties } = node;
  return {
    description,
    ...(type && { type: type as GeneratorSchema['type'] }),
    ...(values && { enum: [...values] }),
    ...(items && { items: resolved(items) }),
    ...(properties && { required: requiredOf(properties), properties: mapValues(properties) }),
    additionalProperties: false,
  };
}

function requiredOf(properties: Readonly<Record<string, SchemaNode>>): string[] {
  return Object.keys(properties).filter((key) => !properties[key].optional);
}

/** Makes one object type for each kind of a choice. */
function choices(node: SchemaNode): GeneratorSchema[] {
  return Object.entries(node.properties ?? {}).map(([kind, schema]) => ({
    type: 'object',
    required: [kind],
    properties: { [kind]: resolved(schema) },
    additionalProperties: false,
  }));
}

function mapValues(properties: Readonly<Record<string, SchemaNode>>): Record<string, GeneratorSchema> {
  return Object.fromEntries(Object.entries(properties).map(([key, schema]) => [key, resolved(schema)]));
}
