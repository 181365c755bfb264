/** The gated recurrent unit of Cho et al. 2014. */
import type * as tf from '@tensorflow/tfjs';
import { gru } from '../../ops/gru.js';
import { gatedParameters, gatedTensors } from './gated.js';
import type { LayerKind } from './layer.js';

export const gruLayer: LayerKind = {
  stateNames: ['h'],
  keptPerUnit: 14,
  parameterShapes: ({ units }, inputs) => [
    ...gatedParameters(3, units, inputs),
    // The candidate's recurrent part has a bias of its own, for the reset gate scales it but not the input's part.
    { name: 'candidateBias', shape: [units], role: 'bias', units },
  ],
  run(window) {
    const { x, state, parameter, noise, precision } = window;
    const parameters = {
      ...gatedTensors(window),
      candidateBias: parameter('candidateBias') as tf.Tensor1D,
    };
    const { recurrentDropout, zoneout } = noise;
    const { output, h } = gru(x, state.h, parameters, { recurrentDropout, zoneout, precision });
    return { output, state: { h } };
  },
};
