import { expect, it } from 'vitest';
import { describeEachBackend } from '../backends/each-backend.js';
import { tensorOf } from './arrays.js';
import { GRU } from './recurrent-cells.js';
import { behavesAsRecurrentLayer, DROPPING, STEP, ZONING } from './recurrent-layer.js';

describeEachBackend('gru on %s', () => {
  behavesAsRecurrentLayer(GRU, [...DROPPING, ...ZONING]);

  it('a GRU refuses masks for each gate', () => {
    const at = GRU.inputsOf({ steps: 1, batch: 1, inputs: 1, units: 1 }, 1);
    const tensors = Object.fromEntries(Object.entries(at).map(([name, array]) => [name, tensorOf(array)]));
    expect(() => GRU.run(tensors, { recurrent: { ...STEP, perGate: true } })).toThrow(/each gate/);
  });
});
