/** Everything that recurrent layers can be regularized by, for tests of their kernels. */
import type { DropoutMask, RecurrentDropout, Zoneout } from '../../../src/backends/fused.js';
import type { LstmOptions } from '../../../src/ops/lstm.js';
import type { RecurrentOptions } from '../../../src/ops/recurrent.js';

const STEP: DropoutMask = { rate: 0.35, lifetime: 'step', seed: 1, site: 1, step: 9 };
const SEQUENCE: DropoutMask = { ...STEP, lifetime: 'sequence' };
const STEP_MASK: RecurrentDropout = { ...STEP, site: 2, perGate: false };
const SEQUENCE_MASK: RecurrentDropout = { ...SEQUENCE, site: 2, perGate: false };
const ZONEOUT: Zoneout = {
  hidden: 0.3,
  cell: 0.45,
  masks: { seed: 1, hiddenSite: 5, cellSite: 6, step: 9 },
};
const EXPECTED: Zoneout = { ...ZONEOUT, masks: null };

/** What every recurrent layer takes. */
export const REGULARIZERS: readonly RecurrentOptions[] = [
  {},
  { recurrentDropout: STEP_MASK },
  { recurrentDropout: SEQUENCE_MASK },
  { zoneout: ZONEOUT },
  { zoneout: EXPECTED },
  { recurrentDropout: STEP_MASK, zoneout: ZONEOUT },
];

/** All at once. */
export const ALL_REGULARIZERS: LstmOptions = {
  inputDropout: STEP,
  recurrentDropout: { ...STEP_MASK, perGate: true },
  zoneout: ZONEOUT,
};

/** What the LSTM takes beyond {@link REGULARIZERS}. */
export const LSTM_REGULARIZERS: readonly LstmOptions[] = [
  { inputDropout: STEP },
  { inputDropout: SEQUENCE },
  { recurrentDropout: { ...STEP_MASK, perGate: true } },
  { recurrentDropout: { ...SEQUENCE_MASK, perGate: true } },
  { zoneout: { ...ZONEOUT, hidden: 0 } },
  { zoneout: { ...ZONEOUT, cell: 0 } },
  { zoneout: { ...EXPECTED, cell: 0 } },
  ALL_REGULARIZERS,
  { inputDropout: SEQUENCE, recurrentDropout: { ...SEQUENCE_MASK, perGate: true }, zoneout: EXPECTED },
];
