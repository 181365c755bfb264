/** The products of a recurrent layer over all steps of a window: of its inputs, and the gradients of inputs, weights and biases. */
import type { TensorInfo } from '@tensorflow/tfjs';
import { sumColumns } from './column-sums.js';
import { multiplyTensors } from './products.js';
import type { Layer } from './recurrent-layer.js';
import type { WebgpuBackend } from './webgpu-backend.js';
import { groupsOf, wgslNoise } from './webgpu-kernel.js';

/** Gives a tensor another shape, for the time of one kernel. */
export function withShape({ dataId, dtype }: TensorInfo, shape: readonly number[]): TensorInfo {
  return { dataId, dtype, shape: [...shape] };
}

/** Multiplies x [T,B,I] with weights [I,N] to [T·B,N]. */
export function inputProduct(backend: WebgpuBackend, x: TensorInfo, weight: TensorInfo): TensorInfo {
  const [steps, batch, inputs] = x.shape;
  return multiplyTensors(backend, withShape(x, [steps * batch, inputs]), weight);
}

/** The gradients that are products of all steps. */
export interface ProductGradients {
  /** [T,B,I] */
  readonly x: TensorInfo;
  /** [I,G·H] */
  readonly inputWeight: TensorInfo;
  /** [H,G·H] */
  readonly recurrentWeight: TensorInfo;
}

/**
 * Computes the gradients of x and of both weights.
 *
 * @param dInput  gradient of x·W + b, [T·B,G·H]
 * @param dState  gradient of the recurrent product, of the same shape
 * @param tensors the inputs of the gradient's kernel
 */
export function productGradients(
  backend: WebgpuBackend,
  layer: Layer,
  { x, h0, inputWeight, output }: Readonly<Record<'x' | 'h0' | 'inputWeight' | 'output', TensorInfo>>,
  dInput: TensorInfo,
  dState: TensorInfo,
): ProductGradients {
  const { steps, batch, units } = layer;
  const rows = steps * batch;
  const states = backend.allocate([rows, units]);
  maskStates(backend, layer, backend.buffer(h0), backend.buffer(output), states.buffer, steps);
  const dx = multiplyTensors(backend, dInput, inputWeight, { transposeB: true });
  const dInputWeight = multiplyTensors(backend, withShape(x, [rows, x.shape[2]]), dInput, {
    transposeA: true,
  });
  const dRecurrentWeight = multiplyTensors(backend, states.info, dState, { transposeA: true });
  backend.disposeData(states.info.dataId);
  return { x: withShape(dx, x.shape), inputWeight: dInputWeight, recurrentWeight: dRecurrentWeight };
}

/** Writes the states as the first steps of a window read them, m_t ⊙ h_{t−1}: [steps,B,H]. */
export function maskStates(
  backend: WebgpuBackend,
  { batch, units, noise }: Layer,
  h0: GPUBuffer,
  output: GPUBuffer,
  readStates: GPUBuffer,
  steps: number,
): void {
  const perStep = batch * units;
  const total = steps * perStep;
  const uniforms = { noise: wgslNoise(noise.recurrent), perStep, total };
  backend.run('maskedStates', { h0, output, readStates }, uniforms, backend.spread(groupsOf(total)));
}

/** Adds up each column of a matrix [N,M] from `first` on. */
export function columnSums(backend: WebgpuBackend, matrix: TensorInfo, first = 0): TensorInfo {
  const [rows, width] = matrix.shape;
  const sums = backend.allocate([width - first]);
  sumColumns(backend, { rows, width, first, x: backend.buffer(matrix), out: sums.buffer });
  return sums.info;
}
