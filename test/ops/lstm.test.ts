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
  ['h dropped for each gate, a mask a step', { recurrent: { ...STEP, perGate: true } }],
  ['h dropped for each gate, a mask a sequence', { recurrent: { ...SEQUENCE, perGate: true } }],
  ['x dropped for each gate, a mask a step', { input: { ...STEP, site: 4, perGate: true } }],
  ['x dropped for each gate, a mask a sequence', { input: { ...SEQUENCE, site: 4, perGate: true } }],
];
const ALL: Regularizers = [
  ['zoneout of c alone', { zoneoutCell: ZONEOUT.zoneoutCell }],
  [
    'everything at once',
    {
      input: { ...STEP, site: 4, perGate: true },
      recurrent: { ...SEQUENCE, perGate: true },
      ...ZONEOUT,
    },
  ],
];

describeEachBackend('lstm on %s', () => {
  behavesAsRecurrentLayer(LSTM, [...DROPPING, ...FOR_EACH_GATE, ...ZONING, ...ALL]);
});
