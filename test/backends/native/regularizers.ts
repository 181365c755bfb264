/** Everything that recurrent layers can be regularized by, for tests of their kernels. */
import type { Noise, RecurrentNoise } from '../../../src/ops/noise.js';

const STEP: Noise = { rate: 0.35, mask: 'step', perGate: false, seed: 1, site: 2, step: 9 };
const SEQUENCE: Noise = { ...STEP, mask: 'sequence' };
const PER_GATE: Noise = { ...STEP, perGate: true };
const SEQUENCE_PER_GATE: Noise = { ...SEQUENCE, perGate: true };
const zoneoutHidden: Noise = { ...STEP, rate: 0.3, site: 5 };
const zoneoutCell: Noise = { ...STEP, rate: 0.45, site: 6 };
const expectedHidden: Noise = { ...zoneoutHidden, mask: 'expected' };
const expectedCell: Noise = { ...zoneoutCell, mask: 'expected' };
const EXPECTED = { zoneoutHidden: expectedHidden, zoneoutCell: expectedCell };
const onInput = (noise: Noise): Noise => ({ ...noise, site: 1 });

/** Regularizers of every recurrent layer. */
export const REGULARIZERS: readonly Partial<RecurrentNoise>[] = [
  {},
  { recurrent: STEP },
  { recurrent: SEQUENCE },
  { zoneoutHidden, zoneoutCell },
  EXPECTED,
  { recurrent: STEP, zoneoutHidden, zoneoutCell },
];

/** All at once. */
export const ALL_REGULARIZERS: Partial<RecurrentNoise> = {
  input: onInput(PER_GATE),
  recurrent: PER_GATE,
  zoneoutHidden,
  zoneoutCell,
};

/** Regularizers of the LSTM beyond {@link REGULARIZERS}. */
export const LSTM_REGULARIZERS: readonly Partial<RecurrentNoise>[] = [
  { input: onInput(PER_GATE) },
  { input: onInput(SEQUENCE_PER_GATE) },
  { recurrent: PER_GATE },
  { recurrent: SEQUENCE_PER_GATE },
  { zoneoutCell },
  { zoneoutHidden },
  { zoneoutHidden: expectedHidden },
  ALL_REGULARIZERS,
  { input: onInput(SEQUENCE_PER_GATE), recurrent: SEQUENCE_PER_GATE, ...EXPECTED },
];
