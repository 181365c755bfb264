/** Kernels over whole parameters: embedding rows, the global norm, the step of SGD; and tfjs's plain matrix product. */

import type { TensorInfo } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import type { EmbeddingAttributes, SgdAttributes } from '../fused.js';
import { type Kernel, outOfMemory } from './kernel.js';
import type { NativeBackend } from './native-backend.js';

/** Elements of a block in `zlm_sum_of_squares`. */
const NORM_BLOCK = 16_384;

/** Rows of the table by id. */
export const embedding: Kernel<EmbeddingAttributes> = ({ table, ids }, _attributes, backend) => {
  const [steps, batch] = ids.shape;
  const width = table.shape[1];
  const out = backend.allocate([steps, batch, width]);
  const rows = { table: backend.floats(table), ids: backend.ints(ids) };
  backend.functions.gatherRows({ n: steps * batch, width, ...rows, out: out.values });
  return out.info;
};

/** The rows' gradients, added up where an id occurs more than once. */
export const embeddingGradient: Kernel<EmbeddingAttributes> = ({ ids, upstream }, { rows }, backend) => {
  const [steps, batch, width] = upstream.shape;
  const out = backend.allocate([rows, width]);
  const added = { from: backend.floats(upstream), ids: backend.ints(ids) };
  backend.functions.scatterAddRows({ n: steps * batch, rows, width, ...added, out: out.values });
  return out.info;
};

/** The L2 norm of all gradients together. */
export const globalNorm: Kernel<object> = (gradients, _attributes, backend) => {
  let sum = 0;
  for (const gradient of Object.values(gradients)) {
    const values = backend.floats(gradient);
    const partial = new Float64Array(Math.ceil(values.length / NORM_BLOCK));
    sum += backend.functions.sumOfSquares({ n: values.length, x: values, partial });
  }
  return backend.makeTensorInfo([], 'float32', Float32Array.of(Math.sqrt(sum)));
};

/**
 * In place, but for a parameter that still shares its values: with the tensor that it was made of, with the caller's
 * array behind that one. It gets memory of its own then.
 */
export const sgdUpdate: Kernel<SgdAttributes> = (
  { parameter, gradient, scale },
  { learningRate },
  backend,
) => {
  const updated = backend.ownsAlone(parameter) ? backend.share(parameter) : copyOf(parameter, backend);
  const values = backend.floats(updated);
  const rate = learningRate * backend.floats(scale)[0];
  backend.functions.sgdUpdate({
    n: values.length,
    parameter: values,
    gradient: backend.floats(gradient),
    rate,
  });
  return updated;
};

function copyOf(x: TensorInfo, backend: NativeBackend): TensorInfo {
  const { info, values } = backend.allocate(x.shape);
  values.set(backend.floats(x));
  return info;
}

/** The attributes of tfjs's own matrix product. */
export interface MatMulAttributes {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/** tfjs's matrix product, for what is not fused; batches of products, and integers, are left to tfjs's CPU kernel. */
export const matMul: Kernel<MatMulAttributes> = (inputs, attributes, backend) => {
  const { a, b } = inputs;
  if (a.shape.length !== 2 || b.shape.length !== 2 || a.dtype !== 'float32' || b.dtype !== 'float32') {
    const plain = tf.getKernel('BatchMatMul', 'cpu').kernelFunc;
    return plain({ inputs, attrs: { ...attributes }, backend }) as TensorInfo;
  }
  const { transposeA, transposeB } = attributes;
  const [m, k] = transposeA ? [a.shape[1], a.shape[0]] : a.shape;
  const n = transposeB ? b.shape[0] : b.shape[1];
  const out = backend.allocate([m, n]);
  const failed = backend.functions.gemm({
    ...{ mixed: 0, m, n, k },
    ...{ a: backend.floats(a), aRow: transposeA ? 1 : k, aColumn: transposeA ? m : 1 },
    ...{ b: backend.floats(b), bRow: transposeB ? 1 : n, bColumn: transposeB ? k : 1 },
    ...{ c: out.values, accumulate: 0 },
  });
  if (failed) throw outOfMemory();
  return out.info;
};
