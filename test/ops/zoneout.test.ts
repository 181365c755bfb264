import { beforeAll, describe, expect, it } from 'vitest';
import { activateBackend } from '../../src/backends/select.js';
import { retainedMask } from '../../src/ops/dropout.js';
import { philoxWords, STREAM } from '../../src/ops/philox.js';
import { describeEachBackend } from '../backends/each-backend.js';
import { expectClose, tensorOf, valuesOf } from './arrays.js';
import { type Cell, GRU, LSTM, TANH_RNN } from './recurrent-cells.js';
import { ZONEOUT } from './recurrent-layer.js';

const MASK = { probability: 0.3, seed: 5, site: 2, step: 100 };
/** One step, so that what is kept can be told from what is new. */
const SHAPE = { steps: 1, batch: 5, inputs: 3, units: 31 };

describe('retainedMask', () => {
  beforeAll(() => activateBackend('cpu'));

  it('is 1 exactly where dropout at this rate would drop', () => {
    const mask = valuesOf(retainedMask([3, 5, 7], MASK));
    const expected = [100, 101, 102].flatMap((step) =>
      Array.from(philoxWords({ seed: 5, stream: STREAM.dropout, site: 2, step }, 35), (word) =>
        word < 0.3 * 2 ** 32 ? 1 : 0,
      ),
    );
    expect(mask).toEqual(expected);
    expect(mask).toContain(1);
    expect(mask).toContain(0);
  });

  it('keeps a unit with the given probability', () => {
    const mask = valuesOf(retainedMask([10, 100, 100], MASK));
    const kept = mask.reduce((sum, value) => sum + value, 0) / mask.length;
    expect(Math.abs(kept - 0.3)).toBeLessThan(4 * Math.sqrt((0.3 * 0.7) / mask.length));
  });
});

/** The parts of the state after one step: with zoneout, without it, and before the step. */
function aroundOneStep(cell: Cell, zoneout: typeof ZONEOUT) {
  const at = cell.inputsOf(SHAPE, 41);
  const tensors = Object.fromEntries(Object.entries(at).map(([name, array]) => [name, tensorOf(array)]));
  const [, ...zoned] = cell.run(tensors, { zoneout });
  const [, ...plain] = cell.run(tensors);
  return cell.state.map((name, i) => ({
    part: name === 'h0' ? ('hidden' as const) : ('cell' as const),
    before: valuesOf(tensors[name]),
    plain: valuesOf(plain[i]),
    zoned: valuesOf(zoned[i]),
  }));
}

describeEachBackend('zoneout on %s', () => {
  it.each([LSTM, GRU, TANH_RNN])('keeps units of $name as they are and leaves the others alone', (cell) => {
    const { seed, step, hiddenSite, cellSite } = ZONEOUT.masks as NonNullable<typeof ZONEOUT.masks>;
    for (const { part, before, plain, zoned } of aroundOneStep(cell, ZONEOUT)) {
      const site = part === 'hidden' ? hiddenSite : cellSite;
      const words = philoxWords({ seed, stream: STREAM.dropout, site, step }, before.length);
      const threshold = ZONEOUT[part] * 2 ** 32;
      expect(zoned).toEqual(plain.map((value, i) => (words[i] < threshold ? before[i] : value)));
    }
  });

  it.each([LSTM, GRU, TANH_RNN])('takes the expectation of $name at test time', (cell) => {
    for (const { part, before, plain, zoned } of aroundOneStep(cell, { ...ZONEOUT, masks: null })) {
      const p = ZONEOUT[part];
      expectClose(
        zoned,
        plain.map((value, i) => p * before[i] + (1 - p) * value),
        1e-6,
      );
    }
  });

  it('draws other units of h than of c, and others at each step', () => {
    const { masks } = ZONEOUT as { masks: NonNullable<typeof ZONEOUT.masks> };
    const ofHidden = (step: number) => {
      const both = { hidden: 0.5, cell: 0.5, masks: { ...masks, step } };
      return aroundOneStep(LSTM, both).map(({ before, zoned }) =>
        zoned.map((value, i) => value === before[i]),
      );
    };
    const [hidden, cell] = ofHidden(10);
    const [later] = ofHidden(11);
    expect(hidden).not.toEqual(cell);
    expect(hidden).not.toEqual(later);
  });

  it('of c is nothing to layers without c', () => {
    const at = GRU.inputsOf(SHAPE, 42);
    const tensors = Object.fromEntries(Object.entries(at).map(([name, array]) => [name, tensorOf(array)]));
    const zoneout = { ...ZONEOUT, hidden: 0 };
    expect(valuesOf(GRU.run(tensors, { zoneout })[0])).toEqual(valuesOf(GRU.run(tensors)[0]));
  });
});
