import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { parseCudaHeader } from '../../scripts/cuda-binding.js';
import { generateFiles } from '../../scripts/generate.js';
import { parseHeader } from '../../scripts/native-binding.js';
import { parseKernel } from '../../scripts/webgpu-binding.js';

it('the generated files are up to date (else run `npm run generate`)', async () => {
  const files = await generateFiles();
  expect(files.map(({ path }) => path)).toEqual([
    'src/spec/spec.generated.ts',
    'src/spec/schema-validator.generated.ts',
    'src/sweeps/sweep.generated.ts',
    'src/sweeps/sweep-validator.generated.ts',
    'docs/spec.md',
    'src/backends/native/kernels.generated.ts',
    'src/backends/cuda/kernels.generated.ts',
    'src/backends/webgpu/kernels.generated.ts',
  ]);
  for (const { path, text } of files) {
    expect(await readFile(new URL(`../../${path}`, import.meta.url), 'utf8')).toBe(text);
  }
});

it('the parser of the C header reads structs, functions, qualifiers and lists of names', () => {
  const { structs, functions } = parseHeader(`
    #define NULLABLE
    // A comment; with a semicolon.
    typedef struct {
      const float *NULLABLE values; // [N]
      int64_t rows, columns;
    } zlm_table;
    int zlm_sum_table(const zlm_table *table, double *sums);
    void zlm_stop(void);
  `);
  expect(structs).toEqual([
    {
      name: 'zlm_table',
      fields: [
        { name: 'values', type: 'float *', nullable: true },
        { name: 'rows', type: 'int64_t', nullable: false },
        { name: 'columns', type: 'int64_t', nullable: false },
      ],
    },
  ]);
  expect(functions).toEqual([
    {
      name: 'zlm_sum_table',
      result: 'int',
      fields: [
        { name: 'table', type: 'zlm_table *', nullable: false },
        { name: 'sums', type: 'double *', nullable: false },
      ],
    },
    { name: 'zlm_stop', result: 'void', fields: [] },
  ]);
});

it('the parser of the C header refuses what it cannot read', () => {
  expect(() => parseHeader('int zlm_f(float x[4]);')).toThrow('float x[4]');
  expect(() => parseHeader('enum { A, B };')).toThrow('enum { A, B }');
});

it('the parser of the CUDA header reads structs, arrays, kernels and constants', () => {
  const { structs, kernels, constants } = parseCudaHeader(`
    enum { DIMENSIONS = 4, THREADS = 256, };
    // A comment; with a semicolon.
    typedef struct {
      const float *NULLABLE at;
      int32_t stride[DIMENSIONS];
    } cuda_view;
    KERNEL(zlm_copy, cuda_view)
  `);
  expect(structs).toEqual([
    {
      name: 'cuda_view',
      fields: [
        { name: 'at', type: 'float *', nullable: true },
        { name: 'stride', type: 'int32_t', nullable: false, count: 'DIMENSIONS' },
      ],
    },
  ]);
  expect(kernels).toEqual([{ name: 'zlm_copy', argument: 'cuda_view' }]);
  expect(constants).toEqual({ DIMENSIONS: 4, THREADS: 256 });
});

it('the parser of the CUDA header refuses what it cannot read', () => {
  expect(() => parseCudaHeader('enum { A, B };')).toThrow('cannot read "A"');
  expect(() => parseCudaHeader('typedef union { int32_t a; } cuda_either;')).toThrow('typedef union');
});

/** The text of a kernel with these members of its uniforms, and of a file that it includes. */
const wgsl = (members: string) => (file: string) =>
  file === 'pair.wgsl'
    ? 'enable f16;\nstruct Pair { first: u32, second: f32, third: i32, fourth: u32, }\n'
    : `// include: pair.wgsl
override WIDTH: u32 = 4; // a comment
const MASK_NONE = 0u;
struct Uniforms { ${members} }
@group(0) @binding(0) var<uniform> uniforms: Uniforms;
@group(1) @binding(0) var<storage, read> row_starts: array<u32>;
@group(1) @binding(1) var<storage, read_write> out: array<f32>;
@compute @workgroup_size(64) fn main() {}`;

it('the parser of WGSL reads uniforms, buffers, constants and features, with the files that are included', () => {
  const kernel = parseKernel('sum.wgsl', wgsl('pair: Pair, row_count: u32,'));
  expect(kernel.buffers).toEqual([
    { name: 'rowStarts', access: 'read' },
    { name: 'out', access: 'read_write' },
  ]);
  expect(kernel.structs.get('Uniforms')).toEqual({
    fields: [
      { name: 'pair', type: 'Pair', offset: 0 },
      { name: 'rowCount', type: 'u32', offset: 16 },
    ],
    bytes: 20,
  });
  expect(kernel).toMatchObject({
    features: ['shader-f16'],
    constants: ['WIDTH'],
    numbers: { MASK_NONE: 0 },
  });
  expect(kernel.source.startsWith('enable f16;')).toBe(true);
  expect(kernel.source).not.toContain('//');
});

it('the parser of WGSL refuses what it cannot lay out', () => {
  expect(() => parseKernel('sum.wgsl', wgsl('count: u32, pair: Pair,'))).toThrow('multiple of 16');
  expect(() => parseKernel('sum.wgsl', wgsl('at: vec2f,'))).toThrow('the type vec2f is not known');
});
