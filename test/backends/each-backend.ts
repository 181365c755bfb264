/** Runs tests on every backend that this machine can run; the others are skipped, and the titles say why. */
import { beforeAll, describe } from 'vitest';
import type { BackendName, BackendOptions } from '../../src/backends/backend.js';
import { activateBackend, probeBackends } from '../../src/backends/select.js';
import { buildEmulatedDriver, WITH_CHECKS } from './cuda/emulated-driver.js';

/** The driver of a real GPU, such as `ZLM_CUDA_DRIVER=libcuda.so.1 npm test`, or the emulated one. */
const CUDA_DRIVER = process.env.ZLM_CUDA_DRIVER
  ? { path: process.env.ZLM_CUDA_DRIVER }
  : await buildEmulatedDriver();

/**
 * Whether memory has exact sizes and is not reused, so that an access outside of a tensor is noticed, and values that nothing has
 * written are NaN. With ZLM_EMULATOR_CHECKS=0, memory is reused as in training, unless ZLM_EMULATOR_GUARD is 1.
 */
const IS_EXACT = !process.env.ZLM_CUDA_DRIVER && (WITH_CHECKS || process.env.ZLM_EMULATOR_GUARD === '1');

/** For tests that call the core: what `vitest.config.ts` tells the commands, and the compiler of `ZLM_CC=clang npm test`. */
export const BACKEND_OPTIONS: BackendOptions = {
  threads: Number(process.env.ZLM_THREADS),
  cacheFolder: process.env.ZLM_CACHE,
  compiler: process.env.ZLM_CC,
  cudaDriver: 'path' in CUDA_DRIVER ? CUDA_DRIVER.path : undefined,
  cudaExactMemory: IS_EXACT,
  tensorflow: process.env.ZLM_TENSORFLOW || undefined,
};

const PROBES = await probeBackends(BACKEND_OPTIONS);

/** Makes a backend the active one, with the options of the tests. */
export async function activate(backend: BackendName): Promise<void> {
  await activateBackend(backend, BACKEND_OPTIONS);
}

/** Why a backend cannot run here, in words for a title; undefined when it can. */
export function whyNot(backend: BackendName): string | undefined {
  if (backend === 'cuda' && 'reason' in CUDA_DRIVER) return `skipped: ${CUDA_DRIVER.reason}`;
  const probe = PROBES.find(({ name }) => name === backend);
  return probe?.available ? undefined : `skipped: ${probe?.reason}`;
}

/**
 * A group of tests for each backend, active when they begin.
 *
 * @param what  the group's title, with %s for the backend's name
 * @param which the backends that the group is for; all by default, those that are added later among them
 */
export function describeEachBackend(
  what: string,
  tests: (backend: BackendName) => void,
  which: { readonly only: readonly BackendName[] } | { readonly except: readonly BackendName[] } = {
    except: [],
  },
): void {
  const isMeant = (name: BackendName) =>
    'only' in which ? which.only.includes(name) : !which.except.includes(name);
  for (const { name } of PROBES.filter((probe) => isMeant(probe.name))) {
    const obstacle = whyNot(name);
    describe.skipIf(obstacle)([what.replace('%s', name), obstacle].filter(Boolean).join(', '), () => {
      beforeAll(() => activate(name));
      tests(name);
    });
  }
}
