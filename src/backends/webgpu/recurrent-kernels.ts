/**
 * The kernels of recurrent layers: LSTM, GRU and tanh, over a whole window, forward and backward. Contracts: ops/. Masks for each gate
 * and mixed precision run by the references.
 */
import type { TensorInfo } from '@tensorflow/tfjs';
import type { RecurrentAttributes } from '../../ops/recurrent.js';
import { type Layer, layerOf } from './recurrent-layer.js';
import { columnSums, inputProduct, productGradients, withShape } from './recurrent-products.js';
import { runBackward, runForward } from './recurrent-steps.js';
import type { WebgpuBackend } from './webgpu-backend.js';
import type { Kernel, Tensors } from './webgpu-kernel.js';

type RecurrentKernel = Kernel<RecurrentAttributes>;

/** Returns whether the kernels compute a layer with these attributes. */
export function isCovered({ noise, precision }: RecurrentAttributes): boolean {
  return precision === 'f32' && noise.input === null && !noise.recurrent?.perGate;
}

/** Runs an LSTM layer. */
export const lstm: RecurrentKernel = (tensors, attributes, backend) => {
  const layer = layerOf('lstm', tensors, attributes);
  const { steps, batch, units } = layer;
  const gates = inputProduct(backend, tensors.x, tensors.inputWeight);
  const output = backend.allocate([steps, batch, units]);
  const cells = backend.allocate([steps, batch, units]);
  runForward(backend, layer, {
    ...forwardBuffers(tensors, backend),
    c0: backend.buffer(tensors.c0),
    fromInput: backend.buffer(gates),
    cells: cells.buffer,
    output: output.buffer,
  });
  const h = lastStep(output.info, layer, backend);
  const c = lastStep(cells.info, layer, backend);
  return withSaved(
    attributes,
    backend,
    [output.info, h, c],
    [withShape(gates, [steps, batch, 4 * units]), cells.info],
  );
};

/** Computes the gradients of an LSTM layer. */
export const lstmGradient: RecurrentKernel = (tensors, attributes, backend) => {
  const layer = layerOf('lstm', tensors, attributes);
  const { steps, batch, units } = layer;
  const dh = backend.copy(tensors.dH);
  const dc = backend.copy(tensors.dC);
  const dz = backend.allocate([steps * batch, 4 * units]);
  runBackward(backend, layer, {
    ...backwardBuffers(tensors, backend),
    saved: backend.buffer(tensors.gates),
    cells: backend.buffer(tensors.cells),
    c0: backend.buffer(tensors.c0),
    dz: dz.buffer,
    dc: dc.buffer,
    carry: dh.buffer,
  });
  const gradients = productGradients(backend, layer, sharedInputs(tensors), dz.info, dz.info);
  const bias = columnSums(backend, dz.info);
  backend.disposeData(dz.info.dataId);
  return [gradients.x, dh.info, dc.info, gradients.inputWeight, gradients.recurrentWeight, bias];
};

/** Runs a GRU layer. */
export const gru: RecurrentKernel = (tensors, attributes, backend) => {
  const layer = layerOf('gru', tensors, attributes);
  const { steps, batch, units } = layer;
  const fromInput = inputProduct(backend, tensors.x, tensors.inputWeight);
  const output = backend.allocate([steps, batch, units]);
  const gates = backend.allocate([steps, batch, 4 * units]);
  runForward(backend, layer, {
    ...forwardBuffers(tensors, backend),
    candidateBias: backend.buffer(tensors.candidateBias),
    fromInput: backend.buffer(fromInput),
    gates: gates.buffer,
    output: output.buffer,
  });
  backend.disposeData(fromInput.dataId);
  const h = lastStep(output.info, layer, backend);
  return withSaved(attributes, backend, [output.info, h], [gates.info]);
};

/** Computes the gradients of a GRU layer. */
export const gruGradient: RecurrentKernel = (tensors, attributes, backend) => {
  const layer = layerOf('gru', tensors, attributes);
  const { steps, batch, units } = layer;
  const dh = backend.copy(tensors.dH);
  const dz = backend.allocate([steps * batch, 3 * units]);
  const dInput = backend.allocate([steps * batch, 3 * units]);
  runBackward(backend, layer, {
    ...backwardBuffers(tensors, backend),
    saved: backend.buffer(tensors.gates),
    output: backend.buffer(tensors.output),
    h0: backend.buffer(tensors.h0),
    dz: dz.buffer,
    dInput: dInput.buffer,
    carry: dh.buffer,
  });
  const gradients = productGradients(backend, layer, sharedInputs(tensors), dInput.info, dz.info);
  const bias = columnSums(backend, dInput.info);
  const candidateBias = columnSums(backend, dz.info, 2 * units);
  for (const { info } of [dz, dInput]) backend.disposeData(info.dataId);
  return [gradients.x, dh.info, gradients.inputWeight, gradients.recurrentWeight, bias, candidateBias];
};

/** Runs a tanh layer. */
export const tanhRnn: RecurrentKernel = (tensors, attributes, backend) => {
  const layer = layerOf('tanhRnn', tensors, attributes);
  const { steps, batch, units } = layer;
  const activations = inputProduct(backend, tensors.x, tensors.inputWeight);
  const output = backend.allocate([steps, batch, units]);
  runForward(backend, layer, {
    ...forwardBuffers(tensors, backend),
    fromInput: backend.buffer(activations),
    output: output.buffer,
  });
  const h = lastStep(output.info, layer, backend);
  return withSaved(attributes, backend, [output.info, h], [withShape(activations, [steps, batch, units])]);
};

/** Computes the gradients of a tanh layer. */
export const tanhRnnGradient: RecurrentKernel = (tensors, attributes, backend) => {
  const layer = layerOf('tanhRnn', tensors, attributes);
  const { steps, batch, units } = layer;
  const dh = backend.copy(tensors.dH);
  const dz = backend.allocate([steps * batch, units]);
  runBackward(backend, layer, {
    ...backwardBuffers(tensors, backend),
    saved: backend.buffer(tensors.activations),
    dz: dz.buffer,
    carry: dh.buffer,
  });
  const gradients = productGradients(backend, layer, sharedInputs(tensors), dz.info, dz.info);
  const bias = columnSums(backend, dz.info);
  backend.disposeData(dz.info.dataId);
  return [gradients.x, dh.info, gradients.inputWeight, gradients.recurrentWeight, bias];
};

function forwardBuffers({ recurrentWeight, bias, h0 }: Tensors, backend: WebgpuBackend) {
  return {
    recurrentWeight: backend.buffer(recurrentWeight),
    bias: backend.buffer(bias),
    h0: backend.buffer(h0),
  };
}

function backwardBuffers({ recurrentWeight, dOutput }: Tensors, backend: WebgpuBackend) {
  return { recurrentWeight: backend.buffer(recurrentWeight), dOutput: backend.buffer(dOutput) };
}

function sharedInputs({ x, h0, inputWeight, output }: Tensors) {
  return { x, h0, inputWeight, output };
}

/** Copies the last step of a sequence [T,B,H] to a tensor of its own. */
function lastStep(sequence: TensorInfo, { steps, batch, units }: Layer, backend: WebgpuBackend): TensorInfo {
  return backend.copyPart(sequence, (steps - 1) * batch * units, [batch, units]).info;
}

/** Returns outputs, and what the backward pass reads where it will come; otherwise that is freed. */
function withSaved(
  { saveForBackward }: RecurrentAttributes,
  backend: WebgpuBackend,
  outputs: readonly TensorInfo[],
  saved: readonly TensorInfo[],
): TensorInfo[] {
  if (saveForBackward) return [...outputs, ...saved];
  for (const { dataId } of saved) backend.disposeData(dataId);
  return [...outputs];
}
