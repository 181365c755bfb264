/** The products of a recurrent layer over all steps of a window: of its inputs, and the gradients of inputs, weights and biases. */
import type { TensorInfo } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { productOp } from '../../ops/products.js';
import type { Layer } from './recurrent-layer.js';
import type { WebgpuBackend } from './webgpu-backend.js';
import { groupsOf, wgslNoise } from './webgpu-kernel.js';

/** The kernel of `ZlmProduct` of this backend; null while there is none, and tfjs's multiplies. */
let ownProduct: tf.KernelConfig | null = null;

/**
 * Takes the kernel of `ZlmProduct` that is registered. Called before any op runs: afterwards the reference may be registered under that
 * name, which takes no tensors of kernels.
 */
export function takeOwnProduct(): void {
  ownProduct = tf.getKernel(productOp.name, 'webgpu') ?? null;
}

/** Multiplies two matrices, each transposed first where asked. */
export function multiply(
  backend: WebgpuBackend,
  a: TensorInfo,
  b: TensorInfo,
  { transposeA = false, transposeB = false } = {},
): TensorInfo {
  const { kernelFunc } = ownProduct ?? tf.getKernel('BatchMatMul', 'webgpu');
  const attrs = { transposeA, transposeB, ...(ownProduct && { precision: 'f32' }) };
  const product = kernelFunc({ inputs: { a, b }, backend, attrs });
  return Array.isArray(product) ? product[0] : product;
}

/** Gives a tensor another shape, for the time of one kernel. */
export function withShape({ dataId, dtype }: TensorInfo, shape: readonly number[]): TensorInfo {
  return { dataId, dtype, shape: [...shape] };
}

/** Multiplies x [T,B,I] with weights [I,N] to [T·B,N]. */
export function inputProduct(backend: WebgpuBackend, x: TensorInfo, weight: TensorInfo): TensorInfo {
  const [steps, batch, inputs] = x.shape;
  return multiply(backend, withShape(x, [steps * batch, inputs]), weight);
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
  const dx = multiply(backend, dInput, inputWeight, { transposeB: true });
  const dInputWeight = multiply(backend, withShape(x, [rows, x.shape[2]]), dInput, { transposeA: true });
  const dRecurrentWeight = multiply(backend, states.info, dState, { transposeA: true });
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
export function biasGradient(backend: WebgpuBackend, matrix: TensorInfo, first = 0): TensorInfo {
  const [rows, width] = matrix.shape;
  const count = width - first;
  const sums = backend.allocate([count]);
  const buffers = { matrix: backend.buffer(matrix), sums: sums.buffer };
  backend.run('biasGradient', buffers, { rows, width, first, count }, [groupsOf(count, 64)]);
  return sums.info;
}
