import { describeEachBackend } from '../backends/each-backend.js';
import { TANH_RNN } from './recurrent-cells.js';
import { behavesAsRecurrentLayer, DROPPING, ZONING } from './recurrent-layer.js';

describeEachBackend('tanhRnn on %s', () => {
  behavesAsRecurrentLayer(TANH_RNN, [...DROPPING, ...ZONING]);
});
