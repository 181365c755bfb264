/** The plain recurrent layer of Elman 1990. */
import { tanhRnn } from '../../ops/tanh-rnn.js';
import { gatedParameters, gatedTensors } from './gated.js';
import type { LayerKind } from './layer.js';

export const tanhRnnLayer: LayerKind = {
  stateNames: ['h'],
  keptPerUnit: 6,
  parameterShapes: ({ units }, inputs) => gatedParameters(1, units, inputs),
  run(window) {
    const { x, state, noise, precision } = window;
    const { recurrentDropout, zoneout } = noise;
    const options = { recurrentDropout, zoneout, precision };
    const { output, h } = tanhRnn(x, state.h, gatedTensors(window), options);
    return { output, state: { h } };
  },
};
