/** The JSON Schema of a sweep file: the only source of its keys, ranges and descriptions. */
import { readFileSync } from 'node:fs';
import type { SchemaNode } from '../spec/schema.js';

let schema: SchemaNode | undefined;

/** Returns the schema, read once from schemas/sweep.schema.json. */
export function sweepSchema(): SchemaNode {
  schema ??= JSON.parse(readFileSync(new URL('../../schemas/sweep.schema.json', import.meta.url), 'utf8'));
  return schema as SchemaNode;
}

/** Returns the options of job arrays, the keys of `launcher.slurm`, with their schemas. */
export function slurmKeys(): Readonly<Record<string, SchemaNode>> {
  return sweepSchema().properties?.launcher?.properties?.slurm?.properties ?? {};
}
