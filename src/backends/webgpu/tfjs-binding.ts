/** The parts of tfjs's WebGPU backend that are used here. Some are private in its types; its version is pinned. */
import type { backend_util, DataType, KernelBackend, TensorInfo } from '@tensorflow/tfjs';

/** The data of one tensor, which other tensors of tfjs may share. */
export interface TensorData {
  readonly dtype: DataType;
  readonly shape: number[];
  /** On the machine: before they are uploaded, or read back. */
  values: backend_util.BackendValues | null | undefined;
  /** On the device. */
  resource?: GPUBuffer | null;
  refCount: number;
}

/** Lends buffers by size and usage, and keeps those that come back for later. */
export interface BufferManager {
  acquireBuffer(size: number, usage: number, mappedAtCreation?: boolean, reuse?: boolean): GPUBuffer;
  releaseBuffer(buffer: GPUBuffer): void;
}

/** The backend. */
export interface TfjsWebgpuBackend extends KernelBackend {
  readonly device: GPUDevice;
  readonly queue: GPUQueue;
  readonly bufferManager: BufferManager;
  readonly tensorMap: { get(dataId: object): TensorData; has(dataId: object): boolean };
  /** Tensors of commands that are not submitted; their buffers would be kept until then. */
  readonly commandQueueOwnedIds: WeakSet<object>;
  commandEncoder: GPUCommandEncoder | null;
  computePassEncoder: GPUComputePassEncoder | null;
  /** Dispatches since the last submit. */
  dispatchCountInPass: number;
  ensureCommandEncoderReady(): void;
  endComputePassEncoder(): void;
  /** Submits the commands so far; the compute pass must have ended. */
  submitQueue(): void;
  /** Makes the tensor's buffer, with its values if it has some. */
  uploadToGPU(dataId: object): void;
  /** Dispatches one of tfjs's own programs. */
  runWebGPUProgram(program: object, ...rest: unknown[]): TensorInfo;
  makeTensorInfo(shape: readonly number[], dtype: DataType): TensorInfo;
  incRef(dataId: object): void;
  disposeData(dataId: object, force?: boolean): boolean;
  read(dataId: object): Promise<backend_util.BackendValues>;
  readSync(dataId: object): backend_util.BackendValues;
}

export type TfjsWebgpuBackendClass = new (device: GPUDevice, info: object) => TfjsWebgpuBackend;

/** Loads the class of the backend, and registers its kernels with tfjs. */
export async function loadBackendClass(): Promise<TfjsWebgpuBackendClass> {
  const { WebGPUBackend } = await import('@tensorflow/tfjs-backend-webgpu');
  return WebGPUBackend as unknown as TfjsWebgpuBackendClass;
}
