/** The native backend: C kernels, compiled for this processor at first use and called through koffi. */
import { availableParallelism } from 'node:os';
import * as tf from '@tensorflow/tfjs';
import type {
  Backend,
  BackendOptions,
  Bf16Units,
  MemoryUse,
  Probe,
  Rehearsed,
  RooflineMeter,
} from '../backend.js';
import { findCompiler } from '../libraries/compiler.js';
import { explainLoadFailure } from '../libraries/loading.js';
import { buildLibrary } from './build.js';
import { loadLibrary, type NativeFunctions } from './library.js';

const NAME = 'native';

/** Names of the numbers that `zlm_bf16_units` returns. */
const BF16_UNITS: readonly Bf16Units[] = ['float32', 'avx512-bf16', 'amx', 'arm-bf16'];

/** The effect of what is missing. */
const BENEFITS = {
  compiler: 'with a working C compiler, training is many times faster',
  folder:
    'with a cache folder (--cache or ZLM_CACHE) that libraries can be written to and loaded from, training is many times faster',
} as const;

/** Without a cache every command would have to compile the kernels. */
const NO_CACHE = 'there is no folder for compiled kernels, since HOME is not set';

/** Set once the backend is loaded. */
let rehearsal: typeof import('./rehearsal.js') | null = null;

export const nativeBackend: Backend = {
  name: NAME,
  queueDepth: 1,

  /** Compiles, since only a compiled library shows whether it runs. From the second time on, the cache has it. */
  async probe(options: BackendOptions): Promise<Probe> {
    const found = await prepare(options);
    if ('failure' in found) {
      const { failure, details, needs } = found;
      return { available: false, reason: `${failure}; ${BENEFITS[needs]}`, details };
    }
    return {
      available: true,
      reason: found.reason,
      threads: found.threads,
      bf16Units: BF16_UNITS[found.functions.bf16Units()],
    };
  },

  async load(options: BackendOptions): Promise<void> {
    if (tf.findBackendFactory(NAME)) return;
    const found = await prepare(options);
    if ('failure' in found) throw new Error(found.failure);
    const { functions } = found;
    await import('@tensorflow/tfjs-backend-cpu');
    const { NativeBackend } = await import('./native-backend.js');
    const { registerNativeKernels } = await import('./register.js');
    rehearsal = await import('./rehearsal.js');
    tf.copyRegisteredKernels('cpu', NAME);
    registerNativeKernels(NAME);
    tf.registerBackend(NAME, () => new NativeBackend(functions));
  },

  async rooflineMeter(options: BackendOptions): Promise<RooflineMeter | null> {
    const found = await prepare(options);
    if ('failure' in found) return null;
    const { rooflineMeter } = await import('./roofline.js');
    return rooflineMeter(found.functions);
  },

  rehearse(computation: Rehearsed): MemoryUse {
    if (!rehearsal) throw new Error('The native backend is not loaded');
    return rehearsal.rehearse(computation);
  },
};

type Prepared =
  | { readonly functions: NativeFunctions; readonly threads: number; readonly reason: string }
  | { readonly failure: string; readonly details?: string; readonly needs: keyof typeof BENEFITS };

/** Finds the compiler, builds the library or finds it in the cache, and loads it. */
async function prepare(options: BackendOptions): Promise<Prepared> {
  const { threads = availableParallelism(), cacheFolder } = options;
  if (cacheFolder === undefined) return { failure: NO_CACHE, needs: 'folder' };
  const search = await findCompiler(options.compiler ?? null);
  if ('failure' in search) return { ...search, needs: 'compiler' };
  const { compiler } = search;
  const built = await buildLibrary(compiler, cacheFolder, () =>
    options.onNote?.(`Compiling the kernels for this processor with ${compiler.command}, once`),
  );
  if ('failure' in built) return built;
  try {
    const functions = await loadLibrary(built.library);
    const count = built.library.threads ? threads : 1;
    functions.setThreads({ count });
    const without = built.library.threads ? '' : ' (this compiler has no OpenMP)';
    const plural = count === 1 ? 'thread' : 'threads';
    const reason = `C kernels by ${compiler.command}, ${count} ${plural}${without}`;
    return { functions, threads: count, reason };
  } catch (error) {
    const { path } = built.library;
    return await explainLoadFailure(
      path,
      (error as Error).message.replaceAll(/\/proc\/self\/fd\/\d+/g, path),
    );
  }
}
