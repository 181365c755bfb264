/**
 * The kernels of the ops around the recurrent layers: embedding, dropout, products, and the softmax with its loss. The contracts
 * are beside the ops (ops/).
 */
import type { Noise } from '../../ops/noise.js';
import { blocksOf, cudaNoise, type Kernel, sizeOf } from './cuda-kernel.js';

/** Computes y = x ⊙ mask; it is its own gradient. */
export const dropout: Kernel<Noise> = ({ x }, noise, backend) => {
  const [steps] = x.shape;
  const perStep = sizeOf(x.shape) / steps;
  const out = backend.allocate(x.shape);
  const argument = { perStep, x: backend.address(x), y: out.address, noise: cudaNoise(noise) };
  backend.device.launch('dropout', argument, [blocksOf(perStep / 4), steps]);
  return out.info;
};
