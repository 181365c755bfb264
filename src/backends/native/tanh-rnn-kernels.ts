/** The kernels of the plain recurrent layer: over a whole window, forward and backward. */
import type { TensorInfo } from '@tensorflow/tfjs';
import type { TanhRnnAttributes } from '../fused.js';
import { copyOf, type Kernel } from './kernel.js';
import { cellFreeArguments, LentMasks, lastStep } from './recurrent-kernels.js';

/** See {@link TanhRnnAttributes} for inputs and outputs. */
export const tanhRnn: Kernel<TanhRnnAttributes> = (inputs, attributes, backend) => {
  const [steps, batch] = inputs.x.shape;
  const units = inputs.h0.shape[1];
  const masks = new LentMasks(backend);
  const output = backend.allocate([steps, batch, units]);
  // But for zoneout the output is the activations.
  const activations = attributes.zoneout
    ? backend.allocate([steps, batch, units])
    : { info: backend.share(output.info), values: output.values };
  const failed = backend.functions.tanhRnnForward({
    ...cellFreeArguments(inputs, attributes, backend, masks),
    ...{ bias: backend.floats(inputs.bias), y: output.values, activations: activations.values },
  });
  masks.giveBack(failed);
  const h = lastStep(backend, output.values, batch, units);
  if (attributes.keep) return [output.info, h, activations.info];
  backend.disposeData(activations.info.dataId);
  return [output.info, h];
};

/** The gradients of everything that goes into {@link tanhRnn}. */
export const tanhRnnGradient: Kernel<TanhRnnAttributes> = (inputs, attributes, backend) => {
  const { x, inputWeight, recurrentWeight, output, activations, dOutput, dH } = inputs;
  const masks = new LentMasks(backend);
  const dh0 = copyOf(dH, backend);
  const dx = backend.allocate(x.shape);
  const dInputWeight = backend.allocate(inputWeight.shape);
  const dRecurrentWeight = backend.allocate(recurrentWeight.shape);
  const dBias = backend.allocate([inputWeight.shape[1]]);
  const failed = backend.functions.tanhRnnBackward({
    ...cellFreeArguments(inputs, attributes, backend, masks),
    ...{ y: backend.floats(output), activations: backend.floats(activations) },
    ...{ dy: backend.floats(dOutput), dh: dh0.values, dx: dx.values },
    ...{ dw: dInputWeight.values, du: dRecurrentWeight.values, dbias: dBias.values },
  });
  masks.giveBack(failed);
  return [dx, dh0, dInputWeight, dRecurrentWeight, dBias].map(({ info }): TensorInfo => info);
};
