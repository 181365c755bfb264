/** One GPU: its limits, our kernels on it, the stream that they run in, and their launches. */
import { readFile } from 'node:fs/promises';
import { ArgumentMemory } from './argument-memory.js';
import { type DeviceLimits, formatCapability, readLimits, readMemoryInfo } from './device-limits.js';
import { CUDA_ERROR, CudaDriver, DYNAMIC_SHARED_BYTES, type Handle } from './driver.js';
import { CONSTANTS, type CudaKernels, KERNELS } from './kernels.generated.js';
import type { ProductPlan } from './product-plan.js';
import type { RecurrentPlan } from './recurrent-plan.js';

/** Compute capabilities that the kernels are compiled for, times ten; a newer GPU takes the last. None has an instruction of 9.0. */
export const CAPABILITIES = [75, 80] as const;

/** The kernels as PTX. The package ships them, and dist/ is as deep as src/, so one path serves both. */
const PTX = new URL('../../../src/backends/cuda/ptx/', import.meta.url);

/** Version of CUDA that the PTX needs of the driver: 12.1, whose drivers have version 530 or later. */
const WANTED_CUDA = 12_010;

/** Shared memory that a kernel may have without asking for more. */
const ORDINARY_SHARED_BYTES = 48 * 1024;

/**
 * Bytes of logits that the softmax keeps at once, or what fits the level-2 cache where that is larger. Every further chunk of rows
 * reads and writes the gradient of the weight once more, which costs more than logits that come from memory.
 */
const SMALLEST_LOGITS_BYTES = 32 << 20;

/** Blocks of a launch, in up to three dimensions. */
export type Grid = readonly [x: number, y?: number, z?: number];

/** What a launch may need besides its grid. */
export interface LaunchOptions {
  /** Threads of a block; `THREADS` by default. */
  readonly threads?: number;
  /** Bytes of shared memory of a block; none by default. */
  readonly sharedBytes?: number;
  /** All blocks are resident together. */
  readonly cooperative?: boolean;
}

interface Kernel {
  readonly handle: Handle;
  readonly write: (to: ArgumentMemory, at: number, argument: never) => void;
  /** Dynamic shared memory that it was granted. */
  sharedBytes: number;
}

/** Launches that were recorded and are started together. */
export interface Graph {
  readonly handle: Handle;
  readonly launches: number;
}

/** Counts of what a device was asked for. */
export interface Work {
  /** Kernels, and copies and fills within the device, that were launched one by one. */
  launches: number;
  /** Graphs, and the launches in them. */
  graphs: number;
  graphLaunches: number;
  /** Copies to the device. */
  uploads: number;
  /** Copies from the device. */
  downloads: number;
  /** Times that the process stood still until the device was done. */
  waits: number;
}

/** The device that computes. */
export class CudaDevice {
  private readonly kernels = new Map<keyof CudaKernels, Kernel>();
  /** Work so far, for tests and benchmarks. */
  readonly work: Work = { launches: 0, graphs: 0, graphLaunches: 0, uploads: 0, downloads: 0, waits: 0 };
  /** How every product is divided, instead of by its sizes; for tests and for tuning. */
  productPlan: ProductPlan | null = null;
  /** Bytes of logits that the softmax keeps at once. */
  logitsBytes: number;
  /** How recurrent layers are launched instead of as planned; for tests and measurements. */
  recurrentPlan: RecurrentPlan | null = null;

  private constructor(
    readonly driver: CudaDriver,
    readonly limits: DeviceLimits,
    readonly stream: Handle,
    private readonly module: Handle,
    private readonly argument: ArgumentMemory,
  ) {
    this.logitsBytes = Math.max(limits.cacheBytes, SMALLEST_LOGITS_BYTES);
  }

  /**
   * Opens the first device. CUDA_VISIBLE_DEVICES says which that is; the driver reads it.
   *
   * @param library the driver's library; by default, where the system looks for it
   * @throws UserError('backend'), or Error when there is no driver, with the reason
   */
  static async open(library: string | undefined): Promise<CudaDevice> {
    const driver = await loadDriver(library);
    const device = driver.get<number>('device', 0);
    driver.call('useContext', driver.get<Handle>('retainContext', device));
    const limits = readLimits(driver, device);
    const target = CAPABILITIES.findLast((capability) => capability <= limits.capability);
    if (target === undefined) {
      throw new Error(
        `the GPU ${limits.name} is too old: it has compute capability ${formatCapability(limits.capability)}, and 7.5 (Turing, 2018) or later is needed`,
      );
    }
    // The driver compiles it for this very GPU, and keeps the result in its own cache.
    const ptx = await readFile(new URL(`sm_${target}.ptx`, PTX));
    const module = driver.get<Handle>('loadModule', Buffer.concat([ptx, Buffer.from([0])]));
    const stream = driver.get<Handle>('createStream', NON_BLOCKING);
    return new CudaDevice(driver, limits, stream, module, await ArgumentMemory.make());
  }

  /** Starts a kernel; it runs after everything that was started before. */
  launch<K extends keyof CudaKernels>(
    name: K,
    argument: CudaKernels[K],
    [x, y = 1, z = 1]: Grid,
    { threads = CONSTANTS.THREADS, sharedBytes = 0, cooperative = false }: LaunchOptions = {},
  ): void {
    if (x === 0 || y === 0 || z === 0) return;
    const kernel = this.kernel(name);
    if (sharedBytes > Math.max(ORDINARY_SHARED_BYTES, kernel.sharedBytes)) {
      this.driver.call('setFunctionAttribute', kernel.handle, DYNAMIC_SHARED_BYTES, sharedBytes);
      kernel.sharedBytes = sharedBytes;
    }
    kernel.write(this.argument, 0, argument as never);
    const { driver, stream } = this;
    const { pointers } = this.argument;
    if (cooperative) {
      driver.call('launchCooperative', kernel.handle, x, y, z, threads, 1, 1, sharedBytes, stream, pointers);
    } else {
      driver.call('launch', kernel.handle, x, y, z, threads, 1, 1, sharedBytes, stream, pointers, null);
    }
    this.work.launches++;
  }

  /**
   * Records what `start` launches, instead of launching it. Meanwhile nothing may wait for the device.
   *
   * @throws the error of `start`; the recording is thrown away then
   */
  record(start: () => void): Graph {
    const { driver, stream, work } = this;
    const before = work.launches;
    const recorded: [Handle] = [null];
    driver.call('beginCapture', stream, RELAXED_CAPTURE);
    try {
      start();
    } catch (error) {
      driver.attempt('endCapture', stream, recorded);
      if (recorded[0]) driver.attempt('destroyGraph', recorded[0]);
      throw error;
    }
    const launches = work.launches - before;
    work.launches = before;
    driver.call('endCapture', stream, recorded);
    try {
      return { handle: driver.get<Handle>('instantiateGraph', recorded[0], 0), launches };
    } finally {
      driver.attempt('destroyGraph', recorded[0]);
    }
  }

  /** Starts what was recorded, after everything that was started before. */
  launchGraph({ handle, launches }: Graph): void {
    this.driver.call('launchGraph', handle, this.stream);
    this.work.graphs++;
    this.work.graphLaunches += launches;
  }

  /** Frees a graph; it may still be running. */
  destroyGraph({ handle }: Graph): void {
    this.driver.attempt('destroyExecutable', handle);
  }

  /** Returns how many blocks of a kernel can be resident together. */
  residentBlocks(name: keyof CudaKernels, threads: number, sharedBytes: number): number {
    const { handle } = this.kernel(name);
    if (sharedBytes > ORDINARY_SHARED_BYTES) {
      this.driver.call('setFunctionAttribute', handle, DYNAMIC_SHARED_BYTES, sharedBytes);
    }
    const perProcessor = this.driver.get<number>('blocksPerProcessor', handle, threads, sharedBytes);
    return perProcessor * this.limits.processors;
  }

  /** Returns how much memory the device has, and how much of it no process uses. */
  memoryInfo(): { readonly freeBytes: number; readonly totalBytes: number } {
    return readMemoryInfo(this.driver);
  }

  /** Gets memory from the driver. Returns its address; null when there is not enough. */
  allocate(bytes: number): number | null {
    const result: [number | bigint | null] = [null];
    const code = this.driver.attempt('allocate', result, bytes);
    if (code === CUDA_ERROR.outOfMemory) return null;
    if (code !== 0) throw this.driver.failure(code, 'allocate');
    return Number(result[0]);
  }

  /** Gives memory back to the driver. */
  free(address: number): void {
    // An error is that of a kernel which failed before, and the memory is lost with the device.
    this.driver.attempt('free', address);
  }

  /** Copies bytes from one place on the device to another. */
  copy(to: number, from: number, bytes: number): void {
    this.driver.call('copy', to, from, bytes, this.stream);
    this.work.launches++;
  }

  /** Fills words of four bytes. */
  fill(at: number, word: number, words: number): void {
    this.driver.call('fill', at, word, words, this.stream);
    this.work.launches++;
  }

  /** Copies from memory of the machine. It must not change before the copy is done; ordinary memory may, once this returns. */
  upload(to: number, from: unknown, bytes: number): void {
    this.driver.call('upload', to, from, bytes, this.stream);
    this.work.uploads++;
  }

  /** Copies to memory of the machine, where the values are once the copy is done. */
  download(to: unknown, from: number, bytes: number): void {
    this.driver.call('download', to, from, bytes, this.stream);
    this.work.downloads++;
  }

  /** Waits until an event that was recorded has taken place. */
  waitFor(event: Handle): void {
    this.work.waits++;
    this.driver.call('waitForEvent', event);
  }

  /** Waits until everything that was started is done. */
  wait(): void {
    this.work.waits++;
    this.driver.call('waitForStream', this.stream);
  }

  private kernel(name: keyof CudaKernels): Kernel {
    const known = this.kernels.get(name);
    if (known) return known;
    const { symbol, write } = KERNELS[name];
    const handle = this.driver.get<Handle>('function', this.module, symbol);
    const kernel: Kernel = { handle, write, sharedBytes: 0 };
    this.kernels.set(name, kernel);
    return kernel;
  }
}

/** `CU_STREAM_CAPTURE_MODE_RELAXED`: memory may be allocated meanwhile. */
const RELAXED_CAPTURE = 2;

/** `CU_STREAM_NON_BLOCKING`. */
const NON_BLOCKING = 1;

async function loadDriver(library: string | undefined): Promise<CudaDriver> {
  const driver = await CudaDriver.load(library);
  const version = driver.get<number>('driverVersion');
  if (version >= WANTED_CUDA) return driver;
  throw new Error(
    `the NVIDIA driver is too old: it supports CUDA ${cudaVersion(version)}, and ${cudaVersion(WANTED_CUDA)} is needed; install version 530 or later`,
  );
}

/** Renders a version as the driver numbers it: 12010 → "12.1". */
function cudaVersion(version: number): string {
  return `${Math.floor(version / 1000)}.${Math.floor((version % 1000) / 10)}`;
}
