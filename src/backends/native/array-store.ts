/**
 * Memory for the results of kernels, lent for as long as a tensor lives and then lent again: a window needs the same sizes
 * as the one before, or nearly the same where windows are of random length, and fresh memory would have to be faulted in
 * page by page each time.
 */
import { UserError } from '../../errors.js';

/** Lengths are rounded up to one of so many between a power of two and the next, so that similar ones share memory. */
const LENGTHS_PER_OCTAVE = 4;

/**
 * Spare memory at most, as a multiple of the most that was ever lent at once. The arrays of a window are not all lent at
 * the same time, so keeping them for the next may take more than that once.
 */
const MOST_SPARE = 2;

export class ArrayStore {
  private readonly lent = new Set<unknown>();
  /** Spare memory by its size in bytes; what came back last is last. */
  private readonly spares = new Map<number, ArrayBuffer[]>();
  private bytesLent = 0;
  private mostBytesLent = 0;
  private bytesSpare = 0;

  /**
   * An array of undefined content.
   *
   * @throws UserError('backend') when there is no memory
   */
  lend(length: number): Float32Array {
    const size = sizeFor(length);
    const spare = this.spares.get(size)?.pop();
    if (spare) this.bytesSpare -= size;
    return this.handOut(spare ?? allocate(size), length);
  }

  /**
   * An array of zeros.
   *
   * @throws UserError('backend') when there is no memory
   */
  lendZeros(length: number): Float32Array {
    return this.handOut(allocate(sizeFor(length)), length);
  }

  /** Whether these values are an array that is lent now. */
  isLent(values: unknown): values is Float32Array<ArrayBuffer> {
    return values instanceof Float32Array && this.lent.has(values.buffer);
  }

  /** Takes a lent array back; whatever has been spare for longest goes to the garbage collector, where it is too much. */
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

/** For memory that JavaScript cannot get, and for kernels that return other than 0. */
export function outOfMemory(): UserError {
  return new UserError('backend', 'the native backend ran out of memory', [
    'Reduce training.batchSize, training.bptt or the widths of the model, or free memory on this machine.',
  ]);
}

/** Bytes for so many numbers, and up to a quarter more, which nobody touches. */
function sizeFor(length: number): number {
  const step = 2 ** Math.max(0, Math.floor(Math.log2(length / LENGTHS_PER_OCTAVE)));
  return Math.ceil(length / step) * step * Float32Array.BYTES_PER_ELEMENT;
}

/** Zeros. */
function allocate(size: number): ArrayBuffer {
  try {
    return new ArrayBuffer(size);
  } catch (error) {
    if (error instanceof RangeError) throw outOfMemory();
    throw error;
  }
}
