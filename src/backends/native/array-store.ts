/** Memory for the results of native kernels: typed arrays over the blocks of a pool. */
import { UserError } from '../../errors.js';
import { blockBytes, MemoryPool, type PoolPeak } from '../memory-pool.js';

/** A store that lends arrays and reuses their memory. */
export class ArrayStore {
  private readonly pool = new MemoryPool<ArrayBuffer>(allocate);
  private readonly lent = new Set<unknown>();

  /** The most memory that was needed so far. */
  get peak(): PoolPeak {
    return this.pool.peak;
  }

  /**
   * Lends an array of undefined content.
   *
   * @throws UserError('backend') when memory runs out
   */
  lend(length: number): Float32Array {
    return this.handOut(this.pool.lend(blockBytes(length)), length);
  }

  /**
   * Lends an array of zeros.
   *
   * @throws UserError('backend') when memory runs out
   */
  lendZeros(length: number): Float32Array {
    return this.handOut(this.pool.lend(blockBytes(length), true), length);
  }

  /** Returns whether these values are an array that is lent now. */
  isLent(values: unknown): values is Float32Array<ArrayBuffer> {
    return values instanceof Float32Array && this.lent.has(values.buffer);
  }

  /** Takes back a lent array. */
  takeBack({ buffer }: Float32Array<ArrayBuffer>): void {
    this.lent.delete(buffer);
    this.pool.takeBack(buffer, buffer.byteLength);
  }

  private handOut(buffer: ArrayBuffer, length: number): Float32Array {
    this.lent.add(buffer);
    return new Float32Array(buffer, 0, length);
  }
}

/** Returns the error for a failed allocation in JavaScript or C. */
export function outOfMemory(): UserError {
  return new UserError('backend', 'The native backend ran out of memory', [
    'Reduce training.batchSize, training.bptt or the widths of the model, or free memory on this machine.',
  ]);
}

/** Allocates zeros. */
function allocate(size: number): ArrayBuffer {
  try {
    return new ArrayBuffer(size);
  } catch (error) {
    if (error instanceof RangeError) throw outOfMemory();
    throw error;
  }
}
