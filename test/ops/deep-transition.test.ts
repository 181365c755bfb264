import { describeEachBackend } from '../backends/each-backend.js';
import { deepTransitionCell } from './recurrent-cells.js';
import { behavesAsRecurrentLayer, DROPPING } from './recurrent-layer.js';

describeEachBackend('deepTransition on %s', () => {
  behavesAsRecurrentLayer(deepTransitionCell(2, true), DROPPING);
  behavesAsRecurrentLayer(deepTransitionCell(2, false), DROPPING.slice(0, 1));
  behavesAsRecurrentLayer(deepTransitionCell(4, true), DROPPING);
});
