/**
 * Rehearses a computation on the cuda backend: finds the memory of the device that it needs. The kernel functions are the real
 * ones, since they handle addresses and not values; on a device that starts nothing, in memory that is only counted.
 */
import * as tf from '@tensorflow/tfjs';
import type { MemoryUse, Rehearsed } from '../backend.js';
import { blockBytes, MemoryPool } from '../memory-pool.js';
import { rehearseOn } from '../rehearsal.js';
import type { CudaBackend } from './cuda-backend.js';
import type { CudaDevice } from './device.js';
import type { DeviceArray, DeviceBlock } from './device-block.js';
import type { TensorMemory } from './device-memory.js';
import { registerCudaKernels } from './register.js';

const NAME = 'cuda-rehearsal';

/** Addresses are never used. */
const ADDRESS = 0;

/** Memory of which only the amount is known. */
class CountedMemory implements TensorMemory {
  readonly pool = new MemoryPool<number>(() => ADDRESS);
  readonly recording = null;

  lend(length: number): DeviceBlock {
    const bytes = blockBytes(Math.max(1, length));
    return { address: this.pool.lend(bytes), bytes, owner: this };
  }

  takeBack({ address, bytes }: DeviceBlock): void {
    this.pool.takeBack(address, bytes);
  }

  place({ length }: DeviceArray): DeviceBlock {
    return this.lend(length);
  }

  downloadNow(): void {}
  async download(): Promise<void> {}
}

/**
 * Rehearses a computation, as `Backend.rehearse` says.
 *
 * @param backendWith makes a backend with this memory, on an {@link idle} device
 */
export function rehearse(
  computation: Rehearsed,
  backendWith: (memory: TensorMemory) => CudaBackend,
): MemoryUse {
  const memory = new CountedMemory();
  const backend = backendWith(memory);
  if (tf.getKernelsForBackend(NAME).length === 0) registerCudaKernels(NAME);
  rehearseOn(NAME, backend, (shape) => backend.allocate(shape).info, computation);
  return { ...memory.pool.peak, hostBytes: 0, scratchBytes: 0 };
}

/** Returns a device with the limits and plans of another one, which starts nothing. */
export function idle(device: CudaDevice): CudaDevice {
  const nothing = () => {};
  return Object.assign(Object.create(device), { launch: nothing, copy: nothing, fill: nothing });
}
