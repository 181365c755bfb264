/**
 * tfjs's WebGPU backend with kernels of ours. Those are recorded in its command encoder, in order with tfjs's own dispatches, on
 * the buffers of its tensors. Values are read asynchronously only, and a read fails if any command before it did.
 */
import type { backend_util, DataType, TensorInfo } from '@tensorflow/tfjs';
import { UserError } from '../../errors.js';
import { KernelScope } from '../kernel-scope.js';
import { sizeOf } from '../strides.js';
import type { OpenDevice } from './device.js';
import {
  type KernelBuffers,
  type KernelConstants,
  KernelLauncher,
  type Launch,
  type Workgroups,
} from './kernel-launch.js';
import type { KernelName, WebgpuKernels } from './kernels.generated.js';
import type { BufferManager, TfjsWebgpuBackend, TfjsWebgpuBackendClass } from './tfjs-binding.js';

/** A tensor that a kernel has made, and where its values are. */
export interface Allocated {
  readonly info: TensorInfo;
  readonly buffer: GPUBuffer;
}

/** The backend that kernels get. */
export interface WebgpuBackend extends TfjsWebgpuBackend {
  readonly opened: OpenDevice;
  readonly launcher: KernelLauncher;
  /** The most bytes of logits that the softmax has in memory at once; those of one row if that is more. */
  logitsBytes: number;
  /** Runs a kernel. Takes back what it borrowed; disposes the tensors that it has made and shared if it fails. */
  runKernel<T>(kernel: () => T): T;
  /** Returns the buffer of a tensor's values, which are copied to the device if they are not there. */
  buffer(tensor: TensorInfo): GPUBuffer;
  /**
   * Makes a tensor of undefined content on the device.
   *
   * @throws UserError('backend') for one that is too large for the device
   */
  allocate(shape: readonly number[], dtype?: DataType): Allocated;
  /**
   * Borrows a buffer of undefined content until the running kernel function returns.
   *
   * @param length in numbers of four bytes
   */
  borrow(length: number): GPUBuffer;
  /** Makes another tensor of the same data. */
  share(tensor: TensorInfo, shape: readonly number[]): TensorInfo;
  /** Copies a tensor. */
  copy(tensor: TensorInfo): Allocated;
  /** Copies consecutive elements of a tensor to one of another shape. */
  copyPart(tensor: TensorInfo, first: number, shape: readonly number[]): Allocated;
  /**
   * Returns a tensor of the same values to be updated in place: the tensor's own buffer, or a copy where another tensor shares it.
   */
  forUpdate(tensor: TensorInfo): Allocated;
  /** Fills a buffer with zeros. */
  clear(buffer: GPUBuffer): void;
  /** Makes a kernel ready for some buffers, to be dispatched many times. */
  prepare<N extends KernelName>(
    name: N,
    buffers: KernelBuffers<N>,
    constants?: KernelConstants<N>,
  ): Launch<N>;
  /** Dispatches a kernel once. */
  run<N extends KernelName>(
    name: N,
    buffers: KernelBuffers<N>,
    uniforms: WebgpuKernels[N]['uniforms'],
    workgroups: Workgroups,
    constants?: KernelConstants<N>,
  ): void;
  /**
   * Returns workgroups that are at least so many: in one row if the device permits that, otherwise in several. A kernel finds its
   * number as `group.y * groups.x + group.x`, and the last ones may have nothing to do.
   */
  spread(count: number): Workgroups;
}

/** Enough for all logits of a window of the paper's large model, so that its backward pass does not compute them again. */
const LOGITS_BYTES = 2 ** 25;

/** Makes the backend. */
export function makeWebgpuBackend(BackendClass: TfjsWebgpuBackendClass, opened: OpenDevice): WebgpuBackend {
  class WithOwnKernels extends BackendClass implements WebgpuBackend {
    readonly launcher: KernelLauncher;
    logitsBytes = LOGITS_BYTES;
    private readonly scope = new KernelScope<GPUBuffer>(
      (dataId) => this.disposeData(dataId),
      (buffer) => this.bufferManager.releaseBuffer(buffer),
    );
    /** The pass and the number of its dispatches after the last of ours. */
    private lastPass: GPUComputePassEncoder | null = null;
    private lastCount = 0;

    constructor(readonly opened: OpenDevice) {
      super(opened.device, opened.info);
      padBuffers(this.bufferManager);
      this.launcher = new KernelLauncher(opened.device, {
        pass: () => this.ownPass(),
        submit: () => this.submitRecorded(),
      });
    }

    runKernel<T>(kernel: () => T): T {
      return this.scope.run(kernel);
    }

    buffer({ dataId }: TensorInfo): GPUBuffer {
      this.uploadToGPU(dataId);
      return this.tensorMap.get(dataId).resource as GPUBuffer;
    }

    allocate(shape: readonly number[], dtype: DataType = 'float32'): Allocated {
      const info = this.scope.recordMade(this.makeTensorInfo([...shape], dtype));
      return { info, buffer: this.buffer(info) };
    }

    borrow(length: number): GPUBuffer {
      this.checkSize(4 * length);
      const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
      return this.scope.lend(this.bufferManager.acquireBuffer(4 * length, usage));
    }

    share({ dataId, dtype }: TensorInfo, shape: readonly number[]): TensorInfo {
      this.incRef(dataId);
      return this.scope.recordMade({ dataId, shape: [...shape], dtype });
    }

    copy(tensor: TensorInfo): Allocated {
      return this.copyPart(tensor, 0, tensor.shape);
    }

    copyPart(tensor: TensorInfo, first: number, shape: readonly number[]): Allocated {
      const out = this.allocate(shape, tensor.dtype);
      const from = this.buffer(tensor);
      this.copyEncoder().copyBufferToBuffer(from, 4 * first, out.buffer, 0, 4 * sizeOf(shape));
      return out;
    }

    forUpdate(tensor: TensorInfo): Allocated {
      const data = this.tensorMap.get(tensor.dataId);
      if (data.refCount > 1) return this.copy(tensor);
      const buffer = this.buffer(tensor);
      data.values = null;
      return { info: this.share(tensor, tensor.shape), buffer };
    }

    clear(buffer: GPUBuffer): void {
      this.copyEncoder().clearBuffer(buffer);
    }

    prepare<N extends KernelName>(
      name: N,
      buffers: KernelBuffers<N>,
      constants?: KernelConstants<N>,
    ): Launch<N> {
      return this.launcher.prepare(name, buffers, constants);
    }

    run<N extends KernelName>(
      name: N,
      buffers: KernelBuffers<N>,
      uniforms: WebgpuKernels[N]['uniforms'],
      workgroups: Workgroups,
      constants?: KernelConstants<N>,
    ): void {
      this.prepare(name, buffers, constants).dispatch(uniforms, workgroups);
    }

    spread(count: number): Workgroups {
      const most = this.opened.limits.maxComputeWorkgroupsPerDimension;
      return count <= most ? [count] : [most, Math.ceil(count / most)];
    }

    override uploadToGPU(dataId: object): void {
      const { resource, shape } = this.tensorMap.get(dataId);
      if (resource) return;
      this.checkSize(4 * sizeOf(shape));
      super.uploadToGPU(dataId);
    }

    /**
     * Frees a tensor's buffer at once, where tfjs waits until the commands that use it are submitted: later commands run after
     * them, and nothing else writes to buffers of tensors.
     */
    override disposeData(dataId: object, force?: boolean): boolean {
      this.commandQueueOwnedIds.delete(dataId);
      return super.disposeData(dataId, force);
    }

    override submitQueue(): void {
      this.launcher.flush();
      super.submitQueue();
    }

    /**
     * Reads values. Unlike tfjs's, this keeps no copy on the machine: an update in place may have changed the values by the time
     * that the copy is here.
     */
    override async read(dataId: object): Promise<backend_util.BackendValues> {
      this.opened.errors.throwIfFailed();
      const { values, resource, dtype, shape } = this.tensorMap.get(dataId);
      if (values || !resource || dtype === 'complex64' || dtype === 'string') return super.read(dataId);
      const bytes = 4 * sizeOf(shape);
      const staging = this.bufferManager.acquireBuffer(
        resource.size,
        GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ,
      );
      this.copyEncoder().copyBufferToBuffer(resource, 0, staging, 0, bytes);
      this.submitQueue();
      const mapped = staging.mapAsync(GPUMapMode.READ, 0, bytes).catch((error: unknown) => {
        // An error before it, such as one of validation, says more.
        throw this.opened.errors.onFailedWait(error);
      });
      await Promise.allSettled([mapped, this.opened.errors.check()]);
      this.opened.errors.throwIfFailed();
      await mapped;
      const copied = staging.getMappedRange(0, bytes).slice(0);
      staging.unmap();
      this.bufferManager.releaseBuffer(staging);
      if (dtype === 'float32') return new Float32Array(copied);
      return dtype === 'bool' ? Uint8Array.from(new Int32Array(copied)) : new Int32Array(copied);
    }

    override readSync(dataId: object): backend_util.BackendValues {
      const { values, dtype } = this.tensorMap.get(dataId);
      if (values || dtype === 'string') return super.readSync(dataId);
      throw new Error('The webgpu backend reads values asynchronously only: await tensor.data()');
    }

    private checkSize(bytes: number): void {
      const { maxStorageBufferBindingSize, maxBufferSize } = this.opened.limits;
      const most = Math.min(maxStorageBufferBindingSize, maxBufferSize);
      if (bytes <= most) return;
      const [need, limit] = [bytes, most].map((size) => `${(size / 2 ** 20).toFixed(0)} MiB`);
      throw new UserError('backend', `A tensor needs ${need}, but this GPU permits ${limit} in one piece`, [
        'Lower training.batchSize or training.bptt, or take another backend: `--backend native`.',
      ]);
    }

    private ownPass(): { encoder: GPUComputePassEncoder; isSame: boolean } {
      this.ensureCommandEncoderReady();
      this.computePassEncoder ??= (this.commandEncoder as GPUCommandEncoder).beginComputePass();
      const encoder = this.computePassEncoder;
      const isSame = encoder === this.lastPass && this.dispatchCountInPass === this.lastCount;
      this.lastPass = encoder;
      this.lastCount = ++this.dispatchCountInPass;
      return { encoder, isSame };
    }

    /** Returns the encoder for a copy, which cannot be in a compute pass. */
    private copyEncoder(): GPUCommandEncoder {
      this.ensureCommandEncoderReady();
      this.endComputePassEncoder();
      return this.commandEncoder as GPUCommandEncoder;
    }

    private submitRecorded(): void {
      this.copyEncoder();
      this.submitQueue();
    }
  }
  return withNavigator(opened.gpu, () => new WithOwnKernels(opened));
}

/** Makes all buffers whole vectors of four numbers, and at least one: kernels read vectors, and nothing of no length can be bound. */
function padBuffers(manager: BufferManager): void {
  const acquire = manager.acquireBuffer.bind(manager);
  manager.acquireBuffer = (size, ...rest) => acquire(16 * Math.max(1, Math.ceil(size / 16)), ...rest);
}

/** Runs a function while `navigator.gpu` is there, as in a browser: tfjs's constructor asks for it. */
function withNavigator<T>(gpu: GPU, run: () => T): T {
  const own = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
  Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true });
  try {
    return run();
  } finally {
    if (own) Object.defineProperty(globalThis, 'navigator', own);
    else Reflect.deleteProperty(globalThis, 'navigator');
  }
}
