import { describeEachBackend } from '../backends/each-backend.js';
import { LSTM } from './recurrent-cells.js';
import {
  behavesAsRecurrentLayer,
  DROPPING,
  type Regularizers,
  SEQUENCE,
  STEP,
  ZONEOUT,
  ZONING,
} from './recurrent-layer.js';

const FOR_EACH_GATE: Regularizers = [
  ['h dropped for each gate, a mask a step', { recurrentDropout: { ...STEP, perGate: true } }],
  ['h dropped for each gate, a mask a sequence', { recurrentDropout: { ...SEQUENCE, perGate: true } }],
  ['x dropped for each gate, a mask a step', { inputDropout: { ...STEP, site: 4 } }],
  ['x dropped for each gate, a mask a sequence', { inputDropout: { ...SEQUENCE, site: 4 } }],
];
const ALL: Regularizers = [
  ['zoneout of c alone', { zoneout: { ...ZONEOUT, hidden: 0 } }],
  [
    'everything at once',
    {
      inputDropout: { ...STEP, site: 4 },
      recurrentDropout: { ...SEQUENCE, perGate: true },
      zoneout: ZONEOUT,
    },
  ],
];

describeEachBackend('lstm on %s', () => {
  behavesAsRecurrentLayer(LSTM, [...DROPPING, ...FOR_EACH_GATE, ...ZONING, ...ALL]);
});
