/**
 * The global norm; and tfjs's sums and means of float32 tensors over all dimensions, the first ones or the last ones. Others
 * are left to tfjs's CPU kernels.
 */
import type { TensorInfo } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { type Kernel, onCpu } from './kernel.js';
import type { NativeBackend } from './native-backend.js';

/** Elements of a block in `kernels/blocks.h`. */
const BLOCK = 16_384;

/** The attributes of tfjs's reductions. */
interface ReductionAttributes {
  readonly axis: number | number[];
  readonly keepDims: boolean;
}

/** A tensor as a matrix that is summed along one of its sides, or both: what `summed` says of rows and columns. */
interface Reduction {
  readonly shape: number[];
  readonly rows: number;
  readonly columns: number;
  readonly summed: 'all' | 'rows' | 'columns';
}

/** tfjs's sum. */
export const sum: Kernel<ReductionAttributes> = (inputs, attributes, backend) => {
  const reduction = reductionOf(inputs.x, attributes);
  return reduction ? reduce(inputs.x, reduction, 1, backend) : onCpu('Sum', inputs, attributes, backend);
};

/** tfjs's mean. */
export const mean: Kernel<ReductionAttributes> = (inputs, attributes, backend) => {
  const { x } = inputs;
  const reduction = reductionOf(x, attributes);
  if (!reduction) return onCpu('Mean', inputs, attributes, backend);
  const count = tf.util.sizeFromShape(x.shape) / tf.util.sizeFromShape(reduction.shape);
  return reduce(x, reduction, 1 / count, backend);
};

/** The global norm of the contracts. */
export const globalNorm: Kernel<object> = (gradients, _attributes, backend) => {
  let total = 0;
  for (const gradient of Object.values(gradients)) total += sumOfSquares(gradient, backend);
  return backend.makeTensorInfo([], 'float32', Float32Array.of(Math.sqrt(total)));
};

function sumOfSquares(gradient: TensorInfo, backend: NativeBackend): number {
  const x = backend.floats(gradient);
  const touched = backend.touchedRows(gradient);
  if (!touched) return wholeSum(backend, 'sumOfSquares', x);
  const n = touched.ids.length;
  return backend.functions.sumOfSquaresOfRows({ n, ...touched, x, partial: new Float64Array(n) });
}

/** A sum over all values by the C function of that name. */
function wholeSum(backend: NativeBackend, name: 'sum' | 'sumOfSquares', x: Float32Array): number {
  const partial = new Float64Array(Math.ceil(x.length / BLOCK));
  return backend.functions[name]({ n: x.length, x, partial });
}

/** How to sum, or null when the dimensions to be summed are neither the first nor the last ones, or there is nothing. */
function reductionOf(x: TensorInfo, { axis, keepDims }: ReductionAttributes): Reduction | null {
  if (x.dtype !== 'float32' || x.shape.includes(0)) return null;
  const axes = tf.util.parseAxisParam(axis, x.shape);
  const isSummed = x.shape.map((_, i) => axes.includes(i));
  const shape = x.shape.flatMap((size, i) => (isSummed[i] ? (keepDims ? [1] : []) : [size]));
  // Dimensions of size 1 belong to either side.
  const changes = x.shape.map((size, i) => ({ size, summed: isSummed[i] })).filter(({ size }) => size !== 1);
  const change = changes.findIndex(({ summed }) => summed !== changes[0].summed);
  const first = change === -1 ? changes : changes.slice(0, change);
  const others = change === -1 ? [] : changes.slice(change);
  if (others.some(({ summed }) => summed !== others[0].summed)) return null;
  const [rows, columns] = [first, others].map((part) =>
    part.reduce((product, { size }) => product * size, 1),
  );
  const firstIsSummed = first[0]?.summed ?? true;
  if (others.length === 0 && firstIsSummed) return { shape, rows, columns, summed: 'all' };
  return { shape, rows, columns, summed: firstIsSummed ? 'rows' : 'columns' };
}

function reduce(
  x: TensorInfo,
  { shape, rows, columns, summed }: Reduction,
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
