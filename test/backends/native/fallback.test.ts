/** Checks the behavior and the messages of zlm where the native backend cannot run, or only without threads. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { BenchmarkReport } from '../../../src/benchmark/report.js';
import type { DoctorReport } from '../../../src/cli/doctor-report.js';
import Bench from '../../../src/commands/bench.js';
import Doctor from '../../../src/commands/doctor.js';
import Eval from '../../../src/commands/eval.js';
import Sample from '../../../src/commands/sample.js';
import Train from '../../../src/commands/train.js';
import { runCommand, spawnZlm } from '../../cli/capture.js';
import { trainSmall, useWorkplace } from '../../small-runs.js';
import { tempFolder } from '../../temp-folder.js';
import { CC, NEEDS_CC } from './compiled.js';
import { fakeCompiler } from './fake-compiler.js';

vi.setConfig({ testTimeout: 600_000 });

const BENEFIT = 'with a working C compiler, training is many times faster';
const FOLDER_BENEFIT =
  'with a cache folder (--cache or ZLM_CACHE) that libraries can be written to and loaded from, training is many times faster';
const place = useWorkplace();
let folder: string;
beforeEach(() => {
  folder = tempFolder();
});

/** Returns the report of `zlm doctor` on the native backend, as data and as text. */
async function examine(cc: string, works = false, cache = join(folder, 'cache')) {
  const flags = ['--cc', cc, '--cache', cache, '--data', place.data, '--runs', place.runs];
  const { stdout, result, exitCode } = await runCommand<DoctorReport>(Doctor, flags);
  // A compiler that was named and fails is no reason to take another backend.
  expect(exitCode).toBe(works ? 0 : 5);
  expect(result?.auto?.name).toBe(works ? 'native' : undefined);
  if (!works) expect(result?.autoProblem).toContain('The native backend cannot run here with the compiler');
  const native = result?.backends.find(({ name }) => name === 'native');
  return { native, stdout };
}

describe('without any compiler on the PATH', () => {
  // TensorFlow, which the tests may have, would be taken before wasm.
  const env = () => ({ PATH: folder, ZLM_CC: undefined, ZLM_TENSORFLOW: undefined });
  const flags = () => ['--data', place.data, '--runs', place.runs, '--cache', join(folder, 'cache')];

  it('doctor reports that there is no compiler', async () => {
    const { stdout, code } = await spawnZlm(['doctor', ...flags(), '--json'], { env: env() });
    const { backends, auto }: DoctorReport = JSON.parse(stdout);
    expect(code).toBe(0);
    expect(backends.find(({ name }) => name === 'native')).toEqual({
      ...{ name: 'native', available: false, gflops: null },
      reason: `no C compiler on the PATH (cc, gcc, clang); ${BENEFIT}`,
    });
    expect(auto?.name).toBe('wasm');
  });

  it('training continues on wasm, and one line says what a compiler would bring', async () => {
    const short = ['training.epochs=1', 'training.schedule={constant: {}}'].flatMap((text) => [
      '--set',
      text,
    ]);
    const { code, stderr } = await spawnZlm(
      ['train', place.spec, '--backend', 'auto', ...short, ...flags()],
      { env: env() },
    );
    expect(code).toBe(0);
    expect(stderr.split('\n').filter((line) => line.includes('compiler'))).toEqual([
      expect.stringMatching(/^backend wasm: .*passed over native: no C compiler on the PATH/),
    ]);
    expect(stderr).toContain(BENEFIT);
  });

  it('evaluation and sampling report the missing compiler in a line and in their JSON', async () => {
    await trainSmall(place, {
      name: 'trained',
      overrides: ['training.epochs=1', 'training.schedule={constant: {}}'],
    });
    for (const words of [
      ['eval', 'trained'],
      ['sample', 'trained', '--length', '3'],
    ]) {
      const argv = [...words, '--backend', 'auto', '--json', ...flags()];
      const { code, stdout, stderr } = await spawnZlm(argv, { env: env() });
      expect(code).toBe(0);
      expect(stderr).toMatch(/^backend wasm: .*passed over native: no C compiler on the PATH.*$/m);
      expect(JSON.parse(stdout)).toMatchObject({ run: 'trained', backend: 'wasm' });
    }
  });

  it('bench names the backend that it leaves out', async () => {
    const spec = join(folder, 'toy.yaml');
    writeFileSync(spec, 'corpus: none\nmodel: { embedding: 5, layers: [{ lstm: 7 }] }\n');
    const brief = ['--vocab-size', '11', '--rounds', '1', '--seconds', '0', '--no-product'];
    const words = ['bench', spec, ...brief, '--cache', join(folder, 'cache')];
    const { code, stderr } = await spawnZlm(words, { env: env() });
    expect(code).toBe(0);
    expect(stderr).toMatch(/^Backend native is left out: no C compiler on the PATH/m);
  });

  it.each([
    ['train', Train, () => [place.spec]],
    ['train --dry-run', Train, () => [place.spec, '--dry-run']],
    ['eval', Eval, () => ['trained']],
    ['sample', Sample, () => ['trained']],
    ['bench', Bench, () => [place.spec]],
  ])('%s is refused when the named compiler is missing', async (_, command, argv) => {
    const [places, backend] = command === Bench ? [flags().slice(-2), []] : [flags(), ['--backend', 'auto']];
    const words = [...argv(), '--cc', 'gcc-99 -O2', ...backend, ...places];
    const { exitCode, stderr } = await runCommand(command, words);
    expect(exitCode).toBe(5);
    expect(stderr).toContain('The native backend cannot run here with the compiler gcc-99 -O2');
    expect(stderr).toContain('there is no gcc-99 on the PATH');
  });

  it('training on native by name is refused without a compiler', async () => {
    const words = ['train', place.spec, '--backend', 'native', ...flags()];
    const { code, stderr } = await spawnZlm(words, { env: env() });
    expect(code).toBe(5);
    expect(stderr).toContain('native: no C compiler on the PATH');
  });
});

describe('doctor', () => {
  it('doctor shows the words of a failing compiler', async () => {
    const words = 'vec.h:3:1: error: no such vector\ncompilation terminated';
    const cc = fakeCompiler(folder, 'cc', { compile: `echo "${words}" >&2; exit 1`, version: 'cc 9.9' });
    const { native, stdout } = await examine(cc);
    expect(native).toEqual({
      ...{ name: 'native', available: false, gflops: null },
      reason: `${cc} cannot compile the kernels; ${BENEFIT}`,
      details: `cc 9.9 says:\n${words}`,
    });
    for (const line of words.split('\n')) expect(stdout).toContain(`\n    ${line}\n`);
  });

  it("doctor shows the loader's words for a library that cannot be loaded", async () => {
    const { native } = await examine(fakeCompiler(folder, 'cc'));
    expect(native).toMatchObject({
      available: false,
      reason: `the compiled library cannot be loaded; ${BENEFIT}`,
      details: expect.stringMatching(/too short|invalid|not a/i),
    });
  });

  it.skipIf(!CC)(`doctor names a library that lacks a function${NEEDS_CC}`, async () => {
    const source = join(folder, 'empty.c');
    writeFileSync(source, 'int nothing;\n');
    const compile = `exec ${CC} -shared -fPIC "${source}" -o "$output"`;
    const { native } = await examine(fakeCompiler(folder, 'cc', { compile }));
    expect(native).toMatchObject({ available: false, details: expect.stringContaining('zlm_') });
  });

  it('doctor reports a cache that cannot be written', async () => {
    const cache = join(folder, 'cache');
    writeFileSync(cache, '');
    const { native } = await examine(fakeCompiler(folder, 'cc'), false, cache);
    expect(native?.reason).toBe(
      `cannot create <tmp>/cache/native: a part of the path is a file, not a folder; ${FOLDER_BENEFIT}`.replace(
        '<tmp>',
        folder,
      ),
    );
  });

  it.skipIf(!CC)(
    `doctor reports a compiler without OpenMP, and native then computes with one thread${NEEDS_CC}`,
    async () => {
      const cc = fakeCompiler(folder, 'cc', { openMp: false, compile: `exec ${CC} "$@"` });
      const { native } = await examine(cc, true);
      expect(native).toMatchObject({
        available: true,
        reason: `C kernels by ${cc}, 1 thread (this compiler has no OpenMP)`,
      });
      expect(native?.gflops).toBeGreaterThan(0);
      expect(native?.threads).toBe(1);
      const spec = join(folder, 'toy.yaml');
      writeFileSync(spec, 'corpus: none\nmodel: { embedding: 5, layers: [{ lstm: 7 }] }\n');
      const flags = ['--cc', cc, '--cache', join(folder, 'cache'), '--threads', '2', '--backend', 'native'];
      const brief = ['--vocab-size', '11', '--rounds', '1', '--seconds', '0', '--no-product'];
      const { result } = await runCommand<BenchmarkReport>(Bench, [spec, ...flags, ...brief]);
      expect(result?.machine.threads).toBe(1);
    },
  );
});
