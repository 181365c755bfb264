/** What layers with an input and a recurrent product have in common: their parameters, and DropConnect on the latter's. */
import type * as tf from '@tensorflow/tfjs';
import { type DropoutMask, dropout } from '../../ops/dropout.js';
import type { LayerWindow, ParameterShape } from './layer.js';

/** W [I, G·H], U [H, G·H] and b [G·H] of a layer with G gates side by side. */
export function gatedParameters(gates: number, units: number, inputs: number): ParameterShape[] {
  return [
    { name: 'inputWeight', shape: [inputs, gates * units], role: 'input', units },
    { name: 'recurrentWeight', shape: [units, gates * units], role: 'recurrent', units },
    { name: 'bias', shape: [gates * units], role: 'bias', units },
  ];
}

/** The three of {@link gatedParameters} as a window sees them, the recurrent weight with its weights dropped. */
export function gatedTensors({ parameter, noise }: LayerWindow) {
  return {
    inputWeight: parameter('inputWeight') as tf.Tensor2D,
    recurrentWeight: dropWeights(parameter('recurrentWeight') as tf.Tensor2D, noise.recurrentWeight),
    bias: parameter('bias') as tf.Tensor1D,
  };
}

/** DropConnect (Wan et al. 2013): single weights dropped for a whole window, the others scaled up (Merity et al. 2018). */
function dropWeights(weight: tf.Tensor2D, mask: DropoutMask | null): tf.Tensor2D {
  if (mask === null || mask.rate === 0) return weight;
  const [rows, columns] = weight.shape;
  return dropout(weight.reshape([1, rows, columns]) as tf.Tensor3D, mask).reshape([rows, columns]);
}
