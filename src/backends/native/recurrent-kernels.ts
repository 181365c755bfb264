/** The kernels of recurrent layers: LSTM, GRU and tanh, over a whole window, forward and backward. Contracts: ops/. */
import type { TensorInfo } from '@tensorflow/tfjs';
import type { Noise } from '../../ops/noise.js';
import type { RecurrentAttributes } from '../../ops/recurrent.js';
import { suitsFactors } from './factors.js';
import type { NativeFunctions } from './library.js';
import type { NativeBackend } from './native-backend.js';
import { checkMemory, copyOf, type Kernel, mixedFlag, nativeNoise, type Tensors } from './native-kernel.js';

type RecurrentKernel = Kernel<RecurrentAttributes>;
type Layer = Parameters<NativeFunctions['lstmForward']>[0];

/** Runs an LSTM layer. */
export const lstm: RecurrentKernel = (inputs, attributes, backend) => {
  const [steps, batch, units] = windowOf(inputs);
  const output = backend.allocate([steps, batch, units]);
  const cells = backend.allocate([steps, batch, units]);
  const gates = backend.allocate([steps, batch, 4 * units]);
  const layer = layerOf(inputs, attributes, backend);
  checkMemory(
    backend.functions.lstmForward({ ...layer, y: output.values, cells: cells.values, gates: gates.values }),
  );
  const h = lastStep(backend, output.values, batch, units);
  const c = lastStep(backend, cells.values, batch, units);
  if (attributes.saveForBackward) return [output.info, h, c, gates.info, cells.info];
  backend.disposeData(gates.info.dataId);
  backend.disposeData(cells.info.dataId);
  return [output.info, h, c];
};

/** Computes the gradients of an LSTM layer. */
export const lstmGradient: RecurrentKernel = (inputs, attributes, backend) => {
  const { output, gates, cells, dC } = inputs;
  const layer = layerOf(inputs, attributes, backend);
  const isFactored = suitsLstmFactors(inputs, attributes);
  const gradients = isFactored ? allocateFactors(inputs, backend) : allocateGradients(inputs, backend);
  const dc = copyOf(dC, backend);
  checkMemory(
    backend.functions.lstmBackward({
      ...layer,
      y: backend.floats(output),
      cells: backend.floats(cells),
      gates: backend.floats(gates),
      ...gradients.arrays,
      dc: dc.values,
    }),
  );
  // The weights' gradients are products with the same right factor, which was written once.
  if ('rightOfRecurrent' in gradients) gradients.rightOfRecurrent.set(gradients.arrays.dGates);
  const [dx, dh0, ...ofParameters] = gradients.infos;
  return [dx, dh0, dc.info, ...ofParameters];
};

/** Returns whether both weights' gradients are better kept as products, which masks of dropout forbid. */
function suitsLstmFactors(
  { x, inputWeight, recurrentWeight }: Tensors,
  { noise, precision }: RecurrentAttributes,
): boolean {
  if (noise.input || noise.recurrent) return false;
  return [inputWeight, recurrentWeight].every(({ shape }) =>
    suitsFactors(x.shape[0] * x.shape[1], shape, precision),
  );
}

/** Runs a GRU layer. */
export const gru: RecurrentKernel = (inputs, attributes, backend) => {
  const [steps, batch, units] = windowOf(inputs);
  const output = backend.allocate([steps, batch, units]);
  const gates = backend.allocate([steps, batch, 4 * units]);
  const layer = layerOf(inputs, attributes, backend);
  checkMemory(backend.functions.gruForward({ ...layer, y: output.values, gates: gates.values }));
  const h = lastStep(backend, output.values, batch, units);
  if (attributes.saveForBackward) return [output.info, h, gates.info];
  backend.disposeData(gates.info.dataId);
  return [output.info, h];
};

/** Computes the gradients of a GRU layer. */
export const gruGradient: RecurrentKernel = (inputs, attributes, backend) => {
  const layer = layerOf(inputs, attributes, backend);
  const gradients = allocateGradients(inputs, backend);
  const dCandidateBias = backend.allocate([layer.units]);
  checkMemory(
    backend.functions.gruBackward({
      ...layer,
      y: backend.floats(inputs.output),
      gates: backend.floats(inputs.gates),
      ...gradients.arrays,
      dCandidateBias: dCandidateBias.values,
    }),
  );
  return [...gradients.infos, dCandidateBias.info];
};

/** Runs a tanh layer. */
export const tanhRnn: RecurrentKernel = (inputs, attributes, backend) => {
  const [steps, batch, units] = windowOf(inputs);
  const output = backend.allocate([steps, batch, units]);
  // Without zoneout the output is the activations.
  const activations = attributes.noise.zoneoutHidden
    ? backend.allocate([steps, batch, units])
    : { info: backend.share(output.info), values: output.values };
  const layer = layerOf(inputs, attributes, backend);
  checkMemory(backend.functions.tanhRnnForward({ ...layer, y: output.values, gates: activations.values }));
  const h = lastStep(backend, output.values, batch, units);
  if (attributes.saveForBackward) return [output.info, h, activations.info];
  backend.disposeData(activations.info.dataId);
  return [output.info, h];
};

/** Computes the gradients of a tanh layer. */
export const tanhRnnGradient: RecurrentKernel = (inputs, attributes, backend) => {
  const layer = layerOf(inputs, attributes, backend);
  const gradients = allocateGradients(inputs, backend);
  checkMemory(
    backend.functions.tanhRnnBackward({
      ...layer,
      y: backend.floats(inputs.output),
      gates: backend.floats(inputs.activations),
      ...gradients.arrays,
    }),
  );
  return gradients.infos;
};

/** Returns T, B and H of a window. */
export function windowOf({ x, h0 }: Tensors): [steps: number, batch: number, units: number] {
  return [x.shape[0], x.shape[1], h0.shape[1]];
}

/** Returns the struct of a layer, without the arrays that the passes write. */
export function layerOf(inputs: Tensors, { noise, precision }: RecurrentAttributes, backend: NativeBackend) {
  const { x, h0, c0, inputWeight, recurrentWeight, bias, candidateBias } = inputs;
  const floats = (tensor: TensorInfo | undefined) => (tensor ? backend.floats(tensor) : null);
  const noiseOf = (from: Noise | null) => from && nativeNoise(from);
  return {
    mixed: mixedFlag(precision),
    steps: x.shape[0],
    batch: x.shape[1],
    inputs: x.shape[2],
    units: h0.shape[1],
    x: backend.floats(x),
    h0: backend.floats(h0),
    c0: floats(c0),
    w: backend.floats(inputWeight),
    u: backend.floats(recurrentWeight),
    bias: floats(bias),
    candidateBias: floats(candidateBias),
    inputDropout: noiseOf(noise.input),
    recurrentDropout: noiseOf(noise.recurrent),
    hiddenZoneout: noiseOf(noise.zoneoutHidden),
    cellZoneout: noiseOf(noise.zoneoutCell),
    cells: null,
    dy: null,
    dh: null,
    dc: null,
    dx: null,
    dw: null,
    du: null,
    dbias: null,
    dGates: null,
    dCandidateBias: null,
  } satisfies Omit<Layer, 'y' | 'gates'>;
}

/** Allocates the gradients of an LSTM layer, those of its weights as products: tensors in the order of the contract. */
function allocateFactors(inputs: Tensors, backend: NativeBackend) {
  const { x, h0, output } = inputs;
  const rows = x.shape[0] * x.shape[1];
  const { infos, arrays, dw, du } = allocateAround(inputs, backend, ({ shape }) =>
    backend.allocateFactors(shape, rows),
  );
  dw.factors.left.set(backend.floats(x));
  const before = backend.floats(h0);
  du.factors.left.set(before);
  du.factors.left.set(
    backend.floats(output).subarray(0, du.factors.left.length - before.length),
    before.length,
  );
  return {
    infos,
    arrays: { ...arrays, dGates: dw.factors.right } satisfies Partial<Layer>,
    rightOfRecurrent: du.factors.right,
  };
}

/** Allocates the gradients that all layers have: tensors in the order of the contracts, and members of the struct. */
export function allocateGradients(inputs: Tensors, backend: NativeBackend) {
  const { infos, arrays, dw, du } = allocateAround(inputs, backend, ({ shape }) => backend.allocate(shape));
  return { infos, arrays: { ...arrays, dw: dw.values, du: du.values } satisfies Partial<Layer> };
}

/** Allocates the gradients that all layers have, those of the two weights as `ofWeight` does. */
function allocateAround<T extends { readonly info: TensorInfo }>(
  { x, inputWeight, recurrentWeight, dOutput, dH }: Tensors,
  backend: NativeBackend,
  ofWeight: (weight: TensorInfo) => T,
) {
  const dh = copyOf(dH, backend);
  const dx = backend.allocate(x.shape);
  const [dw, du] = [ofWeight(inputWeight), ofWeight(recurrentWeight)];
  const dbias = backend.allocate([inputWeight.shape[1]]);
  return {
    infos: [dx, dh, dw, du, dbias].map(({ info }): TensorInfo => info),
    arrays: { dy: backend.floats(dOutput), dh: dh.values, dx: dx.values, dbias: dbias.values },
    dw,
    du,
  };
}

/** Copies the last step of [T,B,H]: [B,H]. */
export function lastStep(
  backend: NativeBackend,
  sequence: Float32Array,
  batch: number,
  units: number,
): TensorInfo {
  const { info, values } = backend.allocate([batch, units]);
  values.set(sequence.subarray(sequence.length - batch * units));
  return info;
}
