/** The emulated driver with any kernels, called as a program would: for tests of the emulator and of single kernels. */
import koffi, { type LibraryHandle } from 'koffi';
import { CudaDriver, type Handle } from '../../../src/backends/cuda/driver.js';

/** Settings of the emulator: each is the end of a variable ZLM_EMULATOR_…. */
export type EmulatorSettings = Readonly<Record<string, string | number>>;

/** An address on the device. */
export interface Address {
  readonly address: number;
}

/** The argument of a kernel whose struct has addresses first and then 32-bit integers. */
export type Argument = readonly (Address | number)[];

/** Shape of a launch; one block of 32 threads by default. */
export interface LaunchShape {
  readonly blocks?: number;
  readonly threads?: number;
  readonly sharedBytes?: number;
  readonly cooperative?: boolean;
}

const RELAXED_CAPTURE = 2;

/** A device, fresh with each `open`. */
export class EmulatedGpu {
  private constructor(
    readonly driver: CudaDriver,
    readonly stream: Handle,
    private readonly module: Handle,
    private readonly library: LibraryHandle,
  ) {}

  /** Opens the driver with settings that stay in the environment of this process. */
  static async open(path: string, settings: EmulatorSettings = {}): Promise<EmulatedGpu> {
    for (const name of Object.keys(process.env)) {
      if (name.startsWith('ZLM_EMULATOR_')) delete process.env[name];
    }
    for (const [name, value] of Object.entries(settings)) process.env[`ZLM_EMULATOR_${name}`] = String(value);
    const driver = await CudaDriver.load(path);
    const stream = driver.get<Handle>('createStream', 1);
    return new EmulatedGpu(
      driver,
      stream,
      driver.get<Handle>('loadModule', Buffer.from('PTX\0')),
      koffi.load(path),
    );
  }

  /** Calls a function of the driver that the product does not bind. Returns its error code. */
  native(declaration: string, ...values: unknown[]): number {
    return this.library.func(declaration)(...values);
  }

  /** Allocates memory for `length` numbers, their content as the emulator leaves it. */
  allocate(length: number): Address {
    return { address: Number(this.driver.get<number | bigint>('allocate', 4 * length)) };
  }

  upload(values: Float32Array | Uint32Array): Address {
    const to = this.allocate(values.length);
    this.driver.call('upload', to.address, values, values.byteLength, this.stream);
    return to;
  }

  zeros(length: number): Address {
    return this.upload(new Uint32Array(length));
  }

  floats({ address }: Address, length: number): number[] {
    const values = new Float32Array(length);
    this.driver.call('download', values, address, values.byteLength, this.stream);
    return [...values];
  }

  words({ address }: Address, length: number): number[] {
    const values = new Uint32Array(length);
    this.driver.call('download', values, address, values.byteLength, this.stream);
    return [...values];
  }

  launch(
    name: string,
    argument: Argument,
    { blocks = 1, threads = 32, sharedBytes = 0, cooperative = false }: LaunchShape = {},
  ): void {
    const kernel = this.driver.get<Handle>('function', this.module, name);
    const memory = Buffer.alloc(128);
    let at = 0;
    for (const value of argument) {
      if (typeof value === 'number') at = memory.writeInt32LE(value, at);
      else at = memory.writeBigUInt64LE(BigInt(value.address), at);
    }
    const pointers = new BigUint64Array([koffi.address(memory)]);
    const shape = [blocks, 1, 1, threads, 1, 1, sharedBytes, this.stream, pointers];
    if (cooperative) this.driver.call('launchCooperative', kernel, ...shape);
    else this.driver.call('launch', kernel, ...shape, null);
  }

  /** Launches a kernel, waits for it, and returns the message of its failure. */
  failureOf(name: string, argument: Argument, shape?: LaunchShape): string {
    try {
      this.launch(name, argument, shape);
      this.driver.call('waitForStream', this.stream);
    } catch (error) {
      return (error as Error).message;
    }
    throw new Error(`${name} did not fail`);
  }

  /** Captures what `work` starts as a graph. Returns a function that starts it again. */
  capture(work: () => void): () => void {
    this.native('int cuStreamBeginCapture_v2(void *stream, int mode)', this.stream, RELAXED_CAPTURE);
    work();
    const [graph, executable]: [[unknown], [unknown]] = [[null], [null]];
    this.native('int cuStreamEndCapture(void *stream, _Out_ void **graph)', this.stream, graph);
    this.native(
      'int cuGraphInstantiateWithFlags(_Out_ void **executable, void *graph, unsigned long long flags)',
      executable,
      graph[0],
      0,
    );
    return () => {
      this.native('int cuGraphLaunch(void *executable, void *stream)', executable[0], this.stream);
    };
  }
}
