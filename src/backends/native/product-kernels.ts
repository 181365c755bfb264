/** The matrix products: the fused one of the contracts, and tfjs's plain one. */
import type { ProductAttributes } from '../../ops/products.js';
import { outOfMemory } from './array-store.js';
import { type Kernel, mixedFlag, onCpu } from './kernel.js';

/** See ops/products.ts. */
export const product: Kernel<ProductAttributes> = ({ a, b }, attributes, backend) => {
  const { transposeA, transposeB, precision } = attributes;
  const [m, k] = transposeA ? [a.shape[1], a.shape[0]] : a.shape;
  const n = transposeB ? b.shape[0] : b.shape[1];
  const out = backend.allocate([m, n]);
  const failed = backend.functions.product({
    ...{ mixed: mixedFlag(precision), m, n, k },
    a: { at: backend.floats(a), row: transposeA ? 1 : k, column: transposeA ? m : 1 },
    b: { at: backend.floats(b), row: transposeB ? 1 : n, column: transposeB ? k : 1 },
    c: out.values,
  });
  if (failed) throw outOfMemory();
  return out.info;
};

/** The attributes of tfjs's own matrix product. */
type MatMulAttributes = Omit<ProductAttributes, 'precision'>;

/** tfjs's matrix product, for what is not fused; batches of products, and integers, are left to tfjs's CPU kernel. */
export const matMul: Kernel<MatMulAttributes> = (inputs, attributes, backend) => {
  const { a, b } = inputs;
  if (a.shape.length !== 2 || b.shape.length !== 2 || a.dtype !== 'float32' || b.dtype !== 'float32') {
    return onCpu('BatchMatMul', inputs, attributes, backend);
  }
  return product(inputs, { ...attributes, precision: 'f32' }, backend);
};
