/** The LSTM kernels: one layer over a whole window, forward and backward. */
import type { TensorInfo } from '@tensorflow/tfjs';
import type { LstmAttributes } from '../fused.js';
import { copyOf, type Kernel, mixedFlag, type Tensors } from './kernel.js';
import type { NativeBackend } from './native-backend.js';
import { LentMasks, lastStep } from './recurrent-kernels.js';

const GATES = 4;

/** See {@link LstmAttributes} for inputs and outputs. */
export const lstm: Kernel<LstmAttributes> = (inputs, attributes, backend) => {
  const [steps, batch] = inputs.x.shape;
  const units = inputs.h0.shape[1];
  const masks = new LentMasks(backend);
  const output = backend.allocate([steps, batch, units]);
  const cells = backend.allocate([steps, batch, units]);
  const gates = backend.allocate([steps, batch, GATES * units]);
  const failed = backend.functions.lstmForward({
    ...commonArguments(inputs, attributes, backend, masks),
    bias: backend.floats(inputs.bias),
    ...{ y: output.values, cells: cells.values, gates: gates.values },
  });
  masks.giveBack(failed);
  const h = lastStep(backend, output.values, batch, units);
  const c = lastStep(backend, cells.values, batch, units);
  if (attributes.keep) return [output.info, h, c, gates.info, cells.info];
  backend.disposeData(gates.info.dataId);
  backend.disposeData(cells.info.dataId);
  return [output.info, h, c];
};

/** The gradients of everything that goes into {@link lstm}. */
export const lstmGradient: Kernel<LstmAttributes> = (inputs, attributes, backend) => {
  const { x, inputWeight, recurrentWeight, output, gates, cells, dOutput, dH, dC } = inputs;
  const masks = new LentMasks(backend);
  const [dh0, dc0] = [copyOf(dH, backend), copyOf(dC, backend)];
  const dx = backend.allocate(x.shape);
  const dInputWeight = backend.allocate(inputWeight.shape);
  const dRecurrentWeight = backend.allocate(recurrentWeight.shape);
  const dBias = backend.allocate([inputWeight.shape[1]]);
  const failed = backend.functions.lstmBackward({
    ...commonArguments(inputs, attributes, backend, masks),
    ...{ y: backend.floats(output), cells: backend.floats(cells), gates: backend.floats(gates) },
    ...{ dy: backend.floats(dOutput), dh: dh0.values, dc: dc0.values, dx: dx.values },
    ...{ dw: dInputWeight.values, du: dRecurrentWeight.values, dbias: dBias.values },
  });
  masks.giveBack(failed);
  const gradients = [dx, dh0, dc0, dInputWeight, dRecurrentWeight, dBias];
  return gradients.map(({ info }): TensorInfo => info);
};

/** The arguments of both passes. */
function commonArguments(
  { x, h0, c0, inputWeight, recurrentWeight }: Tensors,
  { inputDropout, recurrentDropout, zoneout, precision }: LstmAttributes,
  backend: NativeBackend,
  masks: LentMasks,
) {
  const [steps, batch, width] = x.shape;
  const units = h0.shape[1];
  const maskParts = recurrentDropout?.perGate ? GATES : 1;
  const onInput = masks.dropout(inputDropout, [steps, batch, GATES * width]);
  const onHidden = masks.dropout(recurrentDropout, [steps, batch, maskParts * units]);
  const hidden = masks.zoneout(zoneout, 'hidden', [steps, batch, units]);
  const cell = masks.zoneout(zoneout, 'cell', [steps, batch, units]);
  return {
    ...{ mixed: mixedFlag(precision), steps, batch, inputs: width, units },
    ...{ x: backend.floats(x), h0: backend.floats(h0), c0: backend.floats(c0) },
    ...{ w: backend.floats(inputWeight), u: backend.floats(recurrentWeight) },
    ...{ inputMasks: onInput.values, inputMaskSteps: onInput.steps },
    ...{ masks: onHidden.values, maskSteps: onHidden.steps, maskParts },
    ...{ hiddenZoneout: hidden.values, cellZoneout: cell.values },
    zoneoutSteps: Math.max(hidden.steps, cell.steps),
  };
}
