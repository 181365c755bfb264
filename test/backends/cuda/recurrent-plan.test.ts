import { describe, expect, it, vi } from 'vitest';
import { cudaBackend } from '../../../src/backends/cuda/cuda.js';
import {
  backwardGroups,
  forwardBlocks,
  planRecurrence,
  type RecurrentSize,
} from '../../../src/backends/cuda/recurrent-plan.js';
import { buildEmulatedDriver } from './emulated-driver.js';

const DRIVER = await buildEmulatedDriver();

const LARGE: RecurrentSize = { cell: 'lstm', batch: 20, units: 1500, precision: 'mixed', maskPerGate: false };
const HOPPER = { capability: 90, cooperativeLaunch: true };

describe('planRecurrence', () => {
  it("runs all steps of the paper's models in one launch on a GPU with 132 multiprocessors, in mixed precision", () => {
    for (const units of [200, 650, 1500]) {
      expect(planRecurrence({ ...LARGE, units }, HOPPER, 132)).toEqual({ launches: 'one' });
    }
    expect(planRecurrence({ ...LARGE, cell: 'gru' }, HOPPER, 132)).toEqual({ launches: 'one' });
  });

  it.each([
    [{ ...LARGE, cell: 'tanhRnn' as const }, HOPPER, 132, 'tanh layers'],
    [{ ...LARGE, precision: 'f32' as const }, HOPPER, 132, 'precision mixed'],
    [{ ...LARGE, precision: 'tf32' as const }, HOPPER, 132, 'precision mixed'],
    [LARGE, { ...HOPPER, capability: 75 }, 132, '7.5'],
    [LARGE, { ...HOPPER, cooperativeLaunch: false }, 132, 'resident'],
    [{ ...LARGE, maskPerGate: true }, HOPPER, 132, 'each gate'],
    [{ ...LARGE, batch: 65 }, HOPPER, 132, '65 rows, and at most 64'],
    [{ ...LARGE, units: 1537 }, HOPPER, 200, '1537 units'],
    [LARGE, HOPPER, 127, '128 blocks, and the GPU runs 127'],
  ])('launches each step of %o on %o with %i resident blocks and says why', (size, limits, blocks, words) => {
    const plan = planRecurrence(size, limits, blocks);
    expect(plan).toEqual({ launches: 'each step', reason: expect.stringContaining(words) });
  });
});

describe('forwardBlocks', () => {
  it('covers whole K steps of 16 units with blocks of 12 units of an LSTM, and of 16 units of other layers', () => {
    expect([1, 12, 13, 16, 17, 1500].map((units) => forwardBlocks('lstm', units))).toEqual([
      2, 2, 2, 2, 3, 126,
    ]);
    expect([1, 16, 17, 1500].map((units) => forwardBlocks('gru', units))).toEqual([1, 1, 2, 94]);
    expect([1, 16, 17, 1500].map((units) => forwardBlocks('tanhRnn', units))).toEqual([1, 1, 2, 94]);
  });
});

describe('backwardGroups', () => {
  it('covers the units with groups of 48', () => {
    expect([1, 48, 49, 1500].map(backwardGroups)).toEqual([1, 1, 2, 32]);
  });
});

describe.skipIf('reason' in DRIVER)('the probe of the backend', () => {
  it('lists the forms of typical LSTM layers on a GPU whose registers take all of their weights', async () => {
    vi.stubEnv('ZLM_EMULATOR_PROCESSORS', '132');
    const { recurrentForms } = await cudaBackend.probe({ cudaDriver: 'path' in DRIVER ? DRIVER.path : '' });
    expect(recurrentForms).toEqual([
      ...['f32', 'tf32'].flatMap((precision) =>
        [200, 650, 1500].map((units) => ({
          units,
          batch: 20,
          precision,
          launches: 'each step',
          reason: 'only a recurrent weight in bfloat16 fits, with precision mixed',
        })),
      ),
      ...[200, 650, 1500].map((units) => ({ units, batch: 20, precision: 'mixed', launches: 'one' })),
    ]);
  });
});
