/** Flags for the backend, the same on every command that computes. */
import { Flags } from '@oclif/core';
import { BACKEND_NAMES, type BackendName, type BackendOptions } from '../backends/backend.js';
import { backendFlag, cacheFlag, cacheFolder, integerFlag } from './flags.js';

/** Settings of the backends, for commands that use all of them. */
export const engineFlags = {
  threads: integerFlag({
    description: 'Threads of the native backend, at most 4 per processor; one per processor by default.',
    env: 'ZLM_THREADS',
    min: 1,
    helpValue: 'N',
  }),
  cc: Flags.string({
    description: 'C compiler of the native backend, such as "gcc -O2"; by default cc, gcc or clang.',
    env: 'ZLM_CC',
    helpValue: 'COMPILER',
  }),
  'cuda-driver': Flags.string({
    description:
      'Library of the NVIDIA driver, where the system does not find it: the path of its libcuda.so.1.',
    env: 'ZLM_CUDA_DRIVER',
    helpValue: 'FILE',
  }),
  tensorflow: Flags.string({
    description:
      'Folder of a TensorFlow binding; by default the one in the cache, or the npm package beside zlm.',
    env: 'ZLM_TENSORFLOW',
    helpValue: 'FOLDER',
  }),
  cache: cacheFlag,
};

/** The choice of a backend, and its settings. */
export const backendFlags = { backend: backendFlag, ...engineFlags };

/** `--backend native,wasm` of `zlm bench`. */
export const backendsFlag = Flags.option({
  options: BACKEND_NAMES,
  multiple: true,
  multipleNonGreedy: true,
  delimiter: ',',
})({
  description: 'Backends to measure, separated by commas; by default all that run here except cpu.',
  default: [],
  // The help shows no empty list.
  defaultHelp: async () => undefined,
});

/** `--precision f32` of `zlm bench`. */
export const precisionsFlag = Flags.option({
  options: ['f32', 'tf32', 'mixed'] as const,
  multiple: true,
  multipleNonGreedy: true,
  delimiter: ',',
})({
  description:
    'Precisions to measure instead of those in the specs, separated by commas; mixed only on cuda and native, tf32 only on cuda.',
  default: ['f32', 'tf32', 'mixed'],
});

/**
 * Turns flags into options of the backends.
 *
 * @param onNote called with a line before something that takes seconds
 */
export function backendOptions(
  flags: {
    threads?: number | undefined;
    cc?: string | undefined;
    'cuda-driver'?: string | undefined;
    tensorflow?: string | undefined;
    cache?: string | undefined;
  },
  onNote: (line: string) => void,
): BackendOptions {
  waitBriefly();
  const cache = cacheFolder(flags.cache) ?? undefined;
  return {
    threads: flags.threads,
    compiler: flags.cc || undefined,
    cudaDriver: flags['cuda-driver'] || undefined,
    tensorflow: flags.tensorflow || undefined,
    // To find out whether a fault is that of captured steps.
    cudaGraphs: process.env.ZLM_CUDA_GRAPHS !== '0',
    cacheFolder: cache,
    onNote,
  };
}

/** Returns the line that names the backend and why it was selected. */
export function backendLine({
  name,
  reason,
}: {
  readonly name: BackendName;
  readonly reason: string;
}): string {
  return `backend ${name}: ${reason}`;
}

/** Returns a listener that notes the backend of the first run that is opened, and not that of the others, which is the same. */
export function onceNoted(
  onNote: (line: string) => void,
): (backend: Parameters<typeof backendLine>[0]) => void {
  let isNoted = false;
  return (backend) => {
    if (!isNoted) onNote(backendLine(backend));
    isNoted = true;
  };
}

/**
 * Limits how long a thread of OpenMP spins before it sleeps while it waits for the others; OpenMP reads this when the kernels
 * are loaded. By default GCC's spins for milliseconds and Clang's for 200 ms: with any other work on the machine, a spinning
 * thread keeps the thread that it waits for from running (measured with one of two cores busy: a tenth of the speed).
 */
function waitBriefly(): void {
  process.env.GOMP_SPINCOUNT ??= '1000';
  process.env.KMP_BLOCKTIME ??= '1';
}
