/** The kernels of recurrent layers: LSTM, GRU and tanh, over a whole window, forward and backward. Contracts: ops/. */
import type { RecurrentAttributes } from '../../ops/recurrent.js';
import type { Allocated, CudaBackend } from './cuda-backend.js';
import type { Kernel, Tensors } from './cuda-kernel.js';
import { biasGradient, inputGradient, inputProduct, weightGradients } from './recurrent-products.js';
import { type Layer, launchBackward, launchForward, layerOf } from './recurrent-steps.js';

type RecurrentKernel = Kernel<RecurrentAttributes>;

/** Runs an LSTM layer. */
export const lstm: RecurrentKernel = (tensors, attributes, backend) => {
  const layer = layerOf('lstm', tensors, attributes);
  const { y, h } = allocateOutputs(layer, backend);
  const c = backend.allocate([layer.batch, layer.units]);
  const gates = saved(4, layer, attributes, backend);
  const cells = saved(1, layer, attributes, backend);
  inputProduct(backend, layer, tensors, gates.address);
  launchForward(backend, layer, {
    ...startOf(tensors, backend),
    gates: gates.address,
    cells: cells.address,
    y: y.address,
    lastH: h.address,
    lastC: c.address,
  });
  return infosOf(y, h, c, gates, cells);
};

/** Computes the gradients of an LSTM layer. */
export const lstmGradient: RecurrentKernel = (tensors, attributes, backend) => {
  const layer = layerOf('lstm', tensors, attributes);
  const dh = backend.allocate(tensors.h0.shape);
  const dc = backend.allocate(tensors.c0.shape);
  const dz = backend.borrow(layer.steps * layer.batch * 4 * layer.units);
  launchBackward(backend, layer, {
    ...startOf(tensors, backend),
    gates: backend.address(tensors.gates),
    cells: backend.address(tensors.cells),
    y: backend.address(tensors.output),
    dy: backend.address(tensors.dOutput),
    lastDh: backend.address(tensors.dH),
    lastDc: backend.address(tensors.dC),
    dh: dh.address,
    dc: dc.address,
    dz,
  });
  const dx = inputGradient(backend, layer, tensors, dz);
  const { dInputWeight, dRecurrentWeight } = weightGradients(backend, layer, tensors, dz);
  const dBias = biasGradient(backend, layer, dz, 4);
  return infosOf(dx, dh, dc, dInputWeight, dRecurrentWeight, dBias);
};

/** Runs a GRU layer. */
export const gru: RecurrentKernel = (tensors, attributes, backend) => {
  const layer = layerOf('gru', tensors, attributes);
  const { y, h } = allocateOutputs(layer, backend);
  const gates = saved(4, layer, attributes, backend);
  inputProduct(backend, layer, tensors, gates.address);
  launchForward(backend, layer, {
    ...startOf(tensors, backend),
    gates: gates.address,
    y: y.address,
    lastH: h.address,
  });
  return infosOf(y, h, gates);
};

/** Computes the gradients of a GRU layer. */
export const gruGradient: RecurrentKernel = (tensors, attributes, backend) => {
  const layer = layerOf('gru', tensors, attributes);
  const { steps, batch, units } = layer;
  const dh = backend.allocate(tensors.h0.shape);
  const dz = backend.borrow(steps * batch * 3 * units);
  const dCandidate = backend.borrow(steps * batch * units);
  launchBackward(backend, layer, {
    ...startOf(tensors, backend),
    gates: backend.address(tensors.gates),
    y: backend.address(tensors.output),
    dy: backend.address(tensors.dOutput),
    lastDh: backend.address(tensors.dH),
    dh: dh.address,
    dz,
    dCandidate,
  });
  const dx = inputGradient(backend, layer, tensors, dz);
  const { dInputWeight, dRecurrentWeight } = weightGradients(backend, layer, tensors, dz, dCandidate);
  const dBias = biasGradient(backend, layer, dz, 3);
  const dCandidateBias = biasGradient(backend, layer, dCandidate, 1);
  return infosOf(dx, dh, dInputWeight, dRecurrentWeight, dBias, dCandidateBias);
};

/** Runs a tanh layer. */
export const tanhRnn: RecurrentKernel = (tensors, attributes, backend) => {
  const layer = layerOf('tanhRnn', tensors, attributes);
  const { y, h } = allocateOutputs(layer, backend);
  // Without zoneout the output is the activations.
  const activations = layer.noise.zoneoutHidden ? saved(1, layer, attributes, backend) : y;
  inputProduct(backend, layer, tensors, activations.address);
  launchForward(backend, layer, {
    ...startOf(tensors, backend),
    gates: activations.address,
    y: y.address,
    lastH: h.address,
  });
  if (activations !== y) return infosOf(y, h, activations);
  const outputs = infosOf(y, h);
  return attributes.saveForBackward ? [...outputs, backend.share(y.info, y.info.shape)] : outputs;
};

/** Computes the gradients of a tanh layer. */
export const tanhRnnGradient: RecurrentKernel = (tensors, attributes, backend) => {
  const layer = layerOf('tanhRnn', tensors, attributes);
  const dh = backend.allocate(tensors.h0.shape);
  const dz = backend.borrow(layer.steps * layer.batch * layer.units);
  launchBackward(backend, layer, {
    ...startOf(tensors, backend),
    gates: backend.address(tensors.activations),
    y: backend.address(tensors.output),
    dy: backend.address(tensors.dOutput),
    lastDh: backend.address(tensors.dH),
    dh: dh.address,
    dz,
  });
  const dx = inputGradient(backend, layer, tensors, dz);
  const { dInputWeight, dRecurrentWeight } = weightGradients(backend, layer, tensors, dz);
  const dBias = biasGradient(backend, layer, dz, 1);
  return infosOf(dx, dh, dInputWeight, dRecurrentWeight, dBias);
};

/** Memory for what the backward pass reads. It is a tensor only where that pass will come. */
type Saved = Pick<Allocated, 'address'> & Partial<Allocated>;

/** Gets memory for `parts` values for each element of the output, side by side. */
function saved(
  parts: number,
  { steps, batch, units }: Layer,
  { saveForBackward }: RecurrentAttributes,
  backend: CudaBackend,
): Saved {
  const shape = [steps, batch, parts * units];
  return saveForBackward
    ? backend.allocate(shape)
    : { address: backend.borrow(steps * batch * parts * units) };
}

/** Returns the tensors among what was allocated. */
function infosOf(...all: readonly Saved[]) {
  return all.flatMap(({ info }) => info ?? []);
}

function allocateOutputs({ steps, batch, units }: Layer, backend: CudaBackend) {
  return { y: backend.allocate([steps, batch, units]), h: backend.allocate([batch, units]) };
}

/** Returns the addresses of the inputs that steps read in both directions, and of the bias that the forward pass reads. */
function startOf({ h0, c0, recurrentWeight, candidateBias }: Tensors, backend: CudaBackend) {
  return {
    u: backend.address(recurrentWeight),
    h0: backend.address(h0),
    c0: c0 ? backend.address(c0) : null,
    candidateBias: candidateBias ? backend.address(candidateBias) : null,
  };
}
