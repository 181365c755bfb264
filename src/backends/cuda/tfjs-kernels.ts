/**
 * tfjs's own kernels where the training of some spec runs them in each window: penalties on activations, gradients of parameters
 * that are used twice, layers composed of tfjs's ops, topics. They take float32, and copies int32 as well; tensors of other
 * types are left to tfjs's CPU kernels.
 */
import type { DataType, TensorInfo } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import type { ProductAttributes } from '../../ops/products.js';
import { broadcastOf } from '../broadcast.js';
import { type ReductionAttributes, reductionOf } from '../reduction.js';
import { type Dimension, sizeOf, walkOf } from '../strides.js';
import type { CudaBackend } from './cuda-backend.js';
import { blocksOf, type Kernel, onCpu } from './cuda-kernel.js';
import { CONSTANTS, type CudaDimensions, type CudaOperand } from './kernels.generated.js';
import { dense, launchProduct, transposed } from './product-launch.js';
import { launchColumnSums, SUM_OPTIONS } from './sums.js';

const { SUM_PIECE } = CONSTANTS;

/** Numbers of the operations of two tensors in `kernels/tensors.cu`, by the names of tfjs's kernels. */
export const BINARY = { Add: 0, Sub: 1, Multiply: 2, RealDiv: 3 } as const;
/** Numbers of the functions of one tensor. */
export const UNARY = { Neg: 0, Square: 1, Sqrt: 2, Tanh: 3, Sigmoid: 4 } as const;

/** Makes the kernel of an operation of two tensors, with broadcasting. */
export function binary(name: keyof typeof BINARY): Kernel<object> {
  return (inputs, attributes, backend) => {
    const { a, b } = inputs;
    const broadcast = areFloats(a, b) ? broadcastOf(a.shape, b.shape) : null;
    if (broadcast === null) return onCpu(name, inputs, attributes, backend);
    const { shape, walk } = broadcast;
    const [left, right] = [a, b].map((x, i): CudaOperand => {
      return { ...backend.factor(x), stride: walk.map(({ strides }) => strides[i]) };
    });
    // Constants of the model: their result is one, too.
    if (left.at === null && right.at === null && sizeOf(shape) === 1) {
      return tf.getKernel(name, 'cpu').kernelFunc({ inputs, attrs: {}, backend });
    }
    const out = backend.allocate(shape);
    launchBinary(name, walk, left, right, out.address, backend);
    return out.info;
  };
}

/** Adds tensors of one shape. */
export const addN: Kernel<object> = (inputs, attributes, backend) => {
  const [first, ...others] = Object.values(inputs);
  if (!areFloats(first, ...others)) return onCpu('AddN', inputs, attributes, backend);
  const sum = backend.copy(first);
  const walk = walkOf([sizeOf(first.shape)], [1], [1]);
  const so = { at: sum.address, value: 0, stride: [1] };
  for (const other of others) {
    const next = { at: backend.address(other), value: 0, stride: [1] };
    launchBinary('Add', walk, so, next, sum.address, backend);
  }
  return sum.info;
};

function launchBinary(
  name: keyof typeof BINARY,
  walk: readonly Dimension[],
  a: CudaOperand,
  b: CudaOperand,
  out: number,
  { device }: CudaBackend,
): void {
  const dimensions = dimensionsOf(walk);
  const operation = BINARY[name];
  device.launch('binary', { operation, dimensions, a, b, out }, [blocksOf(dimensions.n)]);
}

/** Makes the kernel of a function of one tensor. */
export function unary(name: keyof typeof UNARY): Kernel<object> {
  return (inputs, attributes, backend) => {
    const { x } = inputs;
    if (!areFloats(x)) return onCpu(name, inputs, attributes, backend);
    const out = backend.allocate(x.shape);
    const n = sizeOf(x.shape);
    const argument = { function: UNARY[name], n, x: backend.address(x), out: out.address };
    backend.device.launch('unary', argument, [blocksOf(n)]);
    return out.info;
  };
}

/** Sums over any dimensions. */
export const sum: Kernel<ReductionAttributes> = (inputs, attributes, backend) => {
  const { x } = inputs;
  if (!areFloats(x) || x.shape.includes(0)) return onCpu('Sum', inputs, attributes, backend);
  return reduce(x, attributes, () => 1, backend);
};

/** Averages over any dimensions. */
export const mean: Kernel<ReductionAttributes> = (inputs, attributes, backend) => {
  const { x } = inputs;
  if (!areFloats(x) || x.shape.includes(0)) return onCpu('Mean', inputs, attributes, backend);
  return reduce(x, attributes, (count) => 1 / count, backend);
};

/** Sums, and multiplies by a factor of the number of elements in a sum. */
function reduce(
  x: TensorInfo,
  attributes: ReductionAttributes,
  factorOf: (count: number) => number,
  backend: CudaBackend,
): TensorInfo {
  const { shape, runs, count } = reductionOf(x.shape, attributes);
  // From the last dimensions to the first, so that those behind a sum are always kept ones.
  const summed = [...runs.keys()].filter((run) => runs[run].isReduced).reverse();
  if (summed.length === 0) return backend.share(x, shape);
  const out = backend.allocate(shape);
  const sizes = runs.map(({ size }) => size);
  let at = backend.address(x);
  for (const run of summed) {
    const isLast = run === summed.at(-1);
    const outer = sizes.slice(0, run).reduce((product, size) => product * size, 1);
    const inner = sizes.slice(run + 1).reduce((product, size) => product * size, 1);
    const to = isLast ? out.address : backend.borrow(outer * inner);
    sumRun({ at, outer, rows: sizes[run], inner, factor: isLast ? factorOf(count) : 1, to }, backend);
    sizes[run] = 1;
    at = to;
  }
  return out.info;
}

/** The sum over the middle one of three dimensions, outer × rows × inner. */
interface RunSum {
  readonly at: number;
  readonly outer: number;
  readonly rows: number;
  readonly inner: number;
  readonly factor: number;
  readonly to: number;
}

function sumRun({ at, outer, rows, inner, factor, to }: RunSum, backend: CudaBackend): void {
  const { device } = backend;
  if (inner > 1) {
    launchColumnSums(backend, { rows, columns: inner, x: at, outer, factor, out: to });
    return;
  }
  const isLong = outer === 1 && rows > SUM_PIECE;
  const pieces = isLong ? blocksOf(rows, SUM_PIECE) : 0;
  const partial = isLong ? backend.borrow(pieces) : at;
  if (isLong) {
    const argument = { columns: SUM_PIECE, n: rows, x: at, factor: 1, out: partial };
    device.launch('rowSums', argument, [pieces], SUM_OPTIONS);
  }
  const columns = isLong ? pieces : rows;
  device.launch(
    'rowSums',
    { columns, n: outer * columns, x: partial, factor, out: to },
    [outer],
    SUM_OPTIONS,
  );
}

/** Converts to another type. On the machine: training does not need it. */
export const cast: Kernel<{ dtype: DataType }> = ({ x }, { dtype }, backend) => {
  if (x.dtype === dtype) return backend.share(x, x.shape);
  const converted = onCpu('Cast', { x }, { dtype }, backend) as TensorInfo;
  // tfjs's kernel keeps the array where the new type is wider. On the device, the bits are not the same.
  if (converted.dataId !== x.dataId) return converted;
  const values = backend.readSync(x.dataId) as ArrayLike<number>;
  const array = dtype === 'int32' ? Int32Array.from(values) : Float32Array.from(values);
  const copy = backend.makeTensorInfo(x.shape, dtype, array);
  backend.disposeData(converted.dataId);
  return copy;
};

/** The attributes of tfjs's matrix product. */
type MatMulAttributes = Omit<ProductAttributes, 'precision'>;

/** Multiplies matrices, or as many on one side as on the other, or many by one. */
export const matMul: Kernel<MatMulAttributes> = (inputs, attributes, backend) => {
  const { transposeA, transposeB } = attributes;
  const [a, b] = [inputs.a, inputs.b].map(({ shape }) => ({
    batch: shape.slice(0, -2),
    count: sizeOf(shape.slice(0, -2)),
    rows: shape[shape.length - 2],
    columns: shape[shape.length - 1],
  }));
  const fit = tf.util.arraysEqual(a.batch, b.batch) || a.count === 1 || b.count === 1;
  if (!areFloats(inputs.a, inputs.b) || !fit) return onCpu('BatchMatMul', inputs, attributes, backend);
  const [m, k] = transposeA ? [a.columns, a.rows] : [a.rows, a.columns];
  const n = transposeB ? b.rows : b.columns;
  const { batch, count } = a.count === 1 && a.batch.length <= b.batch.length ? b : a;
  const out = backend.allocate([...batch, m, n]);
  for (let i = 0; i < count; i++) {
    const [left, right] = [inputs.a, inputs.b].map((x, side) => {
      const of = side === 0 ? a : b;
      const start = of.count === 1 ? 0 : i * of.rows * of.columns;
      return dense(backend.address(x) + 4 * start, of.columns);
    });
    launchProduct(backend, {
      precision: 'f32',
      m,
      n,
      k,
      a: transposeA ? transposed(left) : left,
      b: transposeB ? transposed(right) : right,
      c: out.address + 4 * i * m * n,
    });
  }
  return out.info;
};

/** Normalizes the exponentials of the last dimension. */
export const softmax: Kernel<{ dim: number }> = (inputs, attributes, backend) => {
  const { logits } = inputs;
  const columns = logits.shape[logits.shape.length - 1];
  if (!areFloats(logits) || attributes.dim !== logits.shape.length - 1) {
    return onCpu('Softmax', inputs, attributes, backend);
  }
  const out = backend.allocate(logits.shape);
  const argument = { columns, x: backend.address(logits), y: out.address };
  backend.device.launch('softmax', argument, [sizeOf(logits.shape) / columns], SUM_OPTIONS);
  return out.info;
};

/** Returns a walk as the kernels take it; tfjs's tensors have at most six dimensions, as many as they take. */
export function dimensionsOf(walk: readonly Dimension[]): CudaDimensions {
  const size = walk.map((dimension) => dimension.size);
  return { n: sizeOf(size), count: size.length, size };
}

function areFloats(...tensors: readonly TensorInfo[]): boolean {
  return tensors.every(({ dtype }) => dtype === 'float32');
}
