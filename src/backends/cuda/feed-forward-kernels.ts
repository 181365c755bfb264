/**
 * The kernels of the ops around the recurrent layers: embedding, dropout and products. The contracts are beside the ops (ops/).
 */
import type { EmbeddingAttributes } from '../../ops/embedding.js';
import type { Noise } from '../../ops/noise.js';
import type { ProductAttributes } from '../../ops/products.js';
import { sizeOf } from '../strides.js';
import { blocksOf, cudaNoise, type Kernel } from './cuda-kernel.js';
import { CONSTANTS } from './kernels.generated.js';
import { dense, launchProduct, transposed } from './product-launch.js';

/** Gathers rows of the table by id. */
export const embedding: Kernel<EmbeddingAttributes> = ({ table, ids }, _attributes, backend) => {
  const width = table.shape[1];
  const positions = sizeOf(ids.shape);
  const out = backend.allocate([...ids.shape, width]);
  const rows = { table: backend.address(table), ids: backend.address(ids) };
  backend.device.launch('gatherRows', { width, ...rows, out: out.address }, [positions, blocksOf(width)]);
  return out.info;
};

/** Adds the gradients of each row up. */
export const embeddingGradient: Kernel<EmbeddingAttributes> = ({ ids, upstream }, { rows }, backend) => {
  const width = upstream.shape[upstream.shape.length - 1];
  const positions = sizeOf(ids.shape);
  const out = backend.filled([rows, width], 'float32', 0);
  const argument = {
    positions,
    width,
    ids: backend.address(ids),
    rows: backend.address(upstream),
    out: out.address,
  };
  const options = { sharedBytes: CONSTANTS.SCATTER_ADD_SHARED_BYTES };
  backend.device.launch('scatterAddRows', argument, [positions, blocksOf(width)], options);
  return out.info;
};

/** Computes y = x ⊙ mask; it is its own gradient. */
export const dropout: Kernel<Noise> = ({ x }, noise, backend) => {
  const [steps] = x.shape;
  const perStep = sizeOf(x.shape) / steps;
  const out = backend.allocate(x.shape);
  const argument = { perStep, x: backend.address(x), y: out.address, noise: cudaNoise(noise, backend) };
  backend.device.launch('dropout', argument, [blocksOf(perStep / 4), steps]);
  return out.info;
};

/** Multiplies two matrices. */
export const product: Kernel<ProductAttributes> = ({ a, b }, attributes, backend) => {
  const { transposeA, transposeB, precision } = attributes;
  const [m, k] = transposeA ? [a.shape[1], a.shape[0]] : a.shape;
  const n = transposeB ? b.shape[0] : b.shape[1];
  const out = backend.allocate([m, n]);
  const [left, right] = [a, b].map((matrix) => dense(backend.address(matrix), matrix.shape[1]));
  launchProduct(backend, {
    precision,
    m,
    n,
    k,
    a: transposeA ? transposed(left) : left,
    b: transposeB ? transposed(right) : right,
    c: out.address,
  });
  return out.info;
};
