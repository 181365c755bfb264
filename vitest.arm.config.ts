/** The tests that scripts/test-arm runs: of the native kernels, inside one process, whose processor is emulated. */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const NATIVE = [
  ...['draw', 'elementary', 'few-rows', 'masks', 'mixed', 'products', 'recurrent-layers'],
  ...['roofline', 'row-sparse', 'slice-kernels'],
];

export default defineConfig({
  test: {
    include: NATIVE.map((name) => `test/backends/native/${name}.test.ts`),
    // The other backends have no code for this processor.
    testNamePattern: /^(?!.*\bon (?:cuda|webgpu|tensorflow|wasm|cpu)\b)/,
    env: {
      NO_COLOR: '1',
      ZLM_THREADS: '2',
      OMP_WAIT_POLICY: 'passive',
      ZLM_BACKEND: 'native',
      ZLM_CACHE: fileURLToPath(new URL('node_modules/.cache/zlm', import.meta.url)),
      // No driver, so that the emulated one is not compiled.
      ZLM_CUDA_DRIVER: 'none',
    },
    disableConsoleIntercept: true,
    testTimeout: 600_000,
    hookTimeout: 600_000,
    // An emulated process cannot start others of its kind. Without isolation, what the tests import is read once.
    pool: 'threads',
    isolate: false,
    maxWorkers: 1,
  },
});
