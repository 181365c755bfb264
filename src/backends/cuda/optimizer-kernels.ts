/**
 * The kernels of the optimizers: the global norm of the gradients, the clipping factor, and the steps, which work in place. Norm
 * and factor stay on the device, so a step waits for neither.
 */
import type { TensorInfo } from '@tensorflow/tfjs';
import type { StepNumbers } from '../../ops/capture.js';
import type { ClipScaleAttributes } from '../../ops/clipping.js';
import type { AdamSettings, AverageSettings, RmspropSettings, UpdateSettings } from '../../ops/update.js';
import { sizeOf } from '../strides.js';
import type { CudaBackend } from './cuda-backend.js';
import { blocksOf, type Kernel, type Tensors } from './cuda-kernel.js';
import { CONSTANTS, type CudaFactor, type CudaGradientRule, type CudaSpan } from './kernels.generated.js';
import { SUM_OPTIONS } from './sums.js';

const { SUM_PIECE, SUM_SPANS } = CONSTANTS;

/** Computes the global norm of gradients: sums over pieces of all of them, then one sum over the pieces. */
export const globalNorm: Kernel<object> = (gradients, _attributes, backend) => {
  const tensors = Object.values(gradients);
  const pieces = tensors.map(({ shape }) => blocksOf(sizeOf(shape), SUM_PIECE));
  const count = pieces.reduce((sum, blocks) => sum + blocks, 0);
  const partial = backend.borrow(2 * count); // doubles
  let done = 0;
  for (let start = 0; start < tensors.length; start += SUM_SPANS) {
    let blocks = 0;
    const span = tensors.slice(start, start + SUM_SPANS).map((tensor, i): CudaSpan => {
      const firstBlock = blocks;
      blocks += pieces[start + i];
      return { at: backend.address(tensor), count: sizeOf(tensor.shape), firstBlock };
    });
    const argument = { spans: span.length, span, partial: partial + 8 * done };
    backend.device.launch('sumOfSquares', argument, [blocks], SUM_OPTIONS);
    done += blocks;
  }
  const norm = backend.allocate([]);
  backend.device.launch('norm', { count, partial, norm: norm.address }, [1], SUM_OPTIONS);
  return norm.info;
};

/** Computes the clipping factor of a norm. */
export const clipScale: Kernel<ClipScaleAttributes> = ({ norm }, { maxNorm }, backend) => {
  const scale = backend.allocate([]);
  const argument = { most: maxNorm, norm: backend.address(norm), scale: scale.address };
  backend.device.launch('clipScale', argument, [1], { threads: 1 });
  return scale.info;
};

/** Subtracts the scaled gradient. */
export const sgdUpdate: Kernel<UpdateSettings> = (inputs, settings, backend) => {
  const { learningRate, weightDecay } = settings;
  const { n, grid } = extentOf(inputs.parameter);
  const updated = backend.forUpdate(inputs.parameter);
  const rate = backend.varying(learningRate, (now) => now.learningRate);
  const decay =
    weightDecay === 0
      ? constant(0)
      : backend.varying(learningRate * weightDecay, (now) => now.learningRate * weightDecay);
  const rule = ruleOf(inputs, settings, { rate, decay }, backend);
  backend.device.launch('sgdUpdate', { n, parameter: updated.address, rule }, grid);
  return updated.info;
};

/** Runs a step of Adam. */
export const adamUpdate: Kernel<AdamSettings> = (inputs, settings, backend) => {
  const { learningRate, weightDecay, beta1, beta2, epsilon, step } = settings;
  const { n, grid } = extentOf(inputs.parameter);
  const updated = backend.forUpdate(inputs.parameter);
  const first = backend.forUpdate(inputs.firstMoment);
  const second = backend.forUpdate(inputs.secondMoment);
  type Numbers = Pick<StepNumbers, 'learningRate' | 'count'>;
  const rateOf = (now: Numbers) => now.learningRate / (1 - beta1 ** now.count);
  const correctionOf = (now: Pick<Numbers, 'count'>) => 1 / (1 - beta2 ** now.count);
  const argument = {
    n,
    parameter: updated.address,
    firstMoment: first.address,
    secondMoment: second.address,
    beta1,
    oneLessBeta1: 1 - beta1,
    beta2,
    oneLessBeta2: 1 - beta2,
    epsilon,
    rate: backend.varying(rateOf({ learningRate, count: step }), rateOf),
    correction: backend.varying(correctionOf({ count: step }), correctionOf),
    rule: ruleOf(inputs, settings, { rate: constant(1), decay: constant(weightDecay) }, backend),
  };
  backend.device.launch('adamUpdate', argument, grid);
  return [updated.info, first.info, second.info];
};

/** Runs a step of RMSprop. */
export const rmspropUpdate: Kernel<RmspropSettings> = (inputs, settings, backend) => {
  const { learningRate, weightDecay, decay, epsilon } = settings;
  const { n, grid } = extentOf(inputs.parameter);
  const updated = backend.forUpdate(inputs.parameter);
  const meanSquare = backend.forUpdate(inputs.meanSquare);
  const argument = {
    n,
    parameter: updated.address,
    meanSquare: meanSquare.address,
    keep: decay,
    oneLessKeep: 1 - decay,
    epsilon,
    rate: backend.varying(learningRate, (now) => now.learningRate),
    rule: ruleOf(inputs, settings, { rate: constant(1), decay: constant(weightDecay) }, backend),
  };
  backend.device.launch('rmspropUpdate', argument, grid);
  return [updated.info, meanSquare.info];
};

/** Moves an average toward a parameter. */
export const averageUpdate: Kernel<AverageSettings> = ({ average, parameter }, { weight }, backend) => {
  const { n, grid } = extentOf(average);
  const updated = backend.forUpdate(average);
  const argument = {
    n,
    average: updated.address,
    parameter: backend.address(parameter),
    weight: backend.varying(weight, ({ averaged }) => 1 / averaged),
  };
  backend.device.launch('averageUpdate', argument, grid);
  return updated.info;
};

/** Returns the length of a parameter, and the grid of its update. */
function extentOf({ shape }: TensorInfo) {
  const n = sizeOf(shape);
  return { n, grid: [blocksOf(n, 4 * CONSTANTS.THREADS)] as const };
}

function ruleOf(
  { gradient, scale }: Tensors,
  { clipValue }: UpdateSettings,
  factors: Pick<CudaGradientRule, 'rate' | 'decay'>,
  backend: CudaBackend,
): CudaGradientRule {
  const clip = clipValue ?? Number.POSITIVE_INFINITY;
  return { gradient: backend.address(gradient), scale: backend.factor(scale), ...factors, clip };
}

/** Returns a number that is the same in each step as kernels read it. */
function constant(value: number): CudaFactor {
  return { at: null, value };
}
