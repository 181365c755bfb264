/**
 * A tfjs backend whose tensors are in the memory of a GPU. A tensor is on the machine, on the device, or on both, and is copied
 * when someone reads it where it is not: kernels of the device take addresses, and tfjs's CPU kernels, which run every op without
 * a kernel here, take typed arrays. Each such copy waits for the device, so training must need none.
 */
import type { backend_util, DataType, Tensor, TensorInfo, Variable } from '@tensorflow/tfjs';
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import type { CapturedWork, CapturingBackend, StepNumbers, Varying } from '../../ops/capture.js';
import { KernelScope } from '../kernel-scope.js';
import { sizeOf } from '../strides.js';
import { captureWork } from './captured-step.js';
import type { CudaDevice } from './device.js';
import type { DeviceBlock } from './device-block.js';
import type { DeviceMemory } from './device-memory.js';
import type { CudaFactor } from './kernels.generated.js';
import { TensorValues } from './tensor-values.js';

/** A tensor that a kernel has made, and where its values are. */
export interface Allocated {
  readonly info: TensorInfo;
  /** On the device. */
  readonly address: number;
}

/** The tensors of a device. */
export class CudaBackend extends MathBackendCPU implements CapturingBackend {
  private readonly scope = new KernelScope<DeviceBlock>(
    (dataId) => this.disposeData(dataId),
    (block) => this.deviceMemory.takeBack(block),
  );
  /** How often each op ran on the CPU with copies; for `doctor` and `bench`. */
  readonly fallbacks = new Map<string, number>();

  constructor(
    readonly device: CudaDevice,
    private readonly deviceMemory: DeviceMemory,
    /** Whether training steps are captured. */
    public capturesWork = false,
  ) {
    super();
  }

  /** Runs a kernel. Takes back what it borrowed; disposes the tensors that it has made and shared if it fails. */
  runKernel<T>(kernel: () => T): T {
    return this.scope.run(kernel);
  }

  /** Returns the address of a tensor's values, which are copied to the device if they are not there. */
  address({ dataId }: TensorInfo): number {
    return this.valuesOf(dataId).onDevice();
  }

  /**
   * Makes a tensor of undefined content on the device.
   *
   * @throws UserError('backend') when the memory of the device is exhausted
   */
  allocate(shape: readonly number[], dtype: DataType = 'float32'): Allocated {
    const length = sizeOf(shape);
    const block = this.deviceMemory.lend(length);
    const dataId = super.write(null as never, [...shape], dtype);
    const values = TensorValues.onDevice(this.deviceMemory, dtype, length, block);
    this.data.set(dataId, values);
    return { info: this.scope.recordMade({ dataId, shape: [...shape], dtype }), address: block.address };
  }

  /**
   * Borrows memory on the device until the running kernel function returns.
   *
   * @param length in numbers of four bytes
   * @returns its address
   */
  borrow(length: number): number {
    return this.scope.lend(this.deviceMemory.lend(length)).address;
  }

  /** Makes another tensor of the same data. */
  share({ dataId, dtype }: TensorInfo, shape: readonly number[]): TensorInfo {
    this.incRef(dataId);
    return this.scope.recordMade({ dataId, shape: [...shape], dtype });
  }

  /**
   * Returns a tensor of the same values to be updated in place: the tensor's own memory, or a copy where another tensor shares
   * it.
   */
  forUpdate(tensor: TensorInfo): Allocated {
    const values = this.valuesOf(tensor.dataId);
    if (values.isRecorded) this.deviceMemory.recording?.refuse('a tensor that is updated was just made');
    if (values.refCount === 1) {
      const address = values.onDevice();
      values.forgetHost();
      return { info: this.share(tensor, tensor.shape), address };
    }
    this.deviceMemory.recording?.refuse('a tensor that is updated shares its memory');
    return this.copy(tensor);
  }

  /** Copies a float32 or int32 tensor. */
  copy(tensor: TensorInfo): Allocated {
    const out = this.allocate(tensor.shape, tensor.dtype);
    const bytes = sizeOf(tensor.shape) * 4;
    if (bytes > 0) this.device.copy(out.address, this.address(tensor), bytes);
    return out;
  }

  /** Makes a float32 or int32 tensor whose elements are all alike. */
  filled(shape: readonly number[], dtype: 'float32' | 'int32', value: number): Allocated {
    const out = this.allocate(shape, dtype);
    const [bits] = new Uint32Array((dtype === 'int32' ? Int32Array : Float32Array).of(value).buffer);
    const words = sizeOf(shape);
    if (words > 0) this.device.fill(out.address, bits, words);
    return out;
  }

  /**
   * Returns an operand of a kernel: a single number by value where the machine knows it, and otherwise the address of the values.
   */
  factor(tensor: TensorInfo): CudaFactor {
    const value = this.valuesOf(tensor.dataId).numberOnHost();
    return value === null ? { at: this.address(tensor), value: 0 } : { at: null, value };
  }

  /**
   * Returns a number that varies from step to step as kernels read it: by value, or its place where work is recorded.
   *
   * @param formula computes it from the numbers of any step
   */
  varying(value: number, formula: (now: StepNumbers) => number): CudaFactor {
    return this.deviceMemory.recording?.number(value, formula) ?? { at: null, value };
  }

  /** Returns a time step as kernels take it: by value, or counted from a clock where work is recorded. */
  timeStep(step: number): { readonly step: number; readonly clock: number | null } {
    const { recording } = this.deviceMemory;
    return recording
      ? { step: recording.sinceClock(step), clock: recording.clockAddress }
      : { step, clock: null };
  }

  capture(
    varying: Varying,
    variables: readonly Variable[],
    work: (tensors: Tensor[]) => Tensor[],
  ): CapturedWork | null {
    return captureWork(this, this.deviceMemory, varying, variables, work);
  }

  override write(values: backend_util.BackendValues, shape: number[], dtype: DataType): object {
    const dataId = super.write(values, shape, dtype);
    this.data.set(dataId, TensorValues.onHost(this.deviceMemory, dtype, sizeOf(shape), values));
    return dataId;
  }

  override move(
    dataId: object,
    values: backend_util.BackendValues,
    shape: number[],
    dtype: DataType,
    refCount: number,
  ): void {
    const moved = TensorValues.onHost(this.deviceMemory, dtype, sizeOf(shape), values);
    moved.refCount = refCount;
    this.data.set(dataId, moved);
  }

  override async read(dataId: object): Promise<backend_util.BackendValues> {
    return this.valuesOf(dataId).fetch();
  }

  override disposeData(dataId: object, force = false): boolean {
    const values = this.data.has(dataId) ? this.valuesOf(dataId) : null;
    const gone = super.disposeData(dataId, force);
    if (gone) values?.release();
    return gone;
  }

  private valuesOf(dataId: object): TensorValues {
    return this.data.get(dataId) as unknown as TensorValues;
  }
}
