/**
 * Generates src/backends/native/kernels.generated.ts from the C header kernels/zlm.h, so that a signature is written once: the
 * TypeScript types of structs and functions, and their declarations for the foreign-function library.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { camel, type Field, fieldsOf, withoutComments } from './c-header.js';

const HEADER = fileURLToPath(new URL('../src/backends/native/kernels/zlm.h', import.meta.url));

/** Path of the generated file, relative to the repository. */
export const NATIVE_BINDING = 'src/backends/native/kernels.generated.ts';

interface Header {
  readonly structs: readonly { readonly name: string; readonly fields: readonly Field[] }[];
  readonly functions: readonly {
    readonly name: string;
    readonly result: string;
    readonly fields: readonly Field[];
  }[];
}

const SCALARS: Readonly<Record<string, string>> = {
  int: 'number',
  int32_t: 'number',
  int64_t: 'number',
  uint32_t: 'number',
  float: 'number',
  double: 'number',
  void: 'void',
};

const ARRAYS: Readonly<Record<string, string>> = {
  'float *': 'Float32Array',
  'int32_t *': 'Int32Array',
  'double *': 'Float64Array',
};

/** Returns the text of the generated file. */
export function generateNativeBinding(): string {
  const { structs, functions } = parseHeader(readFileSync(HEADER, 'utf8'));
  return [
    '/** Generated from kernels/zlm.h by `npm run generate`. Do not edit. */',
    ...structs.map(({ name, fields }) => `export interface ${pascal(name)} {\n${members(fields)}\n}`),
    'export interface NativeFunctions {\n' +
      functions.map(({ name, result, fields }) => `  ${signature(name, result, fields)}`).join('\n') +
      '\n}',
    '/** Each struct, in an order in which none needs a later one: its members and their C types. */\n' +
      `export const STRUCTS = ${literal(Object.fromEntries(structs.map(({ name, fields }) => [name, shape(fields)])))} as const;`,
    '/** Each function: its symbol, what it returns, and its parameters. */\n' +
      `export const FUNCTIONS = ${literal(
        Object.fromEntries(
          functions.map(({ name, result, fields }) => [
            camel(name),
            { symbol: name, result, parameters: shape(fields) },
          ]),
        ),
      )} as const;`,
    '',
  ].join('\n\n');
}

/** Parses the header. @throws Error for a statement that it does not know, so that none is omitted silently */
export function parseHeader(text: string): Header {
  const code = withoutComments(text);
  const structs: Header['structs'][number][] = [];
  const functions: Header['functions'][number][] = [];
  const statement = /\s*(?:typedef struct \{([^}]*)\} (\w+);|(\w+) (zlm_\w+)\(([^)]*)\);)/y;
  while (statement.lastIndex < code.length) {
    const at = statement.lastIndex;
    const match = statement.exec(code);
    if (!match) throw new Error(`zlm.h: cannot read "${code.slice(at, at + 80)}…"`);
    if (match[0].includes('[')) throw new Error(`zlm.h: cannot read the array in "${match[0].trim()}"`);
    const [, body, struct, result, name, parameters] = match;
    if (struct !== undefined) structs.push({ name: struct, fields: fieldsOf(body.split(';'), 'zlm.h') });
    else
      functions.push({
        name,
        result,
        fields: parameters === 'void' ? [] : fieldsOf(parameters.split(','), 'zlm.h'),
      });
  }
  return { structs, functions };
}

function members(fields: readonly Field[]): string {
  return fields.map((field) => `  readonly ${camel(field.name)}: ${typeOf(field)};`).join('\n');
}

/** Renders a signature: a function of one struct takes the struct, any other function takes its arguments by name. */
function signature(name: string, result: string, fields: readonly Field[]): string {
  const returns = SCALARS[result];
  if (fields.length === 0) return `${camel(name)}(): ${returns};`;
  if (takesStruct(fields))
    return `${camel(name)}(${camel(fields[0].name)}: ${typeOf(fields[0])}): ${returns};`;
  const named = fields.map((field) => `readonly ${camel(field.name)}: ${typeOf(field)}`).join('; ');
  return `${camel(name)}(named: { ${named} }): ${returns};`;
}

function takesStruct(fields: readonly Field[]): boolean {
  return fields.length === 1 && fields[0].type.startsWith('zlm_');
}

function typeOf({ type, nullable }: Field): string {
  const known = SCALARS[type] ?? ARRAYS[type] ?? pascal(type.replace(' *', ''));
  return nullable ? `${known} | null` : known;
}

function shape(fields: readonly Field[]): Record<string, string> {
  return Object.fromEntries(fields.map(({ name, type }) => [camel(name), type]));
}

/** Converts zlm_layer to NativeLayer. */
function pascal(name: string): string {
  const short = camel(name);
  return `Native${short.charAt(0).toUpperCase()}${short.slice(1)}`;
}

function literal(value: unknown): string {
  return JSON.stringify(value, null, 2);
}
