/** The LSTM kernels: one layer over a whole window, forward and backward. */
import type { TensorInfo } from '@tensorflow/tfjs';
import type { DropoutMask, LstmAttributes } from '../fused.js';
import { drawMask } from './dropout-kernel.js';
import { type Kernel, outOfMemory } from './kernel.js';
import type { NativeBackend } from './native-backend.js';

/** See {@link LstmAttributes} for inputs and outputs. */
export const lstm: Kernel<LstmAttributes> = (inputs, { recurrentDropout, precision, keep }, backend) => {
  const [steps, batch, width] = inputs.x.shape;
  const units = inputs.h0.shape[1];
  const masks = recurrentMasks(backend, recurrentDropout, [steps, batch, units]);
  const output = backend.allocate([steps, batch, units]);
  const cells = backend.allocate([steps, batch, units]);
  const gates = backend.allocate([steps, batch, 4 * units]);
  const failed = backend.functions.lstmForward({
    ...{ mixed: precision === 'mixed' ? 1 : 0, steps, batch, inputs: width, units },
    ...{ x: backend.floats(inputs.x), h0: backend.floats(inputs.h0), c0: backend.floats(inputs.c0) },
    ...{ w: backend.floats(inputs.inputWeight), u: backend.floats(inputs.recurrentWeight) },
    ...{ bias: backend.floats(inputs.bias), masks: masks.values, maskSteps: masks.steps },
    ...{ y: output.values, cells: cells.values, gates: gates.values },
  });
  if (masks.info) backend.disposeData(masks.info.dataId);
  if (failed) throw outOfMemory();
  const h = lastStep(backend, output.values, batch, units);
  const c = lastStep(backend, cells.values, batch, units);
  if (keep) return [output.info, h, c, gates.info, cells.info];
  backend.disposeData(gates.info.dataId);
  backend.disposeData(cells.info.dataId);
  return [output.info, h, c];
};

/** A copy of the last step of [T,B,H]: [B,H]. */
function lastStep(backend: NativeBackend, sequence: Float32Array, batch: number, units: number): TensorInfo {
  const { info, values } = backend.allocate([batch, units]);
  values.set(sequence.subarray(sequence.length - batch * units));
  return info;
}

/** The gradients of everything that goes into {@link lstm}. */
export const lstmGradient: Kernel<LstmAttributes> = (inputs, { recurrentDropout, precision }, backend) => {
  const { x, h0, c0, inputWeight, recurrentWeight, output, gates, cells, dOutput, dH, dC } = inputs;
  const [steps, batch, width] = x.shape;
  const units = h0.shape[1];
  const masks = recurrentMasks(backend, recurrentDropout, [steps, batch, units]);
  const dx = backend.allocate(x.shape);
  const dh0 = backend.allocate(h0.shape);
  const dc0 = backend.allocate(c0.shape);
  const dInputWeight = backend.allocate(inputWeight.shape);
  const dRecurrentWeight = backend.allocate(recurrentWeight.shape);
  const dBias = backend.allocate([4 * units]);
  dh0.values.set(backend.floats(dH));
  dc0.values.set(backend.floats(dC));
  const failed = backend.functions.lstmBackward({
    ...{ mixed: precision === 'mixed' ? 1 : 0, steps, batch, inputs: width, units },
    ...{ x: backend.floats(x), h0: backend.floats(h0), c0: backend.floats(c0) },
    ...{ w: backend.floats(inputWeight), u: backend.floats(recurrentWeight) },
    ...{ masks: masks.values, maskSteps: masks.steps },
    ...{ y: backend.floats(output), cells: backend.floats(cells), gates: backend.floats(gates) },
    ...{ dy: backend.floats(dOutput), dh: dh0.values, dc: dc0.values, dx: dx.values },
    ...{ dw: dInputWeight.values, du: dRecurrentWeight.values, dbias: dBias.values },
  });
  if (masks.info) backend.disposeData(masks.info.dataId);
  if (failed) throw outOfMemory();
  return [dx.info, dh0.info, dc0.info, dInputWeight.info, dRecurrentWeight.info, dBias.info];
};

/** Masks of the recurrent edge as the LSTM kernels take them: [T,B,H], or [1,B,H] for one that the window shares. */
function recurrentMasks(
  backend: NativeBackend,
  mask: DropoutMask | null,
  [steps, batch, units]: readonly [number, number, number],
): { values: Float32Array | null; steps: number; info: TensorInfo | null } {
  if (mask === null) return { values: null, steps: 0, info: null };
  const drawn = mask.lifetime === 'step' ? steps : 1;
  const { info, values } = backend.allocate([drawn, batch, units]);
  drawMask(backend, mask, [drawn, batch, units], null, values);
  return { values, steps: drawn, info };
}
