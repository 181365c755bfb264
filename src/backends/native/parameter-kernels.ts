/** Kernels over whole parameters: embedding rows and the global norm. */
import type { EmbeddingAttributes } from '../fused.js';
import type { Kernel } from './kernel.js';

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
