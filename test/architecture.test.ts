/** Checks the rules of `docs/architecture.md`: which folder may import which, and what the services must not use. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from './cli/capture.js';

const SRC = join(ROOT, 'src');
const MAX_LINES = 400;

/** The files and folders that everything may import. They know nothing of language models. */
const COMMON = [
  'did-you-mean.ts',
  'errors.ts',
  'plain-number.ts',
  'progress.ts',
  'shell-word.ts',
  'storage',
  'visible.ts',
];

/** All folders that the command line and the public API may import. */
const SERVICES = [
  'spec',
  'corpus',
  'metrics',
  'ngram',
  'topics',
  'predictors',
  'runs',
  'systems',
  'tasks',
  'training',
  'evaluation',
  'sampling',
  'decoding',
  'figures',
  'inspect',
  'report',
  'benchmark',
  'systems',
  'sweeps',
  'model',
  'ops',
  'backends',
];

/** The imports that are allowed to each folder, besides itself and the common files. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  'did-you-mean.ts': [],
  'errors.ts': [],
  'plain-number.ts': [],
  'progress.ts': [],
  'shell-word.ts': [],
  'visible.ts': [],
  storage: [],
  ops: [],
  backends: ['ops'],
  model: ['ops'],
  spec: [],
  corpus: ['ops'],
  topics: ['corpus', 'ops'],
  metrics: [],
  ngram: ['corpus'],
  predictors: ['corpus', 'ngram', 'model', 'ops'],
  runs: ['spec', 'corpus', 'ngram', 'predictors', 'model', 'ops'],
  tasks: ['spec', 'corpus', 'metrics', 'decoding', 'evaluation', 'predictors', 'model', 'ops'],
  training: ['spec', 'corpus', 'ngram', 'topics', 'runs', 'evaluation', 'tasks', 'model', 'ops', 'backends'],
  evaluation: ['spec', 'corpus', 'metrics', 'predictors', 'runs', 'model'],
  sampling: ['corpus', 'predictors', 'runs', 'ops'],
  decoding: ['corpus', 'predictors', 'runs', 'evaluation', 'metrics', 'ops'],
  figures: [],
  inspect: ['spec', 'corpus', 'evaluation', 'predictors', 'runs', 'figures', 'model', 'ops'],
  report: [
    'spec',
    'corpus',
    'training',
    'evaluation',
    'sampling',
    'decoding',
    'predictors',
    'runs',
    'systems',
    'figures',
    'inspect',
    'sweeps',
  ],
  benchmark: ['spec', 'corpus', 'tasks', 'training', 'model', 'ops', 'backends'],
  sweeps: ['spec', 'corpus', 'evaluation', 'runs', 'training', 'backends', 'figures'],
  systems: SERVICES.filter((folder) => folder !== 'systems' && folder !== 'sweeps'),
  api: SERVICES,
  'index.ts': ['api', ...SERVICES],
  cli: SERVICES,
  commands: ['cli', ...SERVICES],
};

/** The folders of the command line; all others are services. */
const COMMAND_LINE = ['commands', 'cli'];

interface Import {
  readonly from: string;
  readonly dynamic: boolean;
  /** An import of types alone has no effect at run time. */
  readonly typeOnly: boolean;
}

interface SourceFile {
  /** Relative to `src/`, with slashes: "corpus/vocabulary.ts". */
  readonly path: string;
  /** The folder below `src/`, or the file's own name: "corpus", "errors.ts". */
  readonly folder: string;
  /** Without comments. */
  readonly code: string;
  readonly lines: number;
  readonly imports: readonly Import[];
}

const FILES: readonly SourceFile[] = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => path.endsWith('.ts') && !path.endsWith('.generated.ts'))
  .map(readSource);

function readSource(path: string): SourceFile {
  const text = readFileSync(join(SRC, path), 'utf8');
  const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(?<=^|\s)\/\/.*$/gm, '');
  return {
    path,
    folder: folderOf(path),
    code,
    lines: text.trimEnd().split('\n').length,
    imports: importsOf(code),
  };
}

function folderOf(path: string): string {
  return path.split('/', 1)[0] ?? path;
}

function importsOf(code: string): Import[] {
  const fixed = [
    ...code.matchAll(/^(?:import|export)\s+(type\s)?[^'";]*?from\s+'([^']+)'|^import\s+'([^']+)'/gm),
  ].map(([, type, from, bare]) => ({
    from: from ?? bare ?? '',
    dynamic: false,
    typeOnly: type !== undefined,
  }));
  const dynamic = [...code.matchAll(/\bimport\(\s*'([^']+)'\s*\)/g)].map(([, from = '']) => ({
    from,
    dynamic: true,
    typeOnly: false,
  }));
  return [...fixed, ...dynamic];
}

function faults(find: (file: SourceFile) => readonly string[]): string[] {
  return FILES.flatMap((file) => find(file).map((fault) => `${file.path}: ${fault}`));
}

/** Returns the path below `src/` of an imported file; undefined for a package. */
function targetOf(path: string, { from }: Import): string | undefined {
  if (!from.startsWith('.')) return undefined;
  const target = relative(SRC, join(SRC, dirname(path), from));
  return target.replaceAll('\\', '/').replace(/\.js$/, '.ts');
}

/** Returns the cycles of imports that a depth-first walk finds, as "a.ts → b.ts → a.ts". */
function cyclesAmong(imports: ReadonlyMap<string, readonly string[]>): string[] {
  const cycles: string[] = [];
  const finished = new Set<string>();
  const walk = (path: string, above: readonly string[]): void => {
    const first = above.indexOf(path);
    if (first >= 0) cycles.push([...above.slice(first), path].join(' → '));
    if (first >= 0 || finished.has(path)) return;
    for (const target of imports.get(path) ?? []) walk(target, [...above, path]);
    finished.add(path);
  };
  for (const path of imports.keys()) walk(path, []);
  return cycles;
}

/** Returns whether every import of a file, except of types, is an `await import()`. */
function isLoadedLate(path: string): boolean {
  const name = `/${path.split('/').at(-1)?.replace(/\.ts$/, '.js')}`;
  return FILES.flatMap((file) => file.imports)
    .filter(({ from, typeOnly }) => from.endsWith(name) && !typeOnly)
    .every(({ dynamic }) => dynamic);
}

const isService = (file: SourceFile): boolean => !COMMAND_LINE.includes(file.folder);

it('finds the sources and their imports', () => {
  const command = FILES.find(({ path }) => path === 'commands/doctor.ts');
  expect(command?.imports).toContainEqual({
    from: '../cli/base-command.js',
    dynamic: false,
    typeOnly: false,
  });
  expect(command?.imports).toContainEqual({ from: '../cli/doctor-text.js', dynamic: true, typeOnly: false });
  expect(command?.imports).toContainEqual({
    from: '../cli/doctor-report.js',
    dynamic: false,
    typeOnly: true,
  });
});

describe('imports', () => {
  it('the rules name every folder', () => {
    expect([...new Set(FILES.map(({ folder }) => folder))].filter((name) => !(name in MAY_IMPORT))).toEqual(
      [],
    );
  });

  it('a folder imports only the folders that its rule allows', () => {
    const found = faults(({ path, folder, imports }) =>
      imports
        .map((imported) => targetOf(path, imported))
        .filter((target) => target !== undefined)
        .filter((target) => ![folder, ...COMMON, ...(MAY_IMPORT[folder] ?? [])].includes(folderOf(target)))
        .map((target) => `imports ${target}`),
    );
    expect(found).toEqual([]);
  });

  it('no file imports itself through others, not even for a type', () => {
    const imports = FILES.map(({ path, imports }): [string, string[]] => [
      path,
      imports.map((imported) => targetOf(path, imported)).filter((target) => target !== undefined),
    ]);
    expect(cyclesAmong(new Map(imports))).toEqual([]);
  });

  it('the search for cycles finds one', () => {
    const imports = new Map([
      ['a.ts', ['b.ts', 'c.ts']],
      ['b.ts', ['c.ts']],
      ['c.ts', ['b.ts']],
    ]);
    expect(cyclesAmong(imports)).toEqual(['b.ts → c.ts → b.ts']);
  });

  it('only spec/ and systems/systems.ts ask which system a spec describes', () => {
    const asks = /\bisNgram\b|'ngram' in\b/g;
    const found = faults(({ path, folder, code }) =>
      folder === 'spec' || path === 'systems/systems.ts' ? [] : (code.match(asks) ?? []),
    );
    expect(found).toEqual([]);
  });

  it('relative imports end in .js', () => {
    expect(
      faults(({ imports }) =>
        imports.map(({ from }) => from).filter((from) => from.startsWith('.') && !/\.(js|json)$/.test(from)),
      ),
    ).toEqual([]);
  });

  it('only commands/ and cli/ import oclif', () => {
    const found = faults((file) =>
      file.imports.map(({ from }) => from).filter((from) => isService(file) && from.startsWith('@oclif/')),
    );
    expect(found).toEqual([]);
  });

  it('only backends/ imports a tfjs backend, and by await import()', () => {
    const found = faults(({ path, folder, imports }) =>
      imports
        .filter(({ from }) => from.startsWith('@tensorflow/tfjs-backend-'))
        .filter(
          ({ dynamic, typeOnly }) => folder !== 'backends' || !(dynamic || typeOnly || isLoadedLate(path)),
        )
        .map(({ from }) => from),
    );
    expect(found).toEqual([]);
  });

  it('a command loads no service before it runs', () => {
    const found = faults(({ folder, imports }) =>
      imports
        .filter(({ dynamic, typeOnly }) => folder === 'commands' && !dynamic && !typeOnly)
        .map(({ from }) => from)
        .filter(
          (from) =>
            !/^(\.\.\/)+(cli\/|errors\.js|shell-word\.js|visible\.js)|^@oclif\/core$|^node:|^ansis$/.test(
              from,
            ),
        ),
    );
    expect(found).toEqual([]);
  });
});

describe('services', () => {
  it.each([
    ['print nothing', /\bconsole\.|\bprocess\.(stdout|stderr)\b/g],
    ['never end the process', /\bprocess\.(exit|exitCode|abort)\b/g],
    ['read no command line', /\bprocess\.argv\b/g],
    [
      'read no environment, except in the public API and for a library that has no other settings',
      /\bprocess\.env\b|\benv\b.*= process\b/g,
      // The public API finds the user's cache folder for a program, as the command line does for its user.
      // Slurm tells a process in its environment which job it is.
      ['api/surroundings.ts', 'backends/tensorflow/environment.ts', 'storage/slurm-job.ts'],
    ],
  ] as [string, RegExp, string[]?][])('services %s', (_, forbidden, exceptions = []) => {
    const looksAt = (file: SourceFile) => isService(file) && !exceptions.includes(file.path);
    expect(faults((file) => (looksAt(file) ? (file.code.match(forbidden) ?? []) : []))).toEqual([]);
  });

  it('the public API reads only the cache folder from the environment, in one place', () => {
    const api = FILES.find(({ path }) => path === 'api/surroundings.ts');
    expect(api?.code.match(/[\w(]*\bprocess\.env\b.?/g)).toEqual(['userCacheFolder(process.env)']);
  });
});

describe('files and folders', () => {
  it.each([
    [
      'are made together with the folders above them by makeFolder alone',
      /\bmkdir(?:Sync)?\([^;]*recursive/g,
      'storage/files.ts',
    ],
    [
      'are synced to the disk by storage/atomic-write.ts alone',
      /\.(?:sync|datasync)\(\)|\bf(?:data)?sync(?:Sync)?\(/g,
      'storage/atomic-write.ts',
    ],
  ])('files and folders %s', (_, forbidden, place) => {
    expect(faults((file) => (file.path === place ? [] : (file.code.match(forbidden) ?? [])))).toEqual([]);
  });
});

it(`no file has more than ${MAX_LINES} lines`, () => {
  expect(faults(({ lines }) => (lines > MAX_LINES ? [`${lines} lines`] : []))).toEqual([]);
});
