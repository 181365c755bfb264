import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { generateFiles } from '../../scripts/generate.js';
import { parseHeader } from '../../scripts/native-binding.js';

it('the generated files are up to date (else run `npm run generate`)', async () => {
  const files = await generateFiles();
  expect(files.map(({ path }) => path)).toEqual([
    'src/spec/spec.generated.ts',
    'src/spec/schema-validator.generated.ts',
    'docs/spec.md',
    'src/backends/native/kernels.generated.ts',
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
