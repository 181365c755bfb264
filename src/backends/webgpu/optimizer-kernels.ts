/**
 * The kernels of the optimizers: the global norm of the gradients, the clipping factor, and the steps, which work in place. Norm
 * and factor stay on the device, so a step waits for neither.
 */
import type { TensorInfo } from '@tensorflow/tfjs';
import type { ClipScaleAttributes } from '../../ops/clipping.js';
import type {
  AdamSettings,
  AverageSettings,
  DynamicSettings,
  RmspropSettings,
  UpdateSettings,
} from '../../ops/update.js';
import { sizeOf } from '../strides.js';
import { CONSTANTS, type WgslRule } from './kernels.generated.js';
import type { WebgpuBackend } from './webgpu-backend.js';
import { groupsOf, type Kernel } from './webgpu-kernel.js';

const { SUM_PIECE, SUM_TENSORS } = CONSTANTS;

/** Computes the global norm of gradients: sums over pieces of all of them, then one sum over the pieces. */
export const globalNorm: Kernel<object> = (gradients, _attributes, backend) => {
  const tensors = Object.values(gradients);
  const lengths = tensors.map(({ shape }) => sizeOf(shape));
  const pieces = lengths.map((length) => groupsOf(length, SUM_PIECE));
  const parts = sumOf(pieces);
  const sums = backend.borrow(parts);
  for (let start = 0; start < tensors.length; start += SUM_TENSORS) {
    const at = Array.from({ length: SUM_TENSORS }, (_, i) => start + i);
    // What is left over reads nothing of the first tensor.
    const [x0, x1, x2, x3, x4, x5, x6] = at.map((i) => backend.buffer(tensors[i] ?? tensors[0]));
    const [n0, n1, n2, n3, n4, n5, n6] = at.map((i) => lengths[i] ?? 0);
    const groups = sumOf(pieces.slice(start, start + SUM_TENSORS));
    const first = sumOf(pieces.slice(0, start));
    const buffers = { x0, x1, x2, x3, x4, x5, x6, sums };
    const uniforms = { n0, n1, n2, n3, n4, n5, n6, groups, first };
    if (groups > 0) backend.run('sumOfSquares', buffers, uniforms, backend.spread(groups));
  }
  const norm = backend.allocate([]);
  backend.run('norm', { sums, norm: norm.buffer }, { parts }, [1]);
  return norm.info;
};

/** Computes the clipping factor of a norm. */
export const clipScale: Kernel<ClipScaleAttributes> = ({ norm }, { maxNorm }, backend) => {
  const scale = backend.allocate([]);
  backend.run('clipScale', { norm: backend.buffer(norm), scale: scale.buffer }, { most: maxNorm }, [1]);
  return scale.info;
};

/** Subtracts the scaled gradient. */
export const sgdUpdate: Kernel<UpdateSettings> = ({ parameter, gradient, scale }, settings, backend) => {
  const { learningRate, weightDecay } = settings;
  const { quads, groups } = extentOf(parameter, backend);
  const updated = backend.forUpdate(parameter);
  const read = { gradient: backend.buffer(gradient), scale: backend.buffer(scale) };
  const rule = ruleOf(settings, learningRate, learningRate * weightDecay);
  backend.run('sgdUpdate', { ...read, parameter: updated.buffer }, { rule, quads }, groups);
  return updated.info;
};

/** Runs a step of Adam. */
export const adamUpdate: Kernel<AdamSettings> = (inputs, settings, backend) => {
  const { learningRate, weightDecay, beta1, beta2, epsilon, step } = settings;
  const { quads, groups } = extentOf(inputs.parameter, backend);
  const updated = backend.forUpdate(inputs.parameter);
  const first = backend.forUpdate(inputs.firstMoment);
  const second = backend.forUpdate(inputs.secondMoment);
  const buffers = {
    gradient: backend.buffer(inputs.gradient),
    scale: backend.buffer(inputs.scale),
    parameter: updated.buffer,
    firstMoment: first.buffer,
    secondMoment: second.buffer,
  };
  const uniforms = {
    rule: ruleOf(settings, 1, weightDecay),
    quads,
    beta1,
    oneLessBeta1: 1 - beta1,
    beta2,
    oneLessBeta2: 1 - beta2,
    epsilon,
    rate: learningRate / (1 - beta1 ** step),
    correction: 1 / (1 - beta2 ** step),
  };
  backend.run('adamUpdate', buffers, uniforms, groups);
  return [updated.info, first.info, second.info];
};

/** Runs a step of RMSprop. */
export const rmspropUpdate: Kernel<RmspropSettings> = (inputs, settings, backend) => {
  const { learningRate, weightDecay, decay, epsilon } = settings;
  const { quads, groups } = extentOf(inputs.parameter, backend);
  const updated = backend.forUpdate(inputs.parameter);
  const meanSquare = backend.forUpdate(inputs.meanSquare);
  const buffers = {
    gradient: backend.buffer(inputs.gradient),
    scale: backend.buffer(inputs.scale),
    parameter: updated.buffer,
    meanSquare: meanSquare.buffer,
  };
  const rule = ruleOf(settings, 1, weightDecay);
  const numbers = { keep: decay, oneLessKeep: 1 - decay, epsilon, rate: learningRate };
  backend.run('rmspropUpdate', buffers, { rule, quads, ...numbers }, groups);
  return [updated.info, meanSquare.info];
};

/** Moves an average toward a parameter. */
export const averageUpdate: Kernel<AverageSettings> = ({ average, parameter }, { weight }, backend) => {
  const { quads, groups } = extentOf(average, backend);
  const updated = backend.forUpdate(average);
  const buffers = { parameter: backend.buffer(parameter), average: updated.buffer };
  backend.run('averageUpdate', buffers, { quads, weight }, groups);
  return updated.info;
};

/** Runs a step of dynamic evaluation. Rows that do not change are computed as well. */
export const dynamicUpdate: Kernel<DynamicSettings> = (inputs, settings, backend) => {
  const { learningRate, epsilon, decay } = settings;
  const { quads, groups } = extentOf(inputs.parameter, backend);
  const updated = backend.forUpdate(inputs.parameter);
  const [gradient, anchor, rms] = [inputs.gradient, inputs.anchor, inputs.rms].map((tensor) =>
    backend.buffer(tensor),
  );
  const buffers = { gradient, anchor, rms, parameter: updated.buffer };
  backend.run('dynamicUpdate', buffers, { quads, rate: learningRate, epsilon, decay }, groups);
  return updated.info;
};

/** Returns the vectors of four numbers of a parameter, and the workgroups of its update. All buffers are whole vectors. */
function extentOf({ shape }: TensorInfo, backend: WebgpuBackend) {
  const quads = Math.ceil(sizeOf(shape) / 4);
  return { quads, groups: backend.spread(groupsOf(quads)) };
}

function ruleOf({ clipValue }: UpdateSettings, rate: number, decay: number): WgslRule {
  return { rate, decay, clip: clipValue ?? 0, hasClip: clipValue === null ? 0 : 1 };
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
