/**
 * Generates src/backends/webgpu/kernels.generated.ts from kernels/*.wgsl: each kernel's source with the files that it includes, its
 * buffers, the type of its uniforms, and the function that writes them as they are in memory.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { camel } from './c-header.js';

const FOLDER = fileURLToPath(new URL('../src/backends/webgpu/kernels/', import.meta.url));

/** Path of the generated file, relative to the repository. */
export const WEBGPU_BINDING = 'src/backends/webgpu/kernels.generated.ts';

/** Scalars of uniforms, and the method of a DataView that writes one. */
const SCALARS: Readonly<Record<string, string>> = { u32: 'setUint32', i32: 'setInt32', f32: 'setFloat32' };

/** Features of a device, by the extension of WGSL that needs one. */
const FEATURES: Readonly<Record<string, string>> = { f16: 'shader-f16', subgroups: 'subgroups' };

interface Field {
  readonly name: string;
  readonly type: string;
  readonly offset: number;
}

interface Struct {
  readonly fields: readonly Field[];
  readonly bytes: number;
}

/** One kernel as its WGSL declares it. */
export interface WgslKernel {
  readonly source: string;
  readonly features: readonly string[];
  readonly buffers: readonly { readonly name: string; readonly access: string }[];
  readonly constants: readonly string[];
  readonly structs: ReadonlyMap<string, Struct>;
  /** Whole numbers that it declares with `const`. */
  readonly numbers: Readonly<Record<string, number>>;
}

/** Returns the text of the generated file. */
export function generateWebgpuBinding(): string {
  const files = readdirSync(FOLDER)
    .filter((name) => name.endsWith('.wgsl'))
    .sort();
  const read = (name: string) => readFileSync(`${FOLDER}${name}`, 'utf8');
  const kernels = files
    .filter((file) => read(file).includes('@compute'))
    .map((file) => ({
      name: camel(file.replace('.wgsl', '').replaceAll('-', '_')),
      ...parseKernel(file, read),
    }));
  const shared = new Map<string, Struct>();
  for (const { structs } of kernels)
    for (const [name, struct] of structs) if (name !== 'Uniforms') shared.set(name, struct);
  const numbers = Object.assign({}, ...kernels.map((kernel) => kernel.numbers)) as Record<string, number>;
  return [
    '/** Generated from kernels/*.wgsl by `npm run generate`. Do not edit. */',
    ...[...shared].map(
      ([name, { fields }]) => `export interface Wgsl${name} {\n${membersOf(fields, '  ').join('\n')}\n}`,
    ),
    `/** The buffers, uniforms and constants of each kernel. */\nexport interface WebgpuKernels {\n${kernels.map(typeOfKernel).join('\n')}\n}`,
    'export type KernelName = keyof WebgpuKernels;',
    ...[...shared].map(([name, struct]) => writer(`write${name}`, `Wgsl${name}`, struct)),
    ...kernels.map(({ name, structs }) =>
      writer(
        `write${pascal(name)}`,
        `WebgpuKernels['${name}']['uniforms']`,
        structs.get('Uniforms') as Struct,
      ),
    ),
    `/** Each kernel: its source, its buffers in order, and its uniforms in memory. */\nexport const KERNELS = {\n${kernels.map(valueOfKernel).join('\n')}\n} as const;`,
    `/** Constants of the kernels. */\nexport const CONSTANTS = ${JSON.stringify(numbers, null, 2)} as const;`,
    '',
  ].join('\n\n');
}

/**
 * Parses a kernel.
 *
 * @param read returns the text of a file of the folder
 * @throws Error for a declaration that it does not know, so that none is omitted silently
 */
export function parseKernel(file: string, read: (name: string) => string): WgslKernel {
  const source = withoutComments(withIncludes(file, read, new Set()));
  const structs = new Map<string, Struct>();
  const needed = neededStructs(source);
  for (const [, name, body] of source.matchAll(/struct (\w+) \{([^}]*)\}/g))
    if (needed.has(name)) structs.set(name, layOut(body, structs, file));
  if (!structs.has('Uniforms')) throw new Error(`${file}: there is no struct Uniforms`);
  const buffers = [...source.matchAll(/@group\((\d)\) @binding\((\d+)\) var<([^>]*)> (\w+)/g)]
    .filter(([, group, , space]) => {
      if (group === '0' && space === 'uniform') return false;
      if (group === '1' && /^storage, read(_write)?$/.test(space)) return true;
      throw new Error(`${file}: cannot read the binding @group(${group}) var<${space}>`);
    })
    .map(([, , binding, space, name], index) => {
      if (Number(binding) !== index) throw new Error(`${file}: the bindings are not in order at ${name}`);
      return { name: camel(name), access: space.replace('storage, ', '') };
    });
  const extensions = [...source.matchAll(/^enable (\w+);$/gm)].map(([, name]) => {
    if (!FEATURES[name]) throw new Error(`${file}: the extension ${name} is not known`);
    return FEATURES[name];
  });
  const constants = [...source.matchAll(/^override (\w+)/gm)].map(([, name]) => name);
  const numbers = Object.fromEntries(
    [...source.matchAll(/^const ([A-Z_]+) = (\d+)u?;$/gm)].map(([, name, value]) => [name, Number(value)]),
  );
  return { source, features: extensions, buffers, constants, structs, numbers };
}

/** Replaces `// include: FILE` by the file, once each; extensions move to the front, where WGSL wants them. */
function withIncludes(file: string, read: (name: string) => string, seen: Set<string>): string {
  if (seen.has(file)) return '';
  seen.add(file);
  const text = read(file).replaceAll(/^\/\/ include: (\S+)$/gm, (_, name: string) =>
    withIncludes(name, read, seen),
  );
  const extensions = new Set(text.match(/^enable \w+;$/gm) ?? []);
  return [...extensions, text.replaceAll(/^enable \w+;$/gm, '')].join('\n');
}

function withoutComments(text: string): string {
  return text
    .replaceAll(/[ \t]*\/\/.*$/gm, '')
    .replaceAll(/\n\s*\n+/g, '\n')
    .trim();
}

/** Returns the names of the structs that uniforms consist of: those of other kinds may have any members. */
function neededStructs(source: string): Set<string> {
  const body = /struct Uniforms \{([^}]*)\}/.exec(source)?.[1] ?? '';
  return new Set(['Uniforms', ...[...body.matchAll(/: (\w+)/g)].map(([, type]) => type)]);
}

/** Lays a struct out as WGSL does: scalars at multiples of 4, structs at multiples of 16. */
function layOut(body: string, structs: ReadonlyMap<string, Struct>, file: string): Struct {
  const fields: Field[] = [];
  let end = 0;
  for (const member of body.split(',').map((text) => text.trim())) {
    if (member === '') continue;
    const match = /^(\w+): (\w+)$/.exec(member);
    if (!match) throw new Error(`${file}: cannot read the member "${member}"`);
    const [, name, type] = match;
    const struct = structs.get(type);
    if (!struct && !SCALARS[type]) throw new Error(`${file}: the type ${type} is not known`);
    if (struct && (end % 16 !== 0 || struct.bytes % 16 !== 0))
      throw new Error(`${file}: ${name} is not at a multiple of 16 bytes; put structs first`);
    fields.push({ name: camel(name), type, offset: end });
    end += struct?.bytes ?? 4;
  }
  return { fields, bytes: end };
}

function membersOf(fields: readonly Field[], indent: string): string[] {
  return fields.map(
    ({ name, type }) => `${indent}readonly ${name}: ${SCALARS[type] ? 'number' : `Wgsl${type}`};`,
  );
}

type Named = WgslKernel & { readonly name: string };

function typeOfKernel({ name, buffers, structs, constants }: Named): string {
  const union = (names: readonly string[]) => names.map((each) => `'${each}'`).join(' | ') || 'never';
  return [
    `  readonly ${name}: {`,
    `    readonly buffers: ${union(buffers.map((buffer) => buffer.name))};`,
    '    readonly uniforms: {',
    ...membersOf((structs.get('Uniforms') as Struct).fields, '      '),
    '    };',
    `    readonly constants: ${union(constants)};`,
    '  };',
  ].join('\n');
}

function valueOfKernel({ name, source, buffers, features, structs }: Named): string {
  return [
    `  ${name}: {`,
    `    buffers: ${JSON.stringify(buffers)},`,
    `    features: ${JSON.stringify(features)},`,
    `    bytes: ${(structs.get('Uniforms') as Struct).bytes},`,
    `    write: write${pascal(name)},`,
    `    source: \`\n${source}\n\` as string, // not its text as a type`,
    '  },',
  ].join('\n');
}

/** Renders the function that writes a struct. */
function writer(name: string, type: string, { fields }: Struct): string {
  const lines = fields.map(({ name: field, type: of, offset }) => {
    const at = offset === 0 ? 'at' : `at + ${offset}`;
    const method = SCALARS[of];
    return method
      ? `  to.${method}(${at}, value.${field}, true);`
      : `  write${of}(to, ${at}, value.${field});`;
  });
  return `function ${name}(to: DataView, at: number, value: ${type}): void {\n${lines.join('\n')}\n}`;
}

function pascal(name: string): string {
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}
