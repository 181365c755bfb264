/**
 * Memory for the results of kernels. A block is lent for the lifetime of a tensor and then reused: every window needs the same
 * sizes, or nearly the same when window lengths are random, and getting memory from the system is slow.
 */

/** Steps between a power of two and the next that lengths are rounded up to, so that similar lengths share memory. */
const LENGTHS_PER_OCTAVE = 4;

/**
 * The most spare memory, as a multiple of the most that was ever lent at once. Not all blocks of a window are lent at the
 * same time, so keeping them for the next window may take more than one such multiple.
 */
const MOST_SPARE = 2;

/** The most memory that a pool needed. */
export interface PoolPeak {
  readonly lentBytes: number;
  readonly heldBytes: number;
}

/** A pool that lends blocks of memory and reuses them. */
export class MemoryPool<Block> {
  /** Spare blocks by their size in bytes, the most recently returned last. */
  private readonly spares = new Map<number, Block[]>();
  private bytesLent = 0;
  private mostBytesLent = 0;
  private bytesSpare = 0;
  private mostBytes = 0;

  /**
   * @param allocate gets a block from the system; throws when there is none
   * @param release  gives a block back to the system
   */
  constructor(
    private readonly allocate: (bytes: number) => Block,
    private readonly release: (block: Block) => void = () => {},
  ) {}

  /** The most bytes that were ever lent at once, and the most that it ever had from the system, spare ones included. */
  get peak(): PoolPeak {
    return { lentBytes: this.mostBytesLent, heldBytes: this.mostBytes };
  }

  /**
   * Lends a block of a size of {@link blockBytes}, its content undefined.
   *
   * @param fresh a block from the system, even where there is a spare one
   */
  lend(bytes: number, fresh = false): Block {
    const spare = fresh ? undefined : this.spares.get(bytes)?.pop();
    if (spare !== undefined) this.bytesSpare -= bytes;
    const block = spare ?? this.allocate(bytes);
    this.bytesLent += bytes;
    this.mostBytesLent = Math.max(this.mostBytesLent, this.bytesLent);
    this.mostBytes = Math.max(this.mostBytes, this.bytesLent + this.bytesSpare);
    return block;
  }

  /** Takes back a lent block. Releases the blocks that have been spare for longest while there is too much spare memory. */
  takeBack(block: Block, bytes: number): void {
    const alike = this.spares.get(bytes) ?? [];
    this.bytesLent -= bytes;
    alike.push(block);
    this.spares.delete(bytes);
    this.spares.set(bytes, alike);
    this.bytesSpare += bytes;
    while (this.bytesSpare > MOST_SPARE * this.mostBytesLent) this.releaseOldest();
  }

  /** Releases all spare blocks. Returns whether there were any. */
  releaseSpares(): boolean {
    if (this.bytesSpare === 0) return false;
    while (this.bytesSpare > 0) this.releaseOldest();
    return true;
  }

  private releaseOldest(): void {
    for (const [bytes, alike] of this.spares) {
      const block = alike.pop();
      if (block !== undefined) {
        this.bytesSpare -= bytes;
        this.release(block);
        return;
      }
      this.spares.delete(bytes);
    }
  }
}

/** Returns the size of the block for `length` numbers of four bytes, rounded up by at most a quarter. */
export function blockBytes(length: number): number {
  const step = 2 ** Math.max(0, Math.floor(Math.log2(length / LENGTHS_PER_OCTAVE)));
  return Math.ceil(length / step) * step * Float32Array.BYTES_PER_ELEMENT;
}
