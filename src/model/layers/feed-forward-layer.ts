/** A tanh layer without recurrence: the deep output of Pascanu et al. 2014 where it is the last of a stack. */
import * as tf from '@tensorflow/tfjs';
import { matrixProduct } from '../../ops/products.js';
import type { LayerKind } from './layer.js';

export const feedForwardLayer: LayerKind = {
  stateNames: [],
  keptPerUnit: 4,
  parameterShapes: ({ units }, inputs) => [
    { name: 'weight', shape: [inputs, units], role: 'input', units },
    { name: 'bias', shape: [units], role: 'bias', units },
  ],
  run({ x, parameter, precision }, { units }) {
    const [steps, batch, inputs] = x.shape;
    const rows = x.reshape([steps * batch, inputs]) as tf.Tensor2D;
    const z = matrixProduct(rows, parameter('weight') as tf.Tensor2D, precision);
    const output = tf.tanh(tf.add(z, parameter('bias'))).reshape([steps, batch, units]) as tf.Tensor3D;
    return { output, state: {} };
  },
};
