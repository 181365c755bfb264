/** Compiles the functions that check a spec and a sweep against their JSON Schemas. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import standalone from 'ajv/dist/standalone/index.js';
import { type SchemaNode, specSchema } from '../src/spec/schema.js';
import { sweepSchema } from '../src/sweeps/sweep-schema.js';

const bannerOf = (name: string) => `// @ts-nocheck
/**
 * Checks a ${name} against its schema: ajv's standalone code, so that no command loads ajv and compiles the schema at its start.
 * Generated from schemas/${name}.schema.json by \`npm run generate\`; change the schema instead.
 */`;

/** Keywords for people, which the validator does not need. */
const PROSE = ['title', 'description', 'default', 'optional', '$comment', 'patternErrorMessage'];

/** Keywords whose values are maps by name: a name in them may be the same as a keyword. */
const MAPS_BY_NAME = ['properties', '$defs'];

/** Returns the text of src/spec/schema-validator.generated.ts. */
export function generateValidator(): string {
  return compiled('spec', specSchema());
}

/** Returns the text of src/sweeps/sweep-validator.generated.ts. */
export function generateSweepValidator(): string {
  return compiled('sweep', sweepSchema());
}

function compiled(name: string, schema: SchemaNode): string {
  const ajv = new Ajv2020({
    allErrors: true,
    strict: true,
    // The messages are in src/spec/validate.ts.
    messages: false,
    // Counting code points would need a module of ajv at run time; the schema's minLength is 1, where both counts agree.
    unicode: false,
    logger: false,
    // One function for each definition, so that the generated code does not repeat them.
    inlineRefs: false,
    code: { source: true, esm: true, lines: true },
  });
  const code = standalone.default(ajv, ajv.compile(withoutProse(schema) as object));
  const imports = code.match(/\brequire\(.*?\)|^import .*$/gm);
  if (imports) throw new Error(`the compiled validator is not self-contained: ${imports.join(', ')}`);
  return `${bannerOf(name)}\n${code}\n`;
}

/** Removes the keywords that validate nothing from a schema. */
function withoutProse(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withoutProse);
  if (typeof node !== 'object' || node === null) return node;
  const entries = Object.entries(node).filter(([keyword]) => !PROSE.includes(keyword));
  return Object.fromEntries(
    entries.map(([keyword, value]) => [
      keyword,
      MAPS_BY_NAME.includes(keyword) ? mapValues(value, withoutProse) : withoutProse(value),
    ]),
  );
}

function mapValues(map: object, convert: (value: unknown) => unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(map).map(([name, value]) => [name, convert(value)]));
}
