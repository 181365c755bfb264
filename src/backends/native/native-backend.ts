/**
 * A tfjs backend whose tensors are plain typed arrays, as in tfjs's CPU backend, so all CPU kernels work on it. Arrays that the
 * native kernels write to are lent from a store and return to it when their tensor is disposed.
 */
import type { backend_util, DataType, TensorInfo } from '@tensorflow/tfjs';
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import { KernelScope } from '../kernel-scope.js';
import type { PoolPeak } from '../memory-pool.js';
import { ArrayStore, outOfMemory } from './array-store.js';
import type { Factors } from './factors.js';
import type { NativeFunctions } from './library.js';
import { RowSparseArrays, type TouchedRows } from './row-sparse.js';

/** The native backend's tensors, and the C functions for its kernels. */
export class NativeBackend extends MathBackendCPU {
  private readonly store = new ArrayStore();
  private readonly rowSparse = new RowSparseArrays(this.store);
  /** Tensors whose values are a product that nothing has computed yet. */
  private readonly factored = new WeakMap<object, Factors>();
  private readonly scope = new KernelScope((dataId) => this.disposeData(dataId));

  constructor(readonly functions: NativeFunctions) {
    super();
  }

  /** The most memory that results of kernels needed so far. */
  get memoryPeak(): PoolPeak {
    return this.store.peak;
  }

  /** Runs a kernel. Disposes the tensors that it has made and shared if it fails, since no one else knows them. */
  runKernel<T>(kernel: () => T): T {
    return this.scope.run(kernel);
  }

  /** Returns the values of a float32 tensor, to be read, or written by the kernel that made it. */
  floats(tensor: TensorInfo): Float32Array {
    const { values } = this.data.get(tensor.dataId);
    // tfjs's cast to a wider type keeps the array of the narrower one.
    return values instanceof Float32Array ? values : Float32Array.from(values as ArrayLike<number>);
  }

  /** Returns the values of an int32 tensor. */
  ints(tensor: TensorInfo): Int32Array {
    const { values } = this.data.get(tensor.dataId);
    return values instanceof Int32Array ? values : Int32Array.from(values as ArrayLike<number>);
  }

  /**
   * Makes a float32 tensor of undefined content.
   *
   * @throws UserError('backend') when memory runs out
   */
  allocate(shape: readonly number[]): { info: TensorInfo; values: Float32Array } {
    const length = shape.reduce((product, dimension) => product * dimension, 1);
    return this.tensorOf(shape, this.store.lend(length));
  }

  /**
   * Makes a float32 matrix of zeros, which its kernel writes only in the given rows.
   *
   * @throws UserError('backend') when memory runs out
   */
  allocateRows(rows: number, touched: TouchedRows): { info: TensorInfo; values: Float32Array } {
    const { width } = touched;
    return this.tensorOf([rows, width], this.rowSparse.lend(rows * width, touched));
  }

  /** Returns the rows of a tensor that may be other than zero, if they are known. */
  touchedRows(tensor: TensorInfo): TouchedRows | undefined {
    return this.rowSparse.of(this.floats(tensor));
  }

  /**
   * Makes a float32 matrix [height, width] that is a product of few rows. To any kernel it is an ordinary tensor: its values are
   * computed when they are read first.
   *
   * @returns the factors, which the caller writes
   * @throws UserError('backend') when memory runs out
   */
  allocateFactors(
    shape: readonly number[],
    rows: number,
  ): { readonly info: TensorInfo; readonly factors: Factors } {
    const [height, width] = shape;
    const factors = { rows, left: this.store.lend(rows * height), right: this.store.lend(rows * width) };
    const dataId = super.write(null as never, [...shape], 'float32');
    this.factored.set(dataId, factors);
    Object.defineProperty(this.data.get(dataId), 'values', {
      configurable: true,
      get: () => this.multiplied(dataId, height, width),
    });
    return { info: this.scope.recordMade({ dataId, shape: [...shape], dtype: 'float32' }), factors };
  }

  /** Returns the factors of a tensor whose values nothing has read. */
  factorsOf({ dataId }: TensorInfo): Factors | undefined {
    return this.factored.get(dataId);
  }

  /** Makes another tensor of the same data, for a kernel that works in place. */
  share(tensor: TensorInfo): TensorInfo {
    if (!this.factored.has(tensor.dataId)) this.rowSparse.forget(this.floats(tensor));
    this.incRef(tensor.dataId as { id: number });
    return this.scope.recordMade({ dataId: tensor.dataId, shape: tensor.shape, dtype: tensor.dtype });
  }

  /** Returns whether the values may be overwritten: the store owns them, and no other tensor shares them. */
  ownsAlone({ dataId }: TensorInfo): boolean {
    return this.refCount(dataId) === 1 && this.store.isLent(this.data.get(dataId).values);
  }

  /** Copies memory that will be reused: tfjs's slices are views of the tensor that they are cut from. */
  override write(values: backend_util.BackendValues, shape: number[], dtype: DataType): object {
    return super.write(this.copyIfLent(values), shape, dtype);
  }

  /** Reads values, as a copy if the array will be reused. */
  override readSync(dataId: object) {
    return this.copyIfLent(super.readSync(dataId));
  }

  override disposeData(dataId: object, force = false): boolean {
    const factors = this.factored.get(dataId);
    if (factors) {
      const gone = super.disposeData(dataId, force);
      if (gone) this.takeBackFactors(dataId, factors);
      return gone;
    }
    const values = this.data.has(dataId) ? this.data.get(dataId).values : undefined;
    const gone = super.disposeData(dataId, force);
    if (gone && this.store.isLent(values) && !this.rowSparse.takeBack(values)) this.store.takeBack(values);
    return gone;
  }

  /** Computes the values of a product, which is an ordinary tensor from then on. */
  private multiplied(dataId: object, height: number, width: number): Float32Array {
    const factors = this.factored.get(dataId);
    if (!factors) throw new Error('The tensor is not a product');
    const values = this.store.lend(height * width);
    const failed = this.functions.product({
      mixed: 0,
      m: height,
      n: width,
      k: factors.rows,
      a: { at: factors.left, row: 1, column: height },
      b: { at: factors.right, row: width, column: 1 },
      c: values,
    });
    if (failed) throw outOfMemory();
    Object.defineProperty(this.data.get(dataId), 'values', { value: values, writable: true });
    this.takeBackFactors(dataId, factors);
    return values;
  }

  private takeBackFactors(dataId: object, { left, right }: Factors): void {
    this.factored.delete(dataId);
    for (const array of [left, right]) this.store.takeBack(array as Float32Array<ArrayBuffer>);
  }

  private copyIfLent<T extends backend_util.BackendValues>(values: T): T {
    return this.store.isLent(values) ? (values.slice() as Float32Array as T) : values;
  }

  private tensorOf(shape: readonly number[], values: Float32Array) {
    // Not by the overridden `write`, which copies lent arrays.
    const dataId = super.write(values, [...shape], 'float32');
    return { info: this.scope.recordMade({ dataId, shape: [...shape], dtype: 'float32' }), values };
  }
}
