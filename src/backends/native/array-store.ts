/**
 * Memory for the results of kernels. An array is lent for the lifetime of a tensor and then reused: every window needs the
 * same sizes, or nearly the same when window lengths are random, and the system would map fresh memory page by page.
 */
import { UserError } from '../../errors.js';

/** Steps between a power of two and the next that lengths are rounded up to, so that similar lengths share memory. */
const LENGTHS_PER_OCTAVE = 4;

/**
 * The most spare memory, as a multiple of the most that was ever lent at once. Not all arrays of a window are lent at the
 * same time, so keeping them for the next window may take more than one such multiple.
 */
const MOST_SPARE = 2;

/** A store that lends arrays and reuses their memory. */
export class ArrayStore {
  private readonly lent = new Set<unknown>();
  /** Spare memory by its size in bytes, the most recently returned last. */
  private readonly spares = new Map<number, ArrayBuffer[]>();
  private bytesLent = 0;
  private mostBytesLent = 0;
  private bytesSpare = 0;

  /**
   * Lends an array of undefined content.
   *
   * @throws UserError('backend') when memory runs out
   */
  lend(length: number): Float32Array {
    const size = sizeFor(length);
    const spare = this.spares.get(size)?.pop();
    if (spare) this.bytesSpare -= size;
    return this.handOut(spare ?? allocate(size), length);
  }

  /**
   * Lends an array of zeros.
   *
   * @throws UserError('backend') when memory runs out
   */
  lendZeros(length: number): Float32Array {
    return this.handOut(allocate(sizeFor(length)), length);
  }

  /** Returns whether these values are an array that is lent now. */
  isLent(values: unknown): values is Float32Array<ArrayBuffer> {
    return values instanceof Float32Array && this.lent.has(values.buffer);
  }

  /** Takes back a lent array. Drops the arrays that have been spare for longest while there is too much spare memory. */
  takeBack({ buffer }: Float32Array<ArrayBuffer>): void {
    const size = buffer.byteLength;
    const alike = this.spares.get(size) ?? [];
    this.lent.delete(buffer);
    this.bytesLent -= size;
    alike.push(buffer);
    this.spares.delete(size);
    this.spares.set(size, alike);
    this.bytesSpare += size;
    while (this.bytesSpare > MOST_SPARE * this.mostBytesLent) this.dropOldest();
  }

  private handOut(buffer: ArrayBuffer, length: number): Float32Array {
    this.lent.add(buffer);
    this.bytesLent += buffer.byteLength;
    this.mostBytesLent = Math.max(this.mostBytesLent, this.bytesLent);
    return new Float32Array(buffer, 0, length);
  }

  private dropOldest(): void {
    for (const [size, alike] of this.spares) {
      if (alike.pop()) {
        this.bytesSpare -= size;
        return;
      }
      this.spares.delete(size);
    }
  }
}

/** Returns the error for a failed allocation in JavaScript or C. */
export function outOfMemory(): UserError {
  return new UserError('backend', 'The native backend ran out of memory', [
    'Reduce training.batchSize, training.bptt or the widths of the model, or free memory on this machine.',
  ]);
}

/** Returns the bytes for `length` numbers, rounded up by at most a quarter. */
function sizeFor(length: number): number {
  const step = 2 ** Math.max(0, Math.floor(Math.log2(length / LENGTHS_PER_OCTAVE)));
  return Math.ceil(length / step) * step * Float32Array.BYTES_PER_ELEMENT;
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
