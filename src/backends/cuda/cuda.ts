/** The CUDA backend: our kernels on an NVIDIA GPU, with nothing installed except its driver. */
import { access } from 'node:fs/promises';
import * as tf from '@tensorflow/tfjs';
import type { Backend, BackendOptions, MemoryUse, Probe, Rehearsed } from '../backend.js';
import { CudaDevice } from './device.js';
import { formatCapability, tf32Obstacle } from './device-limits.js';
import { CUDA_ERROR, CudaError } from './driver.js';
import { typicalForms } from './recurrent-steps.js';

const NAME = 'cuda';

/** Batches that are launched ahead: enough that the GPU never waits for the next, few enough that Ctrl-C acts at once. */
const QUEUE_DEPTH = 4;

/** The device that each driver opened; a process uses one. */
const opened = new Map<string | undefined, Promise<CudaDevice>>();

/** The device, and the rehearsal of computations on it, once the backend is loaded. */
let loaded: (Required<Pick<Backend, 'rehearse'>> & { readonly device: CudaDevice }) | null = null;

export const cudaBackend: Backend = {
  name: NAME,
  queueDepth: QUEUE_DEPTH,

  async probe(options: BackendOptions): Promise<Probe> {
    try {
      const device = await openOnce(options);
      const { limits } = device;
      const capability = formatCapability(limits.capability);
      const gigabytes = (limits.memoryBytes / 2 ** 30).toFixed(0);
      const reason = `${limits.name}, compute capability ${capability}, ${limits.processors} multiprocessors, ${gigabytes} GiB`;
      return { available: true, reason, recurrentForms: typicalForms(device) };
    } catch (error) {
      return unavailable(error as Error, options.cudaDriver);
    }
  },

  async load(options: BackendOptions): Promise<void> {
    if (tf.findBackendFactory(NAME)) return;
    const device = await openOnce(options);
    await import('@tensorflow/tfjs-backend-cpu');
    const { CudaBackend } = await import('./cuda-backend.js');
    const { DeviceMemory } = await import('./device-memory.js');
    const { registerCudaKernels } = await import('./register.js');
    const memory = await DeviceMemory.of(device, options.cudaExactMemory);
    registerCudaKernels(NAME);
    const capturesWork = options.cudaGraphs !== false;
    const makeBackend = (...given: ConstructorParameters<typeof CudaBackend>) => new CudaBackend(...given);
    tf.registerBackend(NAME, () => makeBackend(device, memory, capturesWork));
    const { rehearse } = await import('./rehearsal.js');
    loaded = {
      device,
      rehearse: (computation) => rehearse(computation, { device, capturesWork, makeBackend }),
    };
  },

  tf32Obstacle() {
    return tf32Obstacle(ifLoaded().device.limits);
  },

  availableMemory() {
    return ifLoaded().device.memoryInfo().freeBytes;
  },

  rehearse(computation: Rehearsed): MemoryUse {
    return ifLoaded().rehearse(computation);
  },
};

function ifLoaded() {
  if (loaded === null) throw new Error('The cuda backend is not loaded');
  return loaded;
}

function openOnce({ cudaDriver }: BackendOptions): Promise<CudaDevice> {
  const device = opened.get(cudaDriver) ?? CudaDevice.open(cudaDriver);
  opened.set(cudaDriver, device);
  return device;
}

/** Says why the backend cannot run here. */
async function unavailable(error: Error, library: string | undefined): Promise<Probe> {
  if (error instanceof CudaError) {
    const { code, reason, details } = error;
    const absent = code === CUDA_ERROR.noDevice;
    return { available: false, ...(absent && { absent }), reason, details };
  }
  const lacking = /Cannot find function '?(\w+)/.exec(error.message)?.[1];
  if (lacking !== undefined) {
    const reason = `the NVIDIA driver is too old: it lacks ${lacking}; install version 530 or later`;
    return { available: false, reason };
  }
  if (!isLoadFailure(error)) return { available: false, reason: error.message };
  if (library !== undefined) {
    const isThere = await access(library).then(
      () => true,
      () => false,
    );
    const problem = isThere ? 'cannot be loaded as the driver of CUDA' : 'does not exist';
    return { available: false, reason: `${library} ${problem}`, details: error.message };
  }
  return {
    available: false,
    absent: true,
    reason: 'there is no NVIDIA driver (libcuda) here',
    details: error.message,
  };
}

/** Whether koffi could not load a library. */
function isLoadFailure({ message }: Error): boolean {
  return message.startsWith('Failed to load shared library');
}
