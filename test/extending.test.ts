/** Checks that the walks of docs/extending.md name files and symbols that exist, so that a renaming takes the page along. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from './cli/capture.js';

const PAGE = readFileSync(join(ROOT, 'docs/extending.md'), 'utf8');

/** Parts of the names of files that a reader of the page writes. */
const NEW = ['counting', 'plain', 'words-ahead', 'activation-penalty.test'];

/** Symbols that a reader of the page writes or passes. */
const OF_READER = [
  'EDITION',
  'Sqrt',
  'predictsAhead',
  'openAhead',
  'prepareCounting',
  'normStabilization',
  'openText',
];

const SOURCES = ['src', 'test', 'scripts'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('extending.test.ts'))
    .map((path) => `${folder}/${path.replaceAll('\\', '/')}`),
);

it('every file that the page names exists, except those that its reader writes', () => {
  const named = [...PAGE.matchAll(/(?<![\w/.'-])[\w-]+(?:\/[\w.-]+)*\.(?:ts|json)\b/g)].map(([path]) => path);
  expect(named.length).toBeGreaterThan(60);
  const exists = (path: string) =>
    existsSync(join(ROOT, path)) ||
    existsSync(join(ROOT, 'schemas/output', path)) ||
    SOURCES.some((source) => source.endsWith(`/${path}`));
  const missing = named.filter((path) => !NEW.some((part) => path.includes(part)) && !exists(path));
  expect(missing).toEqual([]);
});

it('every symbol that the text of the page names is in the sources, except those that its reader writes', () => {
  const text = PAGE.replaceAll(/^```[\s\S]*?^```$/gm, '');
  const symbols = [...text.matchAll(/`([A-Z][A-Z_]{3,}|[A-Za-z]+[a-z][A-Z]\w*)(?:\(\w*\))?`/g)].map(
    ([, name]) => name,
  );
  expect(symbols.length).toBeGreaterThan(40);
  const code = SOURCES.map((path) => readFileSync(join(ROOT, path), 'utf8')).join('\n');
  const missing = symbols.filter(
    (name) => !OF_READER.includes(name) && !new RegExp(`\\b${name}\\b`).test(code),
  );
  expect([...new Set(missing)]).toEqual([]);
});
