/**
 * The kernels of the ops around the recurrent layers: embedding, dropout, products, and the softmax with its loss. The contracts
 * are beside the ops (ops/).
 */
import type { Noise } from '../../ops/noise.js';
import type { ProductAttributes } from '../../ops/products.js';
import { blocksOf, cudaNoise, type Kernel, sizeOf } from './cuda-kernel.js';
import { dense, launchProduct, transposed } from './product-launch.js';

/** Computes y = x ⊙ mask; it is its own gradient. */
export const dropout: Kernel<Noise> = ({ x }, noise, backend) => {
  const [steps] = x.shape;
  const perStep = sizeOf(x.shape) / steps;
  const out = backend.allocate(x.shape);
  const argument = { perStep, x: backend.address(x), y: out.address, noise: cudaNoise(noise) };
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
