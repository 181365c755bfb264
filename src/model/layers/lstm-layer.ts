/** The paper's layer: long short-term memory without peepholes (section 3.1). */
import { lstm } from '../../ops/lstm.js';
import { gatedParameters, gatedTensors } from './gated.js';
import type { LayerKind } from './layer.js';

export const lstmLayer: LayerKind = {
  stateNames: ['h', 'c'],
  // x, dropped x, z, gates, factors, c, h.
  keptPerUnit: 18,
  parameterShapes: ({ units }, inputs) => gatedParameters(4, units, inputs),
  run(window) {
    const { x, state, noise, precision } = window;
    const { inputDropout, recurrentDropout, zoneout } = noise;
    const options = { inputDropout, recurrentDropout, zoneout, precision };
    const result = lstm(x, { h: state.h, c: state.c }, gatedTensors(window), options);
    return { output: result.output, state: { h: result.state.h, c: result.state.c } };
  },
};
