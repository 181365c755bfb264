import { beforeAll, describe, expect, it } from 'vitest';
import { activateBackend } from '../../src/backends/select.js';
import { type Noise, retainedMask } from '../../src/ops/noise.js';
import { philoxWords, STREAM } from '../../src/ops/philox.js';
import { describeEachBackend } from '../backends/each-backend.js';
import { expectClose, readValues, tensorOf } from './arrays.js';
import { type Cell, GRU, LSTM, TANH_RNN } from './recurrent-cells.js';
import { EXPECTED, ZONEOUT } from './recurrent-layer.js';

const MASK: Noise = { rate: 0.3, mask: 'step', perGate: false, seed: 5, site: 2, step: 100 };
/** One step, so that old and new values can be distinguished. */
const SHAPE = { steps: 1, batch: 5, inputs: 3, units: 31 };

describe('retainedMask', () => {
  beforeAll(() => activateBackend('cpu'));

  it('retainedMask is 1 exactly where dropout at this rate would drop', async () => {
    const mask = await readValues(retainedMask([3, 5, 7], MASK));
    const expected = [100, 101, 102].flatMap((step) =>
      Array.from(philoxWords({ seed: 5, stream: STREAM.dropout, site: 2, step }, 35), (word) =>
        word < 0.3 * 2 ** 32 ? 1 : 0,
      ),
    );
    expect(mask).toEqual(expected);
    expect(mask).toContain(1);
    expect(mask).toContain(0);
  });

  it('retainedMask keeps a unit with the given probability', async () => {
    const mask = await readValues(retainedMask([10, 100, 100], MASK));
    const kept = mask.reduce((sum, value) => sum + value, 0) / mask.length;
    expect(Math.abs(kept - 0.3)).toBeLessThan(4 * Math.sqrt((0.3 * 0.7) / mask.length));
  });
});

/** The parts of the state after one step: with zoneout, without it, and before the step; and the noise on each. */
async function aroundOneStep(cell: Cell, zoneout: { zoneoutHidden: Noise; zoneoutCell: Noise }) {
  const at = cell.inputsOf(SHAPE, 41);
  const tensors = Object.fromEntries(Object.entries(at).map(([name, array]) => [name, tensorOf(array)]));
  const [, ...zoned] = cell.run(tensors, zoneout);
  const [, ...plain] = cell.run(tensors);
  return Promise.all(
    cell.state.map(async (name, i) => ({
      noise: name === 'h0' ? zoneout.zoneoutHidden : zoneout.zoneoutCell,
      before: await readValues(tensors[name]),
      plain: await readValues(plain[i]),
      zoned: await readValues(zoned[i]),
    })),
  );
}

describeEachBackend('zoneout on %s', (backend) => {
  // TensorFlow's fused layer, which runs without zoneout, rounds otherwise than the reference, which runs with it.
  const tolerance = backend === 'tensorflow' ? 1e-6 : 0;

  it.each([LSTM, GRU, TANH_RNN])(
    'zoneout keeps retained units of $name unchanged and leaves the others alone',
    async (cell) => {
      for (const { noise, before, plain, zoned } of await aroundOneStep(cell, ZONEOUT)) {
        const { seed, site, step, rate } = noise;
        const words = philoxWords({ seed, stream: STREAM.dropout, site, step }, before.length);
        const threshold = rate * 2 ** 32;
        for (const [i, value] of zoned.entries()) {
          if (words[i] < threshold) expect(value).toBe(before[i]);
          else expect(Math.abs(value - plain[i])).toBeLessThanOrEqual(tolerance);
        }
      }
    },
  );

  it.each([LSTM, GRU, TANH_RNN])('zoneout takes the expectation of $name at test time', async (cell) => {
    for (const { noise, before, plain, zoned } of await aroundOneStep(cell, EXPECTED)) {
      const p = noise.rate;
      expectClose(
        zoned,
        plain.map((value, i) => p * before[i] + (1 - p) * value),
        1e-6,
      );
    }
  });

  it('zoneout draws different units for h and c, and for each step', async () => {
    const ofHidden = async (step: number) => {
      const at = (noise: Noise): Noise => ({ ...noise, rate: 0.5, step });
      const both = { zoneoutHidden: at(ZONEOUT.zoneoutHidden), zoneoutCell: at(ZONEOUT.zoneoutCell) };
      return (await aroundOneStep(LSTM, both)).map(({ before, zoned }) =>
        zoned.map((value, i) => value === before[i]),
      );
    };
    const [hidden, cell] = await ofHidden(10);
    const [later] = await ofHidden(11);
    expect(hidden).not.toEqual(cell);
    expect(hidden).not.toEqual(later);
  });

  it('zoneout of c has no effect on layers without c', async () => {
    const at = GRU.inputsOf(SHAPE, 42);
    const tensors = Object.fromEntries(Object.entries(at).map(([name, array]) => [name, tensorOf(array)]));
    const { zoneoutCell } = ZONEOUT;
    expect(await readValues(GRU.run(tensors, { zoneoutCell })[0])).toEqual(
      await readValues(GRU.run(tensors)[0]),
    );
  });
});
