/**
 * Memory of a device, and copies between it and the machine's. All work of a device is in one stream, so memory that a tensor
 * gives back may be used at once for what is started later.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { blockBytes, MemoryPool, type PoolPeak } from '../memory-pool.js';
import type { CudaDevice } from './device.js';
import type { BlockOwner, DeviceArray, DeviceBlock } from './device-block.js';
import { CUDA_ERROR, type Handle, outOfMemory } from './driver.js';
import { GraphMemory } from './graph-memory.js';
import type { Recording } from './recording.js';

/** Memory of one device. */
export class DeviceMemory {
  private readonly pool: MemoryPool<number>;
  /** Whose blocks are those of the pool. */
  private readonly own: BlockOwner;
  /** Memory of captured work. */
  readonly graphs: GraphMemory;
  /** The recording of work, while there is one. */
  recording: Recording | null = null;

  private constructor(
    private readonly device: CudaDevice,
    private readonly staging: Staging,
    private readonly isExact: boolean,
  ) {
    this.pool = new MemoryPool(
      (bytes) => this.allocate(bytes),
      (address) => device.free(address),
    );
    this.own = {
      takeBack: ({ address, bytes }) => {
        if (isExact) device.free(address);
        else this.pool.takeBack(address, bytes);
      },
    };
    this.graphs = new GraphMemory(this);
  }

  /** @param isExact see `BackendOptions.cudaExactMemory` */
  static async of(device: CudaDevice, isExact = false): Promise<DeviceMemory> {
    return new DeviceMemory(device, await PinnedStaging.of(device), isExact);
  }

  /** Makes memory of which only the amount is known, on an {@link idle} device. */
  static counted(device: CudaDevice): DeviceMemory {
    return new DeviceMemory(device, NO_STAGING, false);
  }

  /** The most memory that was needed so far; 0 where its sizes are exact. */
  get peak(): PoolPeak {
    return this.pool.peak;
  }

  /**
   * Lends memory of undefined content. While work is recorded, it is reserved for that.
   *
   * @param length its size, in numbers of four bytes
   * @throws UserError('backend') when the memory of the device is exhausted
   */
  lend(length: number): DeviceBlock {
    return this.recording ? this.graphs.lend(length) : this.lendOwn(length);
  }

  /** As {@link lend}, and not of the memory for captured work. */
  lendOwn(length: number): DeviceBlock {
    const bytes = this.bytesOf(length);
    const address = this.isExact ? this.allocate(bytes) : this.pool.lend(bytes);
    return { address, bytes, owner: this.own };
  }

  /** Returns the size of the block for so many numbers. */
  bytesOf(length: number): number {
    const atLeastOne = Math.max(1, length);
    return this.isExact ? atLeastOne * Float32Array.BYTES_PER_ELEMENT : blockBytes(atLeastOne);
  }

  /** Takes back what was lent. */
  takeBack(block: DeviceBlock): void {
    block.owner.takeBack(block);
  }

  /**
   * Lends memory and copies values there. They may change as soon as this returns. Values that are all alike are not copied but
   * filled in: zeros and ones, of which tfjs makes many.
   */
  place(values: DeviceArray): DeviceBlock {
    const { recording } = this;
    const varying = recording?.placeOf(values);
    if (varying) return varying;
    const block = this.lend(values.length);
    const word = repeatedWord(values);
    if (word !== null) this.device.fill(block.address, word, values.length);
    else if (recording) recording.keepConstant(block, values);
    else this.staging.upload(block.address, values);
    return block;
  }

  /** Copies values to the device. They may change as soon as this returns. */
  upload(address: number, values: DeviceArray): void {
    this.staging.upload(address, values);
  }

  /** Fills `values` from the device, and waits for it. */
  downloadNow(values: DeviceArray, address: number): void {
    if (values.length === 0) return;
    this.device.download(values, address, values.byteLength);
    this.device.wait();
  }

  /** Fills `values` from the device, once everything that was started before is done. Other work can be started meanwhile. */
  async download(values: DeviceArray, address: number): Promise<void> {
    await this.staging.download(values, address);
  }

  /** Gets memory from the driver; where it has none, gives it back what is spare and asks again. */
  private allocate(bytes: number): number {
    const { device } = this;
    const address = device.allocate(bytes) ?? (this.giveSparesBack() ? device.allocate(bytes) : null);
    if (address !== null) return address;
    this.recording?.refuse('the memory of the GPU is exhausted');
    const { freeBytes, totalBytes } = device.memoryInfo();
    throw outOfMemory(bytes, freeBytes, totalBytes);
  }

  /** Gives the driver what is not in use, the memory of captured work included. Returns whether there was any. */
  private giveSparesBack(): boolean {
    if (this.recording) return false;
    const [ofGraphs, ofPool] = [this.graphs.release(), this.pool.releaseSpares()];
    return ofGraphs || ofPool;
  }
}

/** Memory of the machine through which copies go. */
interface Staging {
  /** Copies to the device. The values may change as soon as this returns. */
  upload(to: number, values: DeviceArray): void;
  /** Fills `values` from the device, once everything that was started before is done. */
  download(values: DeviceArray, from: number): Promise<void>;
}

/** Copies nothing. */
const NO_STAGING: Staging = { upload() {}, async download() {} };

/** Size of the staging memory, and of the part of it that one event guards. */
const STAGING_BYTES = 8 << 20;
const PART_BYTES = 1 << 20;

/** Copies are placed at multiples of this. */
const ALIGNMENT = 256;

/** Number and size of the places for values that are read back while other work is started: losses and norms. */
const SLOTS = 64;
const SLOT_BYTES = 4096;

/**
 * Page-locked memory through which small copies go: the driver copies from ordinary memory only after the stream has drained,
 * and a GPU that is fed ahead would idle. The memory is a ring of parts, each with an event that says when its copies are done.
 */
class PinnedStaging implements Staging {
  private readonly parts: readonly StagingPart[];
  /** Those that are free. */
  private readonly slots: StagingSlot[];
  private current = 0;

  private constructor(
    private readonly device: CudaDevice,
    private readonly address: number,
    private readonly bytes: Uint8Array,
  ) {
    const { driver } = device;
    this.parts = Array.from({ length: STAGING_BYTES / PART_BYTES }, (_, index) => ({
      start: index * PART_BYTES,
      used: 0,
      event: driver.get<Handle>('createEvent', NO_TIMING),
    }));
    this.slots = Array.from({ length: SLOTS }, (_, index) => ({
      start: STAGING_BYTES + index * SLOT_BYTES,
      event: driver.get<Handle>('createEvent', NO_TIMING),
    }));
  }

  static async of(device: CudaDevice): Promise<PinnedStaging> {
    const { default: koffi } = await import('koffi');
    const bytes = STAGING_BYTES + SLOTS * SLOT_BYTES;
    const memory = device.driver.get<object>('allocatePinned', bytes, 0);
    return new PinnedStaging(
      device,
      Number(koffi.address(memory)),
      new Uint8Array(koffi.view(memory, bytes)),
    );
  }

  upload(to: number, values: DeviceArray): void {
    const { byteLength } = values;
    if (byteLength === 0) return;
    if (byteLength > PART_BYTES) {
      this.device.upload(to, values, byteLength);
      this.device.wait();
      return;
    }
    const at = this.place(byteLength);
    this.bytes.set(bytesOf(values), at);
    this.device.upload(to, this.address + at, byteLength);
  }

  async download(values: DeviceArray, from: number): Promise<void> {
    const { driver, stream } = this.device;
    const { byteLength } = values;
    if (byteLength === 0) return;
    const slot = byteLength <= SLOT_BYTES ? this.slots.pop() : undefined;
    if (!slot) {
      this.device.download(values, from, byteLength);
      this.device.wait();
      return;
    }
    try {
      this.device.download(this.address + slot.start, from, byteLength);
      driver.call('recordEvent', slot.event, stream);
      while (!isDone(this.device, slot.event)) await nextTurn();
      bytesOf(values).set(this.bytes.subarray(slot.start, slot.start + byteLength));
    } finally {
      this.slots.push(slot);
    }
  }

  /** Returns the offset of `bytes` bytes that no copy still reads. */
  private place(bytes: number): number {
    const part = this.parts[this.current];
    if (part.used + bytes <= PART_BYTES) {
      const at = part.start + part.used;
      part.used = Math.ceil((part.used + bytes) / ALIGNMENT) * ALIGNMENT;
      return at;
    }
    const { driver, stream } = this.device;
    driver.call('recordEvent', part.event, stream);
    this.current = (this.current + 1) % this.parts.length;
    const next = this.parts[this.current];
    if (next.used > 0) this.device.waitFor(next.event);
    next.used = 0;
    return this.place(bytes);
  }
}

/** A place for one download. */
interface StagingSlot {
  readonly start: number;
  readonly event: Handle;
}

interface StagingPart {
  readonly start: number;
  used: number;
  readonly event: Handle;
}

/** `CU_EVENT_DISABLE_TIMING`. */
const NO_TIMING = 2;

function isDone({ driver }: CudaDevice, event: Handle): boolean {
  const code = driver.attempt('queryEvent', event);
  if (code !== 0 && code !== CUDA_ERROR.notReady) throw driver.failure(code, 'queryEvent');
  return code === 0;
}

/** Returns the bits of values of four bytes that are all alike; null for others. */
function repeatedWord(values: DeviceArray): number | null {
  if (values instanceof Uint8Array || values.length === 0) return null;
  const { buffer, byteOffset, byteLength, BYTES_PER_ELEMENT: word } = values;
  // All are alike if each is as its neighbor; comparing memory is faster than a loop.
  const ones = new Uint8Array(buffer, byteOffset, byteLength - word);
  const neighbors = new Uint8Array(buffer, byteOffset + word, byteLength - word);
  return Buffer.compare(ones, neighbors) === 0 ? new Uint32Array(buffer, byteOffset, 1)[0] : null;
}

function bytesOf({ buffer, byteOffset, byteLength }: DeviceArray): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
