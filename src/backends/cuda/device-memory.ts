/**
 * Memory of a device, and copies between it and the machine's. All work of a device is in one stream, so memory that a tensor
 * gives back may be used at once for what is started later.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { blockBytes, MemoryPool, type PoolPeak } from '../memory-pool.js';
import type { CudaDevice } from './device.js';
import { CUDA_ERROR, type Handle, outOfMemory } from './driver.js';

/** An address on the device, and the size of its block. */
export interface DeviceBlock {
  readonly address: number;
  readonly bytes: number;
}

/** The types of a tensor's values that the device knows. */
export type DeviceArray = Float32Array | Int32Array | Uint8Array;

/** Memory that tensors lie in. */
export type TensorMemory = Pick<DeviceMemory, 'lend' | 'takeBack' | 'upload' | 'downloadNow' | 'download'>;

/** Memory of one device. */
export class DeviceMemory {
  private readonly pool: MemoryPool<number>;

  private constructor(
    private readonly device: CudaDevice,
    private readonly staging: Staging,
    private readonly isExact: boolean,
  ) {
    this.pool = new MemoryPool(
      (bytes) => this.allocate(bytes),
      (address) => this.free(address),
    );
  }

  /** @param isExact see `BackendOptions.cudaExactMemory` */
  static async of(device: CudaDevice, isExact = false): Promise<DeviceMemory> {
    return new DeviceMemory(device, await Staging.of(device), isExact);
  }

  /** The most memory that was needed so far; 0 where its sizes are exact. */
  get peak(): PoolPeak {
    return this.pool.peak;
  }

  /**
   * Lends memory of undefined content.
   *
   * @param length its size, in numbers of four bytes
   * @throws UserError('backend') when the memory of the device is exhausted
   */
  lend(length: number): DeviceBlock {
    if (this.isExact) {
      const bytes = Math.max(1, length) * Float32Array.BYTES_PER_ELEMENT;
      return { address: this.allocate(bytes), bytes };
    }
    const bytes = blockBytes(Math.max(1, length));
    return { address: this.pool.lend(bytes), bytes };
  }

  /** Takes back what was lent. */
  takeBack({ address, bytes }: DeviceBlock): void {
    if (this.isExact) this.free(address);
    else this.pool.takeBack(address, bytes);
  }

  /**
   * Copies values to the device. They may change as soon as this returns. Values that are all alike are not copied but filled
   * in: zeros and ones, of which tfjs makes many.
   */
  upload(address: number, values: DeviceArray): void {
    const word = repeatedWord(values);
    if (word === null) this.staging.upload(address, values);
    else this.device.fill(address, word, values.length);
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
    const { driver } = this.device;
    const result: [number | bigint | null] = [null];
    let code = driver.attempt('allocate', result, bytes);
    if (code === CUDA_ERROR.outOfMemory && this.pool.releaseSpares()) {
      code = driver.attempt('allocate', result, bytes);
    }
    if (code === CUDA_ERROR.outOfMemory) {
      const { freeBytes, totalBytes } = this.device.memoryInfo();
      throw outOfMemory(bytes, freeBytes, totalBytes);
    }
    if (code !== 0) throw driver.failure(code, 'allocate');
    return Number(result[0]);
  }

  private free(address: number): void {
    // An error is that of a kernel which failed before, and the memory is lost with the device.
    this.device.driver.attempt('free', address);
  }
}

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
class Staging {
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

  static async of(device: CudaDevice): Promise<Staging> {
    const { default: koffi } = await import('koffi');
    const bytes = STAGING_BYTES + SLOTS * SLOT_BYTES;
    const memory = device.driver.get<object>('allocatePinned', bytes, 0);
    return new Staging(device, Number(koffi.address(memory)), new Uint8Array(koffi.view(memory, bytes)));
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
