import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { generateFiles } from '../../scripts/generate-spec.js';

it('the generated files are fresh (else run `npm run generate`)', async () => {
  const files = await generateFiles();
  expect(files.map(({ path }) => path)).toEqual([
    'src/spec/spec.generated.ts',
    'src/spec/schema-validator.generated.ts',
    'docs/spec.md',
  ]);
  for (const { path, text } of files) {
    expect(await readFile(new URL(`../../${path}`, import.meta.url), 'utf8')).toBe(text);
  }
});
