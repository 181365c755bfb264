/**
 * A tfjs backend without values: its tensors have shapes and take part in tfjs's bookkeeping, but no memory, as on PyTorch's meta
 * device. Its kernels (`rehearsal-kernels.ts`) lend what the native kernels lend, from a pool of the same kind, so running a
 * training step on it tells in milliseconds what the step needs.
 */
import type { backend_util, DataType, TensorInfo } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import type { MemoryUse } from '../backend.js';
import { blockBytes, MemoryPool } from '../memory-pool.js';
import { sizeOf } from '../strides.js';
import { RecentSpares } from './row-sparse.js';

/** The memory of one tensor's values, which other tensors may share. */
interface Values {
  references: number;
  /** In the pool, on the machine, or in the pool and known to be zero outside of the rows of an embedding's gradient. */
  kind: 'lent' | 'host' | 'rows';
  readonly length: number;
  readonly bytes: number;
}

/** Blocks have no content here. */
const BLOCK = 0;

/** The tensors of a rehearsal, and the memory that they would take. */
export class RehearsalBackend extends tf.KernelBackend {
  private readonly pool = new MemoryPool<number>(() => BLOCK);
  private readonly values = new Map<object, Values>();
  private readonly spareRows = new RecentSpares<Values>();
  private hostBytes = 0;
  private mostHostBytes = 0;
  private scratchBytes = 0;
  private mostScratchBytes = 0;

  /** The most memory of each kind so far. */
  get memoryUse(): MemoryUse {
    const { lentBytes, heldBytes } = this.pool.peak;
    const { mostHostBytes: hostBytes, mostScratchBytes: scratchBytes } = this;
    return { lentBytes, heldBytes, capturedBytes: 0, hostBytes, scratchBytes };
  }

  /** Runs a kernel. What it borrows counts until it returns. */
  runKernel<T>(kernel: () => T): T {
    const outer = this.scratchBytes;
    try {
      return kernel();
    } finally {
      this.scratchBytes = outer;
    }
  }

  /** Counts memory that a C function allocates while it runs, in numbers of four bytes. */
  borrow(length: number): void {
    this.scratchBytes += 4 * length;
    this.mostScratchBytes = Math.max(this.mostScratchBytes, this.scratchBytes);
  }

  /** Makes a tensor as `NativeBackend.allocate` does. */
  allocate(shape: readonly number[]): TensorInfo {
    const bytes = blockBytes(sizeOf(shape));
    this.pool.lend(bytes);
    return this.tensorOf(shape, 'float32', { references: 1, kind: 'lent', length: sizeOf(shape), bytes });
  }

  /** Makes a tensor as `NativeBackend.allocateRows` does. */
  allocateRows(shape: readonly number[]): TensorInfo {
    const length = sizeOf(shape);
    const bytes = blockBytes(length);
    const spare = this.spareRows.take(length);
    if (!spare) this.pool.lend(bytes, true);
    return this.tensorOf(shape, 'float32', { references: 1, kind: 'rows', length, bytes });
  }

  /**
   * Makes a tensor whose values are an ordinary array, as those of tfjs's CPU kernels.
   *
   * @param bytes memory that the system gives for it
   */
  onHost(
    shape: readonly number[],
    dtype: DataType = 'float32',
    bytes = sizeOf(shape) * tf.util.bytesPerElement(dtype),
  ): TensorInfo {
    const length = sizeOf(shape);
    this.hostBytes += bytes;
    this.mostHostBytes = Math.max(this.mostHostBytes, this.hostBytes);
    return this.tensorOf(shape, dtype, { references: 1, kind: 'host', length, bytes });
  }

  /** Makes another tensor of the same values. */
  share({ dataId, dtype }: TensorInfo, shape: readonly number[]): TensorInfo {
    const values = this.of(dataId);
    values.references++;
    if (values.kind === 'rows') values.kind = 'lent';
    return { dataId, shape: [...shape], dtype };
  }

  /** Makes the tensor that a step in place returns: a copy where other tensors share the values, or no kernel has made them. */
  inPlace(tensor: TensorInfo): TensorInfo {
    const { references, kind } = this.of(tensor.dataId);
    const isAlone = references === 1 && kind !== 'host';
    return isAlone ? this.share(tensor, tensor.shape) : this.allocate(tensor.shape);
  }

  /** Counts nothing: what tfjs writes here are token ids, which are few, and zeros, for which the system gives no memory. */
  override write(_values: backend_util.BackendValues, shape: number[], dtype: DataType): object {
    return this.onHost(shape, dtype, 0).dataId;
  }

  override refCount(dataId: object): number {
    return this.values.get(dataId)?.references ?? 0;
  }

  override incRef(dataId: object): void {
    this.of(dataId).references++;
  }

  override numDataIds(): number {
    return this.values.size;
  }

  override disposeData(dataId: object, force = false): boolean {
    const values = this.values.get(dataId);
    if (!values) return true;
    values.references--;
    if (!force && values.references > 0) return false;
    this.values.delete(dataId);
    this.release(values);
    return true;
  }

  override memory() {
    return { unreliable: true };
  }

  override floatPrecision(): 16 | 32 {
    return 32;
  }

  override epsilon(): number {
    return 1e-7;
  }

  override dispose(): void {
    this.values.clear();
  }

  private release(values: Values): void {
    if (values.kind === 'host') {
      this.hostBytes -= values.bytes;
      return;
    }
    const unused = values.kind === 'rows' ? this.spareRows.add(values) : values;
    if (unused) this.pool.takeBack(BLOCK, unused.bytes);
  }

  private tensorOf(shape: readonly number[], dtype: DataType, values: Values): TensorInfo {
    const dataId = {};
    this.values.set(dataId, values);
    return { dataId, shape: [...shape], dtype };
  }

  private of(dataId: object): Values {
    const values = this.values.get(dataId);
    if (!values) throw new Error('The rehearsal does not know a tensor');
    return values;
  }
}
