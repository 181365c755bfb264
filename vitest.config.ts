import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
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
    // By default vitest leaves one processor idle, which is half of a machine that has two.
    maxWorkers: '100%',
  },
});
