/**
 * A tfjs backend whose tensors live in plain typed arrays, as those of tfjs's CPU backend, whose kernels all work on it.
 * Arrays that the hot kernels write to are lent from a store and come back when their tensor is disposed: a window
 * needs the same sizes as the one before, and fresh memory would have to be faulted in page by page each time.
 */
import type { backend_util, DataType, TensorInfo } from '@tensorflow/tfjs';
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import type { NativeFunctions } from './library.js';
import { RowSparseArrays, type TouchedRows } from './row-sparse.js';

/** Spare arrays of one length that are kept; more go to the garbage collector. */
const MOST_SPARES = 8;

export class NativeBackend extends MathBackendCPU {
  /** Memory that is written to again once its tensor is gone. */
  private readonly lent = new Set<unknown>();
  private readonly spares = new Map<number, Float32Array[]>();
  private readonly rowSparse = new RowSparseArrays();

  constructor(readonly functions: NativeFunctions) {
    super();
  }

  /** The values of a float32 tensor, to be read, or written by the kernel that made it. */
  floats(tensor: TensorInfo): Float32Array {
    const { values } = this.data.get(tensor.dataId);
    // tfjs's cast to a wider type leaves the values as they are.
    return values instanceof Float32Array ? values : Float32Array.from(values as ArrayLike<number>);
  }

  /** The values of an int32 tensor. */
  ints(tensor: TensorInfo): Int32Array {
    const { values } = this.data.get(tensor.dataId);
    return values instanceof Int32Array ? values : Int32Array.from(values as ArrayLike<number>);
  }

  /** A new float32 tensor of undefined content. */
  allocate(shape: readonly number[]): { info: TensorInfo; values: Float32Array } {
    const length = shape.reduce((product, dimension) => product * dimension, 1);
    return this.lend(shape, this.spares.get(length)?.pop() ?? new Float32Array(length));
  }

  /** A new float32 matrix of zeros, which its kernel will write to in the given rows alone. */
  allocateRows(rows: number, touched: TouchedRows): { info: TensorInfo; values: Float32Array } {
    const { width } = touched;
    return this.lend([rows, width], this.rowSparse.lend(rows * width, touched));
  }

  /** The rows of a tensor that may be other than zero, where that is known. */
  touchedRows(tensor: TensorInfo): TouchedRows | undefined {
    return this.rowSparse.of(this.floats(tensor));
  }

  /** The same data under another tensor, for a kernel that works in place. */
  share(tensor: TensorInfo): TensorInfo {
    this.rowSparse.forget(this.floats(tensor));
    this.incRef(tensor.dataId as { id: number });
    return { dataId: tensor.dataId, shape: tensor.shape, dtype: tensor.dtype };
  }

  /** Whether the values may be overwritten: they are the store's own, and no other tensor has them. */
  ownsAlone({ dataId }: TensorInfo): boolean {
    return this.refCount(dataId) === 1 && this.isLent(this.data.get(dataId).values);
  }

  /** A copy of memory that will be lent again: tfjs's slices are views of the tensor that they are cut from. */
  override write(values: backend_util.BackendValues, shape: number[], dtype: DataType): object {
    return super.write(this.unlent(values), shape, dtype);
  }

  /** A copy where the array will be lent again: what was read must not change under its reader. */
  override readSync(dataId: object) {
    return this.unlent(super.readSync(dataId));
  }

  override disposeData(dataId: object, force = false): boolean {
    const values = this.data.has(dataId) ? this.data.get(dataId).values : undefined;
    const gone = super.disposeData(dataId, force);
    if (gone && this.isLent(values)) this.takeBack(values);
    return gone;
  }

  private isLent(values: unknown): values is Float32Array {
    return values instanceof Float32Array && this.lent.has(values.buffer);
  }

  private unlent<T extends backend_util.BackendValues>(values: T): T {
    return this.isLent(values) ? (values.slice() as Float32Array as T) : values;
  }

  private lend(shape: readonly number[], values: Float32Array): { info: TensorInfo; values: Float32Array } {
    const info = this.makeTensorInfo([...shape], 'float32' as DataType, values);
    this.lent.add(values.buffer);
    return { info, values };
  }

  private takeBack(values: Float32Array): void {
    this.lent.delete(values.buffer);
    if (this.rowSparse.takeBack(values)) return;
    const spares = this.spares.get(values.length) ?? [];
    if (spares.length < MOST_SPARES) spares.push(values);
    this.spares.set(values.length, spares);
  }
}
