/**
 * tfjs's own kernels where training spends time in them: plain products, element-wise operations, slices and sums, as in the
 * gradients of parameters that are used twice, penalties on activations, and layers composed of tfjs ops. A kernel leaves
 * tensors other than float32, and unusual shapes, to tfjs's CPU implementation.
 */
import type { TensorInfo } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import type { ProductAttributes } from '../../ops/products.js';
import { broadcastMatrices } from '../broadcast.js';
import { type ReductionAttributes, reductionOf } from '../reduction.js';
import { product } from './feed-forward-kernels.js';
import type { NativeBackend } from './native-backend.js';
import { type Kernel, onCpu } from './native-kernel.js';
import { wholeSum } from './optimizer-kernels.js';

/** The attributes of tfjs's own matrix product. */
type MatMulAttributes = Omit<ProductAttributes, 'precision'>;

/** Computes tfjs's matrix product. Batches of products and integers are left to tfjs's CPU kernel. */
export const matMul: Kernel<MatMulAttributes> = (inputs, attributes, backend) => {
  const { a, b } = inputs;
  if (a.shape.length !== 2 || b.shape.length !== 2 || a.dtype !== 'float32' || b.dtype !== 'float32') {
    return onCpu('BatchMatMul', inputs, attributes, backend);
  }
  return product(inputs, { ...attributes, precision: 'f32' }, backend);
};

/** Numbers of the operations of two tensors in `kernels/tensors.c`, by the names of tfjs's kernels. */
export const BINARY = { Add: 0, Sub: 1, Multiply: 2, RealDiv: 3 } as const;
/** Numbers of the functions of one tensor. */
export const UNARY = { Neg: 0, Square: 1, Tanh: 2 } as const;

/** Makes the kernel of an operation of two tensors, with broadcasting. */
export function binary(name: keyof typeof BINARY): Kernel<object> {
  return (inputs, attributes, backend) => {
    const { a, b } = inputs;
    const walk = areFloats(a, b) ? broadcastMatrices(a.shape, b.shape) : null;
    if (walk === null) return onCpu(name, inputs, attributes, backend);
    const out = backend.allocate(walk.shape);
    backend.functions.binary({
      operation: BINARY[name],
      rows: walk.rows,
      columns: walk.columns,
      out: out.values,
      a: { at: backend.floats(a), ...walk.a },
      b: { at: backend.floats(b), ...walk.b },
    });
    return out.info;
  };
}

/** Makes the kernel of a function of one tensor. */
export function unary(name: keyof typeof UNARY): Kernel<object> {
  return (inputs, attributes, backend) => {
    const { x } = inputs;
    if (!areFloats(x)) return onCpu(name, inputs, attributes, backend);
    const out = backend.allocate(x.shape);
    const values = { x: backend.floats(x), out: out.values };
    backend.functions.unary({ operation: UNARY[name], n: out.values.length, ...values });
    return out.info;
  };
}

/** The attributes of tfjs's padding with a constant. */
interface PadAttributes {
  /** Elements before and after, for each dimension. */
  readonly paddings: readonly (readonly [number, number])[];
  readonly constantValue: number;
}

/** Pads the first dimension, as in the gradient of a slice in time. */
export const pad: Kernel<PadAttributes> = (inputs, attributes, backend) => {
  const { x } = inputs;
  const [[before, after] = [0, 0], ...others] = attributes.paddings;
  if (!areFloats(x) || others.some(([left, right]) => left + right > 0)) {
    return onCpu('PadV2', inputs, attributes, backend);
  }
  const [size = 1, ...inner] = x.shape;
  const out = backend.allocate([before + size + after, ...inner]);
  const values = backend.floats(x);
  const start = before * (values.length / size);
  out.values.fill(attributes.constantValue, 0, start);
  out.values.set(values, start);
  out.values.fill(attributes.constantValue, start + values.length);
  return out.info;
};

function areFloats(...tensors: readonly TensorInfo[]): boolean {
  return tensors.every(({ dtype }) => dtype === 'float32');
}

/** The attributes of tfjs's slice. */
interface SliceAttributes {
  readonly begin: number | number[];
  readonly size: number | number[];
}

/**
 * Cuts a slice row by row. tfjs's CPU kernel looks up every single element when a slice is not one piece of memory, as in the
 * gradient of a concatenation of columns.
 */
export const slice: Kernel<SliceAttributes> = (inputs, attributes, backend) => {
  const { x } = inputs;
  const [begin, size] = tf.slice_util.parseSliceParams(x, attributes.begin, attributes.size);
  const isOnePiece = tf.slice_util.isSliceContinous(x.shape, begin, size);
  if (x.dtype !== 'float32' || isOnePiece) return onCpu('Slice', inputs, attributes, backend);
  tf.slice_util.assertParamsValid(x, begin, size);
  const out = backend.allocate(size);
  copyRuns(backend.floats(x), x.shape, begin, size, out.values);
  return out.info;
};

/** The attributes of tfjs's split. */
interface SplitAttributes {
  readonly numOrSizeSplits: number | number[];
  readonly axis: number;
}

/** Splits a tensor along one dimension, as slices. */
export const split: Kernel<SplitAttributes> = ({ x }, { numOrSizeSplits, axis }, backend) => {
  const [along] = tf.util.parseAxisParam(axis, x.shape);
  let from = 0;
  return tf.backend_util.prepareSplitSize(x, numOrSizeSplits, along).map((length) => {
    const begin = x.shape.map((_, dimension) => (dimension === along ? from : 0));
    const size = x.shape.map((whole, dimension) => (dimension === along ? length : whole));
    from += length;
    return slice({ x }, { begin, size }, backend) as TensorInfo;
  });
};

/** Copies the rows of the last dimension, in order. */
function copyRuns(
  values: Float32Array,
  shape: readonly number[],
  begin: readonly number[],
  size: readonly number[],
  out: Float32Array,
): void {
  const last = shape.length - 1;
  let written = 0;
  const copy = (dimension: number, row: number): void => {
    if (dimension === last) {
      const from = row * shape[last] + begin[last];
      out.set(values.subarray(from, from + size[last]), written);
      written += size[last];
      return;
    }
    for (let i = 0; i < size[dimension]; i++) {
      copy(dimension + 1, row * shape[dimension] + begin[dimension] + i);
    }
  };
  copy(0, 0);
}

/** A tensor as a matrix that is summed over its rows, its columns, or both. */
interface MatrixSum {
  readonly shape: number[];
  readonly rows: number;
  readonly columns: number;
  readonly summed: 'all' | 'rows' | 'columns';
  /** Number of elements of one sum. */
  readonly count: number;
}

/** Sums over all dimensions, the first ones or the last ones. */
export const sum: Kernel<ReductionAttributes> = (inputs, attributes, backend) => {
  const matrix = matrixSumOf(inputs.x, attributes);
  return matrix ? reduce(inputs.x, matrix, 1, backend) : onCpu('Sum', inputs, attributes, backend);
};

/** Averages over all dimensions, the first ones or the last ones. */
export const mean: Kernel<ReductionAttributes> = (inputs, attributes, backend) => {
  const matrix = matrixSumOf(inputs.x, attributes);
  if (!matrix) return onCpu('Mean', inputs, attributes, backend);
  return reduce(inputs.x, matrix, 1 / matrix.count, backend);
};

/** Returns null when the tensor is empty or the summed dimensions are neither the first nor the last ones. */
function matrixSumOf(x: TensorInfo, attributes: ReductionAttributes): MatrixSum | null {
  if (x.dtype !== 'float32' || x.shape.includes(0)) return null;
  const { shape, runs, count } = reductionOf(x.shape, attributes);
  if (runs.length > 2) return null;
  const [first = { size: 1, isReduced: true }, second] = runs;
  const [rows, columns] = [first.size, second?.size ?? 1];
  if (first.isReduced) return { shape, rows, columns, count, summed: second ? 'rows' : 'all' };
  return { shape, rows, columns, count, summed: 'columns' };
}

function reduce(
  x: TensorInfo,
  { shape, rows, columns, summed }: MatrixSum,
  factor: number,
  backend: NativeBackend,
): TensorInfo {
  const values = backend.floats(x);
  const out = backend.allocate(shape);
  if (summed === 'all') {
    out.values[0] = factor * wholeSum(backend, 'sum', values);
    return out.info;
  }
  const sums = summed === 'rows' ? backend.functions.columnSums : backend.functions.rowSums;
  sums({ rows, columns, x: values, out: out.values });
  const n = out.values.length;
  if (factor !== 1) backend.functions.scaledCopy({ n, x: out.values, factor, out: out.values });
  return out.info;
}
