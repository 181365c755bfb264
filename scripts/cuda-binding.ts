/**
 * Generates src/backends/cuda/kernels.generated.ts from kernels/zlm-cuda.h: the types of the kernels' arguments, functions that
 * write them as they are in memory, and the constants that launches need.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { camel, type Field, fieldsOf, withoutComments } from './c-header.js';

const HEADER = fileURLToPath(new URL('../src/backends/cuda/kernels/zlm-cuda.h', import.meta.url));

/** Path of the generated file, relative to the repository. */
export const CUDA_BINDING = 'src/backends/cuda/kernels.generated.ts';

interface Struct {
  readonly name: string;
  readonly fields: readonly Field[];
}

interface CudaHeader {
  readonly structs: readonly Struct[];
  readonly kernels: readonly { readonly name: string; readonly argument: string }[];
  readonly constants: Readonly<Record<string, number>>;
}

/** Numbers of a struct, by their C types: the method of `ArgumentMemory` that writes one. */
const NUMBERS: Readonly<Record<string, 'int32' | 'uint32' | 'uint64' | 'float'>> = {
  int32_t: 'int32',
  uint32_t: 'uint32',
  uint64_t: 'uint64',
  float: 'float',
};

/** Bytes of each number; C aligns each to its size. */
const BYTES = { int32: 4, uint32: 4, uint64: 8, float: 4 } as const;

/** Size and alignment of a member or of a struct. */
interface Extent {
  readonly bytes: number;
  readonly alignment: number;
}

/** A struct's members in memory. */
interface Layout extends Extent {
  readonly members: readonly {
    readonly field: Field;
    readonly offset: number;
    readonly bytes: number;
    /** Elements of an array; null for a single value. */
    readonly count: number | null;
  }[];
}

/** Returns the text of the generated file. */
export function generateCudaBinding(): string {
  const { structs, kernels, constants } = parseCudaHeader(readFileSync(HEADER, 'utf8'));
  const layouts = layoutsOf(structs, constants);
  const entries = kernels.map(({ name, argument }) => {
    const layout = layouts.get(argument);
    if (!layout) throw new Error(`zlm-cuda.h: ${name} takes ${argument}, which is not defined before it`);
    return `  ${camel(name)}: { symbol: '${name}', bytes: ${layout.bytes}, write: ${writerOf(argument)} },`;
  });
  return [
    '/** Generated from kernels/zlm-cuda.h by `npm run generate`. Do not edit. */\n' +
      "import type { ArgumentMemory } from './argument-memory.js';",
    ...structs.map(
      ({ name, fields }) =>
        `export interface ${pascal(name)} {\n${fields.map((field) => `  readonly ${camel(field.name)}: ${typeOf(field)};`).join('\n')}\n}`,
    ),
    '/** The argument of each kernel. Tensors are device addresses. */\n' +
      `export interface CudaKernels {\n${kernels.map(({ name, argument }) => `  readonly ${camel(name)}: ${pascal(argument)};`).join('\n')}\n}`,
    ...[...layouts].map(([name, layout]) => writer(name, layout)),
    "/** Each kernel: its symbol, its argument's size in bytes, and the function that writes the argument. */\n" +
      `export const KERNELS = {\n${entries.join('\n')}\n} as const;`,
    `/** Constants of the header. */\nexport const CONSTANTS = ${JSON.stringify(constants, null, 2)} as const;`,
    '',
  ].join('\n\n');
}

/** Parses the header. @throws Error for a statement that it does not know, so that none is omitted silently */
export function parseCudaHeader(text: string): CudaHeader {
  const code = withoutComments(text);
  const structs: Struct[] = [];
  const kernels: CudaHeader['kernels'][number][] = [];
  const constants: Record<string, number> = {};
  const statement = /\s*(?:typedef struct \{([^}]*)\} (\w+);|KERNEL\((\w+), (\w+)\)|enum \{([^}]*)\};)/y;
  while (statement.lastIndex < code.length) {
    const at = statement.lastIndex;
    const match = statement.exec(code);
    if (!match) throw new Error(`zlm-cuda.h: cannot read "${code.slice(at, at + 80)}…"`);
    const [, body, struct, kernel, argument, values] = match;
    if (struct !== undefined) {
      structs.push({ name: struct, fields: fieldsOf(body.split(';'), 'zlm-cuda.h') });
    } else if (kernel !== undefined) {
      kernels.push({ name: kernel, argument });
    } else {
      Object.assign(constants, constantsOf(values));
    }
  }
  return { structs, kernels, constants };
}

/** Parses `A = 1, B = 2,`. */
function constantsOf(values: string): Record<string, number> {
  const entries = values.split(',').map((value) => value.trim());
  return Object.fromEntries(
    entries
      .filter((entry) => entry !== '')
      .map((entry) => {
        const match = /^(\w+) = (\d+)$/.exec(entry);
        if (!match) throw new Error(`zlm-cuda.h: cannot read "${entry}"`);
        return [match[1], Number(match[2])];
      }),
  );
}

function layoutsOf(structs: readonly Struct[], constants: CudaHeader['constants']): Map<string, Layout> {
  const layouts = new Map<string, Layout>();
  for (const { name, fields } of structs) {
    const members: Layout['members'][number][] = [];
    let [end, alignment] = [0, 1];
    for (const field of fields) {
      const extent = extentOf(field, layouts);
      const count = field.count === undefined ? null : countOf(field.count, constants);
      const offset = roundUp(end, extent.alignment);
      members.push({ field, offset, bytes: extent.bytes, count });
      end = offset + extent.bytes * (count ?? 1);
      alignment = Math.max(alignment, extent.alignment);
    }
    layouts.set(name, { bytes: roundUp(end, alignment), alignment, members });
  }
  return layouts;
}

/** Returns the extent of a member, or of one element of an array. */
function extentOf({ type }: Field, layouts: ReadonlyMap<string, Layout>): Extent {
  const number = numberOf(type);
  if (number) return { bytes: BYTES[number], alignment: BYTES[number] };
  const layout = layouts.get(type);
  if (!layout) throw new Error(`zlm-cuda.h: the type ${type} is not known`);
  return layout;
}

function countOf(text: string, constants: CudaHeader['constants']): number {
  const count = constants[text] ?? Number(text);
  if (Number.isInteger(count)) return count;
  throw new Error(`zlm-cuda.h: the number of elements ${text} is not known`);
}

/** Returns the method that writes a type, or undefined for a struct. */
function numberOf(type: string): keyof typeof BYTES | undefined {
  return type.endsWith(' *') ? 'uint64' : NUMBERS[type];
}

function roundUp(bytes: number, alignment: number): number {
  return Math.ceil(bytes / alignment) * alignment;
}

/** Renders the function that writes a struct. */
function writer(name: string, { members }: Layout): string {
  const lines = members.map(({ field, offset, bytes, count }) => {
    const value = `value.${camel(field.name)}`;
    const write = (place: string, item: string) => {
      const number = numberOf(field.type);
      return number ? `to.${number}(${place}, ${item});` : `${writerOf(field.type)}(to, ${place}, ${item});`;
    };
    if (count === null) return `  ${write(plus('at', offset), field.nullable ? `${value} ?? 0` : value)}`;
    const loop = `for (let i = 0; i < ${value}.length; i++)`;
    return `  to.checkCount(${value}, ${count});\n  ${loop} ${write(`${plus('at', offset)} + ${bytes} * i`, `${value}[i]`)}`;
  });
  return `function ${writerOf(name)}(to: ArgumentMemory, at: number, value: ${pascal(name)}): void {\n${lines.join('\n')}\n}`;
}

function plus(base: string, offset: number): string {
  return offset === 0 ? base : `${base} + ${offset}`;
}

/** Converts cuda_noise to writeCudaNoise. */
function writerOf(struct: string): string {
  return `write${pascal(struct)}`;
}

/** Returns the TypeScript type of a member; an address that may be null is 0 or null. */
function typeOf({ type, nullable, count }: Field): string {
  const single = numberOf(type) ? 'number' : pascal(type);
  if (count !== undefined) return `readonly ${single}[]`;
  return nullable ? `${single} | null` : single;
}

/** Converts cuda_noise to CudaNoise. */
function pascal(name: string): string {
  const short = camel(name);
  return `${short.charAt(0).toUpperCase()}${short.slice(1)}`;
}
