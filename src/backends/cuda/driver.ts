/**
 * The CUDA driver API through koffi: the functions that the backend calls, and its error codes in words. Nothing else of
 * CUDA has to be installed; the library comes with the driver. Device addresses are numbers: the driver's lie below 2^53.
 */
import { platform } from 'node:os';
import { UserError } from '../../errors.js';

/** Declarations of the driver's functions, by the names that they have here. */
const DECLARATIONS = {
  init: 'int cuInit(unsigned int flags)',
  driverVersion: 'int cuDriverGetVersion(_Out_ int *version)',
  deviceCount: 'int cuDeviceGetCount(_Out_ int *count)',
  device: 'int cuDeviceGet(_Out_ int *device, int ordinal)',
  deviceName: 'int cuDeviceGetName(void *name, int length, int device)',
  attribute: 'int cuDeviceGetAttribute(_Out_ int *value, int attribute, int device)',
  retainContext: 'int cuDevicePrimaryCtxRetain(_Out_ void **context, int device)',
  useContext: 'int cuCtxSetCurrent(void *context)',
  memoryInfo: 'int cuMemGetInfo_v2(_Out_ size_t *free, _Out_ size_t *total)',
  createStream: 'int cuStreamCreate(_Out_ void **stream, unsigned int flags)',
  waitForStream: 'int cuStreamSynchronize(void *stream)',
  loadModule: 'int cuModuleLoadData(_Out_ void **module, const void *image)',
  function: 'int cuModuleGetFunction(_Out_ void **function, void *module, const char *name)',
  setFunctionAttribute: 'int cuFuncSetAttribute(void *function, int attribute, int value)',
  blocksPerProcessor:
    'int cuOccupancyMaxActiveBlocksPerMultiprocessor(_Out_ int *blocks, void *function, int threads, size_t shared)',
  allocate: 'int cuMemAlloc_v2(_Out_ uint64_t *address, size_t bytes)',
  free: 'int cuMemFree_v2(uint64_t address)',
  allocatePinned: 'int cuMemHostAlloc(_Out_ void **memory, size_t bytes, unsigned int flags)',
  upload: 'int cuMemcpyHtoDAsync_v2(uint64_t to, const void *from, size_t bytes, void *stream)',
  download: 'int cuMemcpyDtoHAsync_v2(void *to, uint64_t from, size_t bytes, void *stream)',
  copy: 'int cuMemcpyDtoDAsync_v2(uint64_t to, uint64_t from, size_t bytes, void *stream)',
  fill: 'int cuMemsetD32Async(uint64_t to, unsigned int value, size_t words, void *stream)',
  launch:
    'int cuLaunchKernel(void *kernel, unsigned int gx, unsigned int gy, unsigned int gz, unsigned int bx, unsigned int by, unsigned int bz, unsigned int shared, void *stream, void *arguments, void *extra)',
  launchCooperative:
    'int cuLaunchCooperativeKernel(void *kernel, unsigned int gx, unsigned int gy, unsigned int gz, unsigned int bx, unsigned int by, unsigned int bz, unsigned int shared, void *stream, void *arguments)',
  beginCapture: 'int cuStreamBeginCapture_v2(void *stream, int mode)',
  endCapture: 'int cuStreamEndCapture(void *stream, _Out_ void **graph)',
  instantiateGraph:
    'int cuGraphInstantiateWithFlags(_Out_ void **executable, void *graph, unsigned long long flags)',
  launchGraph: 'int cuGraphLaunch(void *executable, void *stream)',
  destroyGraph: 'int cuGraphDestroy(void *graph)',
  destroyExecutable: 'int cuGraphExecDestroy(void *executable)',
  createEvent: 'int cuEventCreate(_Out_ void **event, unsigned int flags)',
  recordEvent: 'int cuEventRecord(void *event, void *stream)',
  queryEvent: 'int cuEventQuery(void *event)',
  waitForEvent: 'int cuEventSynchronize(void *event)',
  elapsed: 'int cuEventElapsedTime(_Out_ float *milliseconds, void *from, void *to)',
  errorName: 'int cuGetErrorName(int error, _Out_ const char **name)',
  errorText: 'int cuGetErrorString(int error, _Out_ const char **text)',
} as const;

/** A pointer that the driver gave and that nothing here reads: a stream, a module, a kernel. */
export type Handle = unknown;

/** A driver function: its arguments as declared, its result an error code, 0 for success. */
type DriverFunction = (...values: unknown[]) => number;

/** Error codes that the backend treats by name (cuda.h, `CUresult`). */
export const CUDA_ERROR = {
  outOfMemory: 2,
  noDevice: 100,
  notReady: 600,
  notSupported: 801,
  /** What cannot be captured: `CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED` to `CUDA_ERROR_CAPTURED_EVENT`. */
  firstOfCapture: 900,
  lastOfCapture: 907,
} as const;

const MEMORY_CURES = [
  'Reduce training.batchSize, training.bptt or the widths of the model, or train in precision mixed.',
  'See which processes use the GPU: `nvidia-smi`.',
];

/** A lost device: the last checkpoint is on disk. */
const LOST_CURES = [
  'Continue from the last checkpoint: `zlm train --resume RUN`.',
  'If it happens again, test the GPU and its driver: `nvidia-smi -q`, `dmesg`.',
];

/** Attributes of a device (cuda.h, `CUdevice_attribute`). */
export const DEVICE_ATTRIBUTE = {
  processors: 16,
  cooperativeLaunch: 95,
  sharedMemoryPerBlock: 97,
  majorCapability: 75,
  minorCapability: 76,
  cacheBytes: 38,
} as const;

/** `CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES`. */
export const DYNAMIC_SHARED_BYTES = 8;

/** A call that the driver refused, in words. */
export class CudaError extends UserError {
  /**
   * @param code        its error code
   * @param call        the driver's function
   * @param description the driver's own text
   */
  constructor(
    readonly code: number,
    call: string,
    description: string,
  ) {
    const [reason, ...cures] = EXPLANATIONS[code] ?? ['the GPU failed', 'See what `zlm doctor` says of it.'];
    const said = `${call}: ${description} (CUDA error ${code})`;
    super('backend', `${sentence(reason)}\n  ${said}`, cures);
    this.reason = reason;
    this.details = said;
  }

  /** What is wrong, as a clause. */
  readonly reason: string;
  /** What the driver says. */
  readonly details: string;
}

/** Begins a clause with a capital letter, unless it begins with the name of a library. */
function sentence(clause: string): string {
  return clause.startsWith('lib') ? clause : `${clause.charAt(0).toUpperCase()}${clause.slice(1)}`;
}

/** What an error code means for a user, and what to do about it. A failed kernel leaves the GPU's context unusable. */
const EXPLANATIONS: Readonly<Record<number, readonly [string, ...string[]]>> = {
  [CUDA_ERROR.outOfMemory]: ['the memory of the GPU is exhausted', ...MEMORY_CURES],
  [CUDA_ERROR.noDevice]: ['there is no NVIDIA GPU here', 'Take another backend: `--backend auto`.'],
  34: [
    'libcuda is a stub for building programs, not the NVIDIA driver',
    'Install the driver, or remove the folder of stubs from LD_LIBRARY_PATH.',
  ],
  46: [
    'the GPU is in use by another process, exclusively',
    'Wait for it, or name another GPU with CUDA_VISIBLE_DEVICES.',
  ],
  214: ['the GPU reports a memory error that it cannot correct', ...LOST_CURES],
  700: ['a kernel on the GPU accessed memory that is not its own', ...LOST_CURES],
  702: ['the system stopped a kernel on the GPU that took too long', ...LOST_CURES],
  719: ['a kernel on the GPU failed', ...LOST_CURES],
  803: [
    'the NVIDIA driver has been updated, and its kernel module has not',
    'Restart the machine, or load the new kernel module.',
  ],
  999: ['the GPU or its driver failed', ...LOST_CURES],
};

/** Returns the error of an allocation that the device has too little memory for. */
export function outOfMemory(wantedBytes: number, freeBytes: number, totalBytes: number): UserError {
  const [wanted, free, total] = [wantedBytes, freeBytes, totalBytes].map(formatBytes);
  const message = `The memory of the GPU is exhausted: ${wanted} more are needed, and ${free} of ${total} are free`;
  return new UserError('backend', message, MEMORY_CURES);
}

/** Formats bytes as "1.50 GB", or "3.2 MB" below a gigabyte. */
function formatBytes(bytes: number): string {
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;
}

/** The loaded driver. */
export class CudaDriver {
  private constructor(
    private readonly functions: Readonly<Record<keyof typeof DECLARATIONS, DriverFunction>>,
  ) {}

  /**
   * Loads the driver's library and initializes it.
   *
   * @param path the library; by default, where the system looks for the one that the driver installs
   * @throws Error when it cannot be loaded; CudaError when there is no driver below it, or no device
   */
  static async load(path: string | undefined): Promise<CudaDriver> {
    const { default: koffi } = await import('koffi');
    const library = koffi.load(path ?? (platform() === 'win32' ? 'nvcuda.dll' : 'libcuda.so.1'));
    const bound = Object.entries(DECLARATIONS).map(([name, declaration]) => [
      name,
      library.func(declaration),
    ]);
    const driver = new CudaDriver(Object.fromEntries(bound));
    driver.call('init', 0);
    return driver;
  }

  /** @throws CudaError when the driver refuses the call */
  call(name: keyof typeof DECLARATIONS, ...values: unknown[]): void {
    const code = this.functions[name](...values);
    if (code !== 0) throw this.failure(code, name);
  }

  /** Calls a function and returns its error code, for those whose refusal is an answer. */
  attempt(name: keyof typeof DECLARATIONS, ...values: unknown[]): number {
    return this.functions[name](...values);
  }

  /** Calls a function whose first parameter is its result. */
  get<T>(name: keyof typeof DECLARATIONS, ...values: unknown[]): T {
    const result: [T | null] = [null];
    this.call(name, result, ...values);
    return result[0] as T;
  }

  /** Describes an error code. */
  failure(code: number, name: keyof typeof DECLARATIONS): CudaError {
    const text: [string | null] = [null];
    this.functions.errorText(code, text);
    const symbol = /int (\w+)\(/.exec(DECLARATIONS[name])?.[1] ?? name;
    return new CudaError(code, symbol, text[0] ?? 'unknown error');
  }
}
