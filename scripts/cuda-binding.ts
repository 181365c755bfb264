/**
 * Generates src/backends/cuda/kernels.generated.ts from kernels/zlm-cuda.h: the types of the kernels' arguments, their layouts
 * in memory, and the constants that launches need.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { camel, type Field, fieldsOf, withoutComments } from './c-header.js';

const HEADER = fileURLToPath(new URL('../src/backends/cuda/kernels/zlm-cuda.h', import.meta.url));

/** Path of the generated file, relative to the repository. */
export const CUDA_BINDING = 'src/backends/cuda/kernels.generated.ts';

interface CudaHeader {
  readonly structs: readonly { readonly name: string; readonly fields: readonly Field[] }[];
  readonly kernels: readonly { readonly name: string; readonly argument: string }[];
  readonly constants: Readonly<Record<string, number>>;
}

/** One number in a struct's memory. */
type ScalarKind = 'int32' | 'uint32' | 'uint64' | 'float';

/** Bytes of each kind; C aligns each to its size. */
const BYTES: Readonly<Record<ScalarKind, number>> = { int32: 4, uint32: 4, uint64: 8, float: 4 };

const KINDS: Readonly<Record<string, ScalarKind>> = {
  int32_t: 'int32',
  uint32_t: 'uint32',
  uint64_t: 'uint64',
  float: 'float',
};

/** A struct's place in memory: its size, its alignment, and where each number in it is. */
interface Layout {
  readonly bytes: number;
  readonly alignment: number;
  /** The path of members to each number: ["noise", "seed"]. */
  readonly scalars: readonly {
    readonly path: readonly string[];
    readonly kind: ScalarKind;
    readonly offset: number;
  }[];
}

/** Returns the text of the generated file. */
export function generateCudaBinding(): string {
  const { structs, kernels, constants } = parseCudaHeader(readFileSync(HEADER, 'utf8'));
  const layouts = layoutsOf(structs);
  const argumentsOf = kernels.map(({ name, argument }) => {
    const layout = layouts.get(argument);
    if (!layout) throw new Error(`zlm-cuda.h: ${name} takes ${argument}, which is not defined before it`);
    const scalars = layout.scalars.map(({ path, kind, offset }) => [path.join('.'), kind, offset]);
    return [camel(name), { symbol: name, bytes: layout.bytes, scalars }];
  });
  return [
    '/** Generated from kernels/zlm-cuda.h by `npm run generate`. Do not edit. */',
    ...structs.map(
      ({ name, fields }) =>
        `export interface ${pascal(name)} {\n${fields.map((field) => `  readonly ${camel(field.name)}: ${typeOf(field)};`).join('\n')}\n}`,
    ),
    '/** The argument of each kernel. Tensors are device addresses. */\n' +
      `export interface CudaKernels {\n${kernels.map(({ name, argument }) => `  readonly ${camel(name)}: ${pascal(argument)};`).join('\n')}\n}`,
    "/** Each kernel: its symbol, its argument's size in bytes, and each number in it: path, kind, offset. */\n" +
      `export const KERNELS = {\n${argumentsOf.map(([name, value]) => `  ${name}: ${JSON.stringify(value)},`).join('\n')}\n} as const;`,
    `/** Constants of the header. */\nexport const CONSTANTS = ${JSON.stringify(constants, null, 2)} as const;`,
    '',
  ].join('\n\n');
}

/** Parses the header. @throws Error for a statement that it does not know, so that none is omitted silently */
export function parseCudaHeader(text: string): CudaHeader {
  const code = withoutComments(text);
  const structs: CudaHeader['structs'][number][] = [];
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

function layoutsOf(structs: CudaHeader['structs']): Map<string, Layout> {
  const layouts = new Map<string, Layout>();
  for (const { name, fields } of structs) {
    const scalars: Layout['scalars'][number][] = [];
    let [bytes, alignment] = [0, 1];
    for (const field of fields) {
      const member = layoutOf(field, layouts);
      const offset = roundUp(bytes, member.alignment);
      for (const { path, kind, offset: within } of member.scalars) {
        scalars.push({ path: [camel(field.name), ...path], kind, offset: offset + within });
      }
      bytes = offset + member.bytes;
      alignment = Math.max(alignment, member.alignment);
    }
    layouts.set(name, { bytes: roundUp(bytes, alignment), alignment, scalars });
  }
  return layouts;
}

function layoutOf({ type }: Field, layouts: ReadonlyMap<string, Layout>): Layout {
  const kind = type.endsWith(' *') ? 'uint64' : KINDS[type];
  if (kind) return { bytes: BYTES[kind], alignment: BYTES[kind], scalars: [{ path: [], kind, offset: 0 }] };
  const layout = layouts.get(type);
  if (!layout) throw new Error(`zlm-cuda.h: the type ${type} is not known`);
  return layout;
}

function roundUp(bytes: number, alignment: number): number {
  return Math.ceil(bytes / alignment) * alignment;
}

/** Returns the TypeScript type of a member; an address that may be null is 0 or null. */
function typeOf({ type, nullable }: Field): string {
  if (type.endsWith(' *')) return nullable ? 'number | null' : 'number';
  return KINDS[type] ? 'number' : pascal(type);
}

/** Converts cuda_noise to CudaNoise. */
function pascal(name: string): string {
  const short = camel(name);
  return `${short.charAt(0).toUpperCase()}${short.slice(1)}`;
}
