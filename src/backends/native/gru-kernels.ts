/** The GRU kernels: one layer over a whole window, forward and backward. */
import type { TensorInfo } from '@tensorflow/tfjs';
import type { GruAttributes } from '../fused.js';
import { copyOf, type Kernel } from './kernel.js';
import { cellFreeArguments, LentMasks, lastStep } from './recurrent-kernels.js';

/** See {@link GruAttributes} for inputs and outputs. */
export const gru: Kernel<GruAttributes> = (inputs, attributes, backend) => {
  const [steps, batch] = inputs.x.shape;
  const units = inputs.h0.shape[1];
  const masks = new LentMasks(backend);
  const output = backend.allocate([steps, batch, units]);
  const gates = backend.allocate([steps, batch, 4 * units]);
  const failed = backend.functions.gruForward({
    ...cellFreeArguments(inputs, attributes, backend, masks),
    ...{ bias: backend.floats(inputs.bias), candidateBias: backend.floats(inputs.candidateBias) },
    ...{ y: output.values, gates: gates.values },
  });
  masks.giveBack(failed);
  const h = lastStep(backend, output.values, batch, units);
  if (attributes.keep) return [output.info, h, gates.info];
  backend.disposeData(gates.info.dataId);
  return [output.info, h];
};

/** The gradients of everything that goes into {@link gru}. */
export const gruGradient: Kernel<GruAttributes> = (inputs, attributes, backend) => {
  const { x, h0, inputWeight, recurrentWeight, output, gates, dOutput, dH } = inputs;
  const masks = new LentMasks(backend);
  const dh0 = copyOf(dH, backend);
  const dx = backend.allocate(x.shape);
  const dInputWeight = backend.allocate(inputWeight.shape);
  const dRecurrentWeight = backend.allocate(recurrentWeight.shape);
  const dBias = backend.allocate([inputWeight.shape[1]]);
  const dCandidateBias = backend.allocate([h0.shape[1]]);
  const failed = backend.functions.gruBackward({
    ...cellFreeArguments(inputs, attributes, backend, masks),
    ...{ y: backend.floats(output), gates: backend.floats(gates) },
    ...{ dy: backend.floats(dOutput), dh: dh0.values, dx: dx.values },
    ...{ dw: dInputWeight.values, du: dRecurrentWeight.values },
    ...{ dbias: dBias.values, dCandidateBias: dCandidateBias.values },
  });
  masks.giveBack(failed);
  const gradients = [dx, dh0, dInputWeight, dRecurrentWeight, dBias, dCandidateBias];
  return gradients.map(({ info }): TensorInfo => info);
};
