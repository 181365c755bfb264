/** Runs the kernels under AddressSanitizer and UndefinedBehaviorSanitizer. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { expect, it, vi } from 'vitest';
import { ROOT } from '../../cli/capture.js';
import { tempFolder } from '../../temp-folder.js';
import { CC, EMULATED_TILES, IS_CLANG, NEEDS_CC, PRODUCT_KERNELS, runProgram } from './compiled.js';
import { fakeCompiler } from './fake-compiler.js';

vi.setConfig({ testTimeout: 600_000 });

/** At -O1, since with -O3 the sanitizers' checks take a quarter of a minute to compile. */
const SANITIZE = [
  ...['-O1', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'],
  ...['-fno-omit-frame-pointer', '-g1'],
];

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

/** Runs every kernel, or one with a wrong id, under the sanitizers and with some flags more. */
function runKernels(folder: string, flags: string, ...ids: string[]) {
  const all = [...SANITIZE, ...(IS_CLANG ? ['-shared-libasan'] : []), flags].join(' ');
  const cc = fakeCompiler(folder, 'cc', { compile: `exec ${CC} "$@" ${all}` });
  return spawnSync(
    process.execPath,
    ['--import', 'tsx', 'test/backends/native/every-kernel.child.ts', cc, folder, ...ids],
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
  expect(runKernels(folder, '')).toMatchObject({ stderr: '', stdout: 'done\n' });
  const bad = runKernels(folder, '', '50');
  expect(bad.stderr).toContain('ERROR: AddressSanitizer');
  expect(bad.stderr).toContain('zlm_gather_rows');
  expect(bad.stdout).toBe('');
});

it.skipIf(obstacle)(`the sanitizers find nothing in kernels for emulated AMX tiles${obstacle}`, () => {
  expect(runKernels(tempFolder(), EMULATED_TILES)).toMatchObject({ stderr: '', stdout: 'done\n' });
});

it.skipIf(obstacle)(`the sanitizers find nothing in products deeper than a panel${obstacle}`, () => {
  const flags = [...SANITIZE, EMULATED_TILES];
  expect(runProgram('mixed-product.c', { kernels: PRODUCT_KERNELS, flags })).toMatchObject({ units: 2 });
});
