/** The TensorFlow backend: TensorFlow's own kernels, on processors or a GPU, for those who have it. */
import { availableParallelism } from 'node:os';
import * as tf from '@tensorflow/tfjs';
import type { Backend, BackendOptions, Probe } from '../backend.js';
import { type Binding, loadBackendClass, loadBinding } from './binding.js';
import { prepareEnvironment } from './environment.js';
import { explainGpu, explainLoadFailure } from './faults.js';
import { findInstallation, type Installation, type Search } from './installation.js';

const NAME = 'tensorflow';

/** A library that is loaded; a process loads one. */
interface Loaded {
  readonly installation: Installation;
  readonly binding: Binding;
}

/** Why nothing is loaded. */
type Refusal = Pick<Probe, 'reason' | 'absent' | 'details'>;

/** What the named folder, or the default places, gave. */
const attempts = new Map<string, Promise<Loaded | Refusal>>();

export const tensorflowBackend: Backend = {
  name: NAME,
  queueDepth: 1,

  /** Loads the library, since only a loaded one shows whether it runs, and on which device. */
  async probe(options: BackendOptions): Promise<Probe> {
    const found = await loadOnce(options);
    if (!('binding' in found)) return { available: false, ...found };
    const { binding, installation } = found;
    const onGpu = binding.isUsingGpuDevice();
    const threads = options.threads ?? availableParallelism();
    const device = onGpu ? 'a GPU' : `${threads} ${threads === 1 ? 'thread' : 'threads'}`;
    const reason = `TensorFlow ${binding.TF_Version} (${installation.title}), ${device}`;
    if (onGpu) return { available: true, reason, onGpu };
    const why = installation.cuda && (await explainGpu(installation.cuda));
    return { available: true, reason: why ? `${reason}; no GPU: ${why}` : reason, threads };
  },

  async load(options: BackendOptions): Promise<void> {
    if (tf.findBackendFactory(NAME)) return;
    const found = await loadOnce(options);
    if (!('binding' in found)) throw new Error(found.reason);
    const { installation, binding } = found;
    const { makeTensorflowBackend } = await import('./tensorflow-backend.js');
    const { registerTensorflowKernels } = await import('./register.js');
    const BackendClass = loadBackendClass(installation);
    registerTensorflowKernels();
    tf.registerBackend(NAME, () => makeTensorflowBackend(BackendClass, binding));
  },
};

/** Returns whether a library for GPUs is installed, without loading it. */
export async function isBuiltForGpu(options: BackendOptions): Promise<boolean> {
  const search = await find(options);
  return 'installation' in search && search.installation.cuda !== null;
}

function find({ tensorflow, cacheFolder }: BackendOptions): Promise<Search> {
  return findInstallation({ named: tensorflow, cacheFolder });
}

function loadOnce(options: BackendOptions): Promise<Loaded | Refusal> {
  const key = JSON.stringify([options.tensorflow, options.cacheFolder]);
  const attempt = attempts.get(key) ?? loadLibrary(options);
  attempts.set(key, attempt);
  return attempt;
}

async function loadLibrary(options: BackendOptions): Promise<Loaded | Refusal> {
  const search = await find(options);
  if ('failure' in search) return { reason: search.failure, absent: search.absent };
  const { installation } = search;
  prepareEnvironment(options.threads ?? availableParallelism());
  try {
    return { installation, binding: loadBinding(installation) };
  } catch (error) {
    return await explainLoadFailure(installation, (error as Error).message);
  }
}
