import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The files that take longest, the longest first. One of them at the end would keep one processor alone. */
const LONG = [
  'backends/cuda/training',
  'end-to-end/kill',
  'end-to-end/tutorial',
  'reliability/full-disk',
  'fuzz/fuzz',
  'backends/cuda/ptx',
  'backends/native/sanitize',
  'backends/native/recurrent-layers',
  'sweeps/slurm',
  'sweeps/slurm-nodes',
  'sweeps/run-sweep',
  'backends/native/not-a-number',
  'end-to-end/file-systems',
  'backends/native/fallback',
  'training/rehearsal',
  'commands/sample',
  'backends/native/awkward-shapes',
  'backends/native/threads',
  'commands/doctor',
  'training/speech',
  'training/translation',
].map((name) => `/test/${name}.test.ts`);

/** Starts the long files first, and leaves the order of the others to vitest. */
class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const found = LONG.findIndex((end) => moduleId.endsWith(end));
      return found < 0 ? LONG.length : found;
    };
    return (await super.sort(files)).sort((a, b) => place(a) - place(b));
  }
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/built-program.ts'],
    env: {
      // Golden outputs are plain; a CI system may count as a terminal with colors.
      NO_COLOR: '1',
      // Test files run beside each other, so each keeps to one thread; the compiled kernels are kept from run to run.
      ZLM_THREADS: '1',
      // Where a test asks for more, threads that wait must not take the processor from other test files.
      OMP_WAIT_POLICY: 'passive',
      // What commands print must not depend on whether the machine has a C compiler.
      ZLM_BACKEND: 'wasm',
      ZLM_CACHE: fileURLToPath(new URL('node_modules/.cache/zlm', import.meta.url)),
    },
    // oclif's captureOutput patches process.stdout itself; vitest's interception would hide it.
    disableConsoleIntercept: true,
    // A guard against what never ends; how long a test takes depends on what else the machine does.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    pool: 'forks',
    sequence: { sequencer: LongFirst },
    // One more than processors: several files mostly wait, for Slurm, for terminals and for processes that end.
    maxWorkers: availableParallelism() + 1,
  },
});
