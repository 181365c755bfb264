/** Runs the kernels under AddressSanitizer and UndefinedBehaviorSanitizer. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { compilerFlags } from '../../../src/backends/libraries/compiler.js';
import { ROOT } from '../../cli/capture.js';
import { sharedFolder, tempFolder } from '../../temp-folder.js';
import { CC, EMULATED_TILES, IS_CLANG, KERNELS, NEEDS_CC, PRODUCT_KERNELS, runProgram } from './compiled.js';
import { fakeCompiler } from './fake-compiler.js';

vi.setConfig({ testTimeout: 600_000 });

/** At -O1: with -O3 the sanitizers' checks take longer to compile, and with -O0 the kernels run longer than that saves. */
const SANITIZE = [
  ...['-O1', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'],
  ...['-fno-omit-frame-pointer', '-g1', ...(IS_CLANG ? ['-shared-libasan'] : [])],
];

/** Runs the compiler; its words are in the error, if it fails. */
function compiler(words: readonly string[]): string {
  return execFileSync(CC as string, words, { encoding: 'utf8', stdio: 'pipe', maxBuffer: 2 ** 26 });
}

/** The sanitizer's library has to be in the process before anything else; null where the compiler has none. */
function sanitizerLibrary(): string | null {
  if (CC === undefined || process.platform !== 'linux') return null;
  const architecture = process.arch === 'x64' ? 'x86_64' : 'aarch64';
  const name = IS_CLANG ? `libclang_rt.asan-${architecture}.so` : 'libasan.so';
  const path = execFileSync(CC, [`-print-file-name=${name}`], { encoding: 'utf8' }).trim();
  return existsSync(path) ? path : null;
}

const library = sanitizerLibrary();
const obstacle = NEEDS_CC || (library === null ? ', skipped: no AddressSanitizer' : '');

/** Compiled kernels. */
const compiled = sharedFolder();

/** Paths of compiled kernels by what was compiled. */
const objects = new Map<string, string>();

/** Returns a kernel compiled with the sanitizers; one that a flag leaves as it is, is compiled only once. */
function objectOf(kernel: string, flags: readonly string[]): string {
  const source = join(KERNELS, kernel);
  const all = [...compilerFlags(true).filter((flag) => flag !== '-shared'), ...SANITIZE, ...flags];
  const key = `${kernel}\n${compiler([...all, '-E', source])}`;
  const object = objects.get(key) ?? join(compiled, `${objects.size}.o`);
  if (!objects.has(key)) compiler([...all, '-c', source, '-o', object]);
  objects.set(key, object);
  return object;
}

/** Runs the kernels that `every-kernel.child.ts` runs for a word, compiled with the sanitizers and some flags. */
function runKernels(folder: string, flags: readonly string[], ...words: string[]) {
  const sources = readdirSync(KERNELS).filter((name) => name.endsWith('.c'));
  const linked = sources.map((kernel) => `'${objectOf(kernel, flags)}'`).join(' ');
  const link = [CC, ...compilerFlags(true), ...SANITIZE, linked].join(' ');
  const cc = fakeCompiler(folder, 'cc', { compile: `exec ${link} -o "$output" -lm` });
  return spawnSync(
    process.execPath,
    ['--import', 'tsx', 'test/backends/native/every-kernel.child.ts', cc, folder, ...words],
    {
      cwd: ROOT,
      encoding: 'utf8',
      // Node itself frees nothing at its end.
      env: {
        ...process.env,
        LD_PRELOAD: library ?? '',
        ASAN_OPTIONS: 'detect_leaks=0',
      },
    },
  );
}

it.skipIf(obstacle)(`the sanitizers find nothing in the kernels, and find a planted error${obstacle}`, () => {
  const folder = tempFolder();
  expect(runKernels(folder, [])).toMatchObject({ stderr: '', stdout: 'done\n' });
  const bad = runKernels(folder, [], '50');
  expect(bad.stderr).toContain('ERROR: AddressSanitizer');
  expect(bad.stderr).toContain('zlm_gather_rows');
  expect(bad.stdout).toBe('');
});

it.skipIf(obstacle)(`the sanitizers find nothing in kernels for emulated AMX tiles${obstacle}`, () => {
  expect(runKernels(tempFolder(), [EMULATED_TILES], 'mixed')).toMatchObject({ stderr: '', stdout: 'done\n' });
});

it.skipIf(obstacle)(`the sanitizers find nothing in products deeper than a panel${obstacle}`, () => {
  const flags = [...SANITIZE, EMULATED_TILES, '-fopenmp'];
  const linked = PRODUCT_KERNELS.map((kernel) => objectOf(kernel, [EMULATED_TILES]));
  expect(runProgram('mixed-product.c', { objects: linked, flags })).toMatchObject({ units: 2 });
});
