/**
 * A tfjs backend whose tensors live in plain typed arrays, as those of tfjs's CPU backend, whose kernels all work on it.
 * Arrays that the hot kernels write to are lent from a store and come back when their tensor is disposed.
 */
import type { backend_util, DataType, TensorInfo } from '@tensorflow/tfjs';
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import { ArrayStore } from './array-store.js';
import type { NativeFunctions } from './library.js';
import { RowSparseArrays, type TouchedRows } from './row-sparse.js';

export class NativeBackend extends MathBackendCPU {
  private readonly store = new ArrayStore();
  private readonly rowSparse = new RowSparseArrays(this.store);
  /** What the kernel that is running has made and shared. */
  private made: TensorInfo[] | null = null;

  constructor(readonly functions: NativeFunctions) {
    super();
  }

  /** Runs a kernel. What it has made and shared is given back if it fails: nobody else would know of it. */
  runKernel<T>(kernel: () => T): T {
    const outer = this.made;
    const made: TensorInfo[] = [];
    this.made = made;
    try {
      return kernel();
    } catch (error) {
      for (const { dataId } of made) this.disposeData(dataId);
      throw error;
    } finally {
      this.made = outer;
    }
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

  /**
   * A new float32 tensor of undefined content.
   *
   * @throws UserError('backend') when there is no memory
   */
  allocate(shape: readonly number[]): { info: TensorInfo; values: Float32Array } {
    const length = shape.reduce((product, dimension) => product * dimension, 1);
    return this.tensorOf(shape, this.store.lend(length));
  }

  /**
   * A new float32 matrix of zeros, which its kernel will write to in the given rows alone.
   *
   * @throws UserError('backend') when there is no memory
   */
  allocateRows(rows: number, touched: TouchedRows): { info: TensorInfo; values: Float32Array } {
    const { width } = touched;
    return this.tensorOf([rows, width], this.rowSparse.lend(rows * width, touched));
  }

  /** The rows of a tensor that may be other than zero, where that is known. */
  touchedRows(tensor: TensorInfo): TouchedRows | undefined {
    return this.rowSparse.of(this.floats(tensor));
  }

  /** The same data under another tensor, for a kernel that works in place. */
  share(tensor: TensorInfo): TensorInfo {
    this.rowSparse.forget(this.floats(tensor));
    this.incRef(tensor.dataId as { id: number });
    return this.noted({ dataId: tensor.dataId, shape: tensor.shape, dtype: tensor.dtype });
  }

  /** Whether the values may be overwritten: they are the store's own, and no other tensor has them. */
  ownsAlone({ dataId }: TensorInfo): boolean {
    return this.refCount(dataId) === 1 && this.store.isLent(this.data.get(dataId).values);
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
    if (gone && this.store.isLent(values) && !this.rowSparse.takeBack(values)) this.store.takeBack(values);
    return gone;
  }

  private unlent<T extends backend_util.BackendValues>(values: T): T {
    return this.store.isLent(values) ? (values.slice() as Float32Array as T) : values;
  }

  private tensorOf(shape: readonly number[], values: Float32Array) {
    // Not by the overridden `write`, which copies what is lent.
    const dataId = super.write(values, [...shape], 'float32');
    return { info: this.noted({ dataId, shape: [...shape], dtype: 'float32' }), values };
  }

  private noted(info: TensorInfo): TensorInfo {
    this.made?.push(info);
    return info;
  }
}
