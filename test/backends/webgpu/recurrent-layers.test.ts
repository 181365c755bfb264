/** Recurrent layers on WebGPU at sizes that need several workgroups: tiles of units and of rows, chunks and parts of the products. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { KernelName } from '../../../src/backends/webgpu/kernels.generated.js';
import type { WebgpuBackend } from '../../../src/backends/webgpu/webgpu-backend.js';
import {
  type Case,
  expectAgreement,
  gruCase,
  lstmCase,
  MASK,
  resultsOf,
  tanhRnnCase,
  ZONEOUT,
} from '../../ops/op-cases.js';
import { activate, whyNot } from '../each-backend.js';

const obstacle = whyNot('webgpu');

const NOISE = { recurrent: MASK, ...ZONEOUT };

/** More units than a tile of the forward and of the backward step, more rows than a workgroup has, more k than a chunk. */
const CASES: Case[] = [
  lstmCase(3, 23, 5, 150),
  lstmCase(2, 21, 3, 70, NOISE),
  gruCase(3, 23, 5, 150),
  gruCase(2, 21, 3, 70, NOISE),
  tanhRnnCase(3, 23, 5, 150),
  tanhRnnCase(2, 41, 3, 70, NOISE),
];

describe.skipIf(obstacle)(['recurrent layers on webgpu', obstacle].filter(Boolean).join(', '), () => {
  it.each(CASES.map((testCase) => [testCase.name, testCase] as const))(
    '%s agrees with cpu',
    async (_, testCase) => {
      await expectAgreement('webgpu', 'cpu', testCase);
    },
  );

  describe('dispatches', () => {
    beforeAll(() => activate('webgpu'));

    it.each([
      ['lstm', lstmCase(7, 3, 4, 5, { recurrent: MASK })],
      ['gru', gruCase(7, 3, 4, 5)],
      ['tanhRnn', tanhRnnCase(7, 3, 4, 5)],
    ] as const)(
      '%s takes one dispatch for a step forward, and two for a step backward',
      async (cell, testCase) => {
        const { dispatches } = (tf.backend() as WebgpuBackend).launcher;
        const count = (name: KernelName) => dispatches.get(name) ?? 0;
        const counts = () =>
          (['Step', 'StepGradient'] as const)
            .map((end) => count(`${cell}${end}`))
            .concat(count('recurrentGradientProduct'));
        const before = counts();
        await resultsOf(testCase);
        // The outputs are computed twice, once without a gradient; the backward pass has a step before the first.
        expect(counts().map((after, i) => after - before[i])).toEqual([14, 8, 7]);
      },
    );

    it.each([
      ['lstm', lstmCase(4, 3, 5, 6, { recurrent: MASK })],
      ['gru', gruCase(4, 3, 5, 6)],
      ['tanhRnn', tanhRnnCase(4, 3, 5, 6)],
    ] as const)('%s gives all memory of the GPU back, forward and backward', async (_, testCase) => {
      const bytesInUse = () => (tf.memory() as unknown as { numBytesInGPU: number }).numBytesInGPU;
      await resultsOf(testCase);
      const before = bytesInUse();
      await resultsOf(testCase);
      expect(bytesInUse()).toBe(before);
    });

    it('the same inputs give the same bits on every run', async () => {
      const testCase = lstmCase(5, 21, 6, 37, { recurrent: MASK });
      expect(await resultsOf(testCase)).toEqual(await resultsOf(testCase));
    });
  });
});
