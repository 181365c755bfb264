/** The kernels of the ops around the recurrent layers. The contracts are beside the ops (ops/). */
import type { Noise } from '../../ops/noise.js';
import { sizeOf } from '../strides.js';
import { groupsOf, type Kernel, wgslNoise } from './webgpu-kernel.js';

/** Computes y = x ⊙ mask; it is its own gradient. */
export const dropout: Kernel<Noise> = ({ x }, noise, backend) => {
  const [steps] = x.shape;
  const perStep = sizeOf(x.shape) / steps;
  const y = backend.allocate(x.shape);
  const groups = backend.spread(groupsOf(steps * Math.ceil(perStep / 4)));
  const buffers = { x: backend.buffer(x), y: y.buffer };
  backend.run('dropout', buffers, { noise: wgslNoise(noise), perStep, steps }, groups);
  return y.info;
};
