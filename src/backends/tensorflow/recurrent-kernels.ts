/**
 * The kernels of LSTM layers. Forward, one operation runs all steps. Backward, TensorFlow's own gradient of it adds to the whole
 * gradient of the weights at every step, which is most of the time of a wide layer. So the steps are run one by one here, and each
 * weight gets its gradient by one product over all steps. Contracts: ops/lstm.ts.
 */
import type { RecurrentAttributes } from '../../ops/recurrent.js';
import type { BackendKernel } from '../kernel-registry.js';
import { type LstmStep, Operations, type Tensor } from './operations.js';
import type { TensorflowBackend } from './tensorflow-backend.js';

type RecurrentKernel = BackendKernel<RecurrentAttributes, TensorflowBackend>;

/** Gates of a layer, side by side. */
const GATES = 4;

/** Returns whether the kernels here compute a layer: one without noise inside, in float32. */
export function isPlain({ noise, precision }: RecurrentAttributes): boolean {
  return precision === 'f32' && Object.values(noise).every((source) => source === null);
}

/** Runs a layer. */
export const lstm: RecurrentKernel = (inputs, { saveForBackward }, backend) =>
  Operations.run(backend, (operations) => {
    const [x, h0, c0] = [inputs.x, inputs.h0, inputs.c0].map((tensor) => operations.of(tensor));
    const weights = [inputs.inputWeight, inputs.recurrentWeight].map((tensor) => operations.of(tensor));
    const weight = operations.concat(weights, 0);
    const layer = operations.blockLstm(x, h0, c0, weight, operations.of(inputs.bias));
    const { i, f, g, o, cells, hidden } = layer;
    const last = [hidden, cells].map((sequence) => lastStep(operations, sequence));
    if (!saveForBackward) return [hidden, ...last];
    return [hidden, ...last, operations.concat([i, f, g, o], 2), cells];
  });

/** Computes the gradients of a layer. */
export const lstmGradient: RecurrentKernel = (inputs, _attributes, backend) =>
  Operations.run(backend, (operations) => {
    const of = (name: string) => operations.of(inputs[name]);
    const [steps, batch, units] = inputs.output.shape;
    const rows = steps * batch;
    const recurrent = of('recurrentWeight');
    const reordered = exchangedGates(operations, recurrent);
    const each = stepsOf(operations, of('gates'), of('cells'), of('c0'));
    const dOutput = operations.unstack(of('dOutput'));
    let [dh, dc] = [of('dH'), of('dC')];
    const dz: Tensor[] = [];
    for (let t = steps - 1; t >= 0; t--) {
      [dc, dz[t]] = operations.lstmStepGradient(each[t], recurrent, dc, operations.add(dh, dOutput[t]));
      // U · dzᵀ is a third to two thirds of the time of dz · Uᵀ, which is the same.
      dh = operations.transpose(operations.product(reordered, dz[t], false, true));
    }
    const flat = operations.reshape(operations.stack(dz), [rows, GATES * units]);
    const dZ = exchangedGates(operations, flat);
    const earlier = operations.slice(of('output'), [0, 0, 0], [steps - 1, batch, units]);
    const first = operations.reshape(of('h0'), [1, batch, units]);
    const previous = operations.reshape(operations.concat([first, earlier], 0), [rows, units]);
    const x = operations.reshape(of('x'), [rows, inputs.x.shape[2]]);
    return [
      operations.reshape(operations.product(dZ, of('inputWeight'), false, true), inputs.x.shape),
      dh,
      dc,
      operations.product(x, dZ, true),
      operations.product(previous, dZ, true),
      operations.sumOverRows(dZ),
    ];
  });

/** Exchanges the columns of the second and third gate: from our order i, f, g, o to that of a step, i, g, f, o, or back. */
function exchangedGates(operations: Operations, matrix: Tensor): Tensor {
  const [first, second, third, fourth] = operations.split(matrix, GATES, 1);
  return operations.concat([first, third, second, fourth], 1);
}

/** Cuts what the forward pass saved into steps. */
function stepsOf(operations: Operations, gates: Tensor, cells: Tensor, c0: Tensor): LstmStep[] {
  const [, batch, units] = cells.shape;
  const [i, f, g, o] = operations.split(gates, GATES, 2).map((gate) => operations.unstack(gate));
  const cell = operations.unstack(cells);
  const tanhCell = operations.unstack(operations.tanh(cells));
  const noInput = operations.zeros([batch, 0]);
  const peephole = operations.zeros([units]);
  const bias = operations.zeros([GATES * units]);
  return cell.map((_, t) => ({
    noInput,
    previousCell: t === 0 ? c0 : cell[t - 1],
    i: i[t],
    f: f[t],
    g: g[t],
    o: o[t],
    cell: cell[t],
    tanhCell: tanhCell[t],
    peephole,
    bias,
  }));
}

/** Returns the last step of [T,B,H]: [B,H]. */
function lastStep(operations: Operations, sequence: Tensor): Tensor {
  const [steps, batch, units] = sequence.shape;
  const step = operations.slice(sequence, [steps - 1, 0, 0], [1, batch, units]);
  return operations.reshape(step, [batch, units]);
}
