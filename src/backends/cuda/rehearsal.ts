/**
 * Rehearses a computation on the cuda backend: finds the memory of the device that it needs. Kernel functions, memory and capture
 * are the real ones, since they handle addresses and not values; on a device that starts nothing and only counts memory.
 */
import * as tf from '@tensorflow/tfjs';
import type { MemoryUse, Rehearsed } from '../backend.js';
import type { PoolPeak } from '../memory-pool.js';
import { rehearseOn } from '../rehearsal.js';
import type { CudaBackend } from './cuda-backend.js';
import type { CudaDevice, Graph } from './device.js';
import { DeviceMemory } from './device-memory.js';
import { registerCudaKernels } from './register.js';

const NAME = 'cuda-rehearsal';

/** Addresses are never used. */
const ADDRESS = 0;

/** Which device and backend are rehearsed. */
export interface Rehearsing {
  /** Its limits and plans are taken. */
  readonly device: CudaDevice;
  /** Whether work is captured; then it is rehearsed without as well, since that needs less memory. */
  readonly capturesWork: boolean;
  /** Makes a backend. */
  readonly makeBackend: (device: CudaDevice, memory: DeviceMemory, capturesWork: boolean) => CudaBackend;
}

/** Rehearses a computation, as `Backend.rehearse` says. */
export function rehearse(computation: Rehearsed, rehearsing: Rehearsing): MemoryUse {
  if (tf.getKernelsForBackend(NAME).length === 0) registerCudaKernels(NAME);
  const plain = peakOf(computation, { ...rehearsing, capturesWork: false });
  const captured = rehearsing.capturesWork ? peakOf(computation, rehearsing) : plain;
  const capturedBytes = Math.max(0, captured.heldBytes - plain.heldBytes);
  return { ...plain, capturedBytes, hostBytes: 0, scratchBytes: 0 };
}

function peakOf(computation: Rehearsed, { device, capturesWork, makeBackend }: Rehearsing): PoolPeak {
  const idleDevice = idle(device);
  const memory = DeviceMemory.counted(idleDevice);
  const backend = makeBackend(idleDevice, memory, capturesWork);
  rehearseOn(NAME, backend, (shape) => backend.allocate(shape).info, computation);
  return memory.peak;
}

/** Returns a device with the limits and plans of another one, which starts nothing and has any amount of memory. */
export function idle(device: CudaDevice): CudaDevice {
  const nothing = () => {};
  return Object.assign<CudaDevice, Partial<CudaDevice>>(Object.create(device), {
    launch: nothing,
    copy: nothing,
    fill: nothing,
    upload: nothing,
    download: nothing,
    wait: nothing,
    allocate: () => ADDRESS,
    free: nothing,
    record(start): Graph {
      start();
      return { handle: null, launches: 0 };
    },
    launchGraph: nothing,
    destroyGraph: nothing,
  });
}
