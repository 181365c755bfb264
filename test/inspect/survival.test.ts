/** Compares the probability of survival with masks as the network draws them. */
import { beforeAll, expect, it } from 'vitest';
import { activateBackend } from '../../src/backends/select.js';
import { survival } from '../../src/inspect/survival.js';
import {
  type DropoutTable,
  noiseBelowLayer,
  noiseBelowSoftmax,
  noiseInLayer,
} from '../../src/model/noise-placement.js';
import { dropoutMask, type Noise } from '../../src/ops/noise.js';
import { NO_DROPOUT } from '../model/small-models.js';
import { valuesOf } from '../ops/arrays.js';

const [LAYERS, BATCH, UNITS, STEPS] = [3, 60, 60, 9];

beforeAll(async () => {
  await activateBackend('cpu');
});

const edge = (rate: number, mask: 'step' | 'sequence' = 'step') => ({ rate, mask, perGate: false });
const vertical: DropoutTable = { ...NO_DROPOUT, input: edge(0.1), between: edge(0.2), output: edge(0.15) };

/** Share of units that every mask keeps: those below each layer, the recurrent ones of the first layer at k steps, that below the softmax. */
function sharePassing(table: DropoutTable, lag: number): number {
  const window = { table, seed: 4, step: 100 };
  const at = (noise: Noise | null, step: number): number[] => {
    if (!noise || noise.rate === 0) return new Array(BATCH * UNITS).fill(1);
    const mask = valuesOf(dropoutMask([STEPS, BATCH, UNITS], noise));
    const size = BATCH * UNITS;
    const drawn = mask.length / size;
    return mask.slice((step % drawn) * size, ((step % drawn) + 1) * size);
  };
  const last = STEPS - 1;
  const recurrent = noiseInLayer(window, table.zoneout, 0).recurrent;
  const masks = [
    at(noiseBelowLayer(window, 0), last - lag),
    ...Array.from({ length: lag }, (_, k) => at(recurrent, last - k)),
    ...Array.from({ length: LAYERS - 1 }, (_, l) => at(noiseBelowLayer(window, l + 1), last)),
    at(noiseBelowSoftmax(window, LAYERS), last),
  ];
  const passing = masks.reduce(
    (kept, mask) => kept.map((so, unit) => so && mask[unit] !== 0),
    new Array(BATCH * UNITS).fill(true),
  );
  return passing.filter(Boolean).length / passing.length;
}

it.each([
  ['vertical edges', vertical],
  ['the recurrent edge at each step', { ...vertical, recurrent: edge(0.25) }],
  ['the recurrent edge once a sequence', { ...vertical, recurrent: edge(0.25, 'sequence') }],
])('with masks on %s, as many units survive as the formula says', (_, table) => {
  for (const lag of [1, 3, 8]) {
    const expected = survival(table, LAYERS, lag);
    const error = Math.sqrt((expected * (1 - expected)) / (BATCH * UNITS));
    expect(Math.abs(sharePassing(table, lag) - expected), `lag ${lag}`).toBeLessThan(4 * error);
  }
});

it('on the vertical edges alone, a unit crosses L + 1 masks at any lag', () => {
  const half: DropoutTable = { ...NO_DROPOUT, input: edge(0.5), between: edge(0.5), output: edge(0.5) };
  expect([0, 1, 10, 100].map((lag) => survival(half, 2, lag))).toEqual([0.125, 0.125, 0.125, 0.125]);
  expect(survival({ ...half, recurrent: edge(0.5) }, 2, 10)).toBe(0.5 ** 13);
});
