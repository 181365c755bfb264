/** The flags that say what computes and how; the same on every command that computes. */
import { Flags } from '@oclif/core';
import type { BackendName, BackendOptions } from '../backends/backend.js';
import { backendFlag, cacheFlag, cacheFolder, integerFlag } from './flags.js';

/** How the backends work, on commands that look at all of them. */
export const engineFlags = {
  threads: integerFlag({
    description: 'Threads of the native backend, at most 4 per processor; one per processor when left out.',
    env: 'ZLM_THREADS',
    min: 1,
    helpValue: 'N',
  }),
  cc: Flags.string({
    description: 'C compiler of the native backend, such as "gcc -O2"; cc, gcc or clang when left out.',
    env: 'ZLM_CC',
    helpValue: 'COMPILER',
  }),
  cache: cacheFlag,
};

/** The one backend that a command uses, and how it works. */
export const backendFlags = { backend: backendFlag, ...engineFlags };

/**
 * What the flags say, as the backends take it.
 *
 * @param onNote told what takes a while
 */
export function backendOptions(
  flags: { threads?: number | undefined; cc?: string | undefined; cache?: string | undefined },
  onNote: (line: string) => void,
): BackendOptions {
  waitBriefly();
  const cache = cacheFolder(flags.cache) ?? undefined;
  return { threads: flags.threads, compiler: flags.cc || undefined, cacheFolder: cache, onNote };
}

/** The line that says which backend computes, and why it and no faster one. */
export function backendLine({
  name,
  reason,
}: {
  readonly name: BackendName;
  readonly reason: string;
}): string {
  return `backend ${name}: ${reason}`;
}

/**
 * Tells the compiler's OpenMP, which reads it when the kernels are loaded, how long a thread that waits for the others may
 * spin before it sleeps. By default GCC's spins for milliseconds: with any other work on the machine, the thread
 * that spins keeps the one it waits for from running (measured with one of two cores busy: a tenth of the speed).
 * Clang's spins for 200 ms.
 */
function waitBriefly(): void {
  process.env.GOMP_SPINCOUNT ??= '1000';
  process.env.KMP_BLOCKTIME ??= '1';
}
