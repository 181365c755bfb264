/** Recurrent layers on the CUDA backend at the edges of its tiles, against the reference ops. */
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { CudaBackend } from '../../../src/backends/cuda/cuda-backend.js';
import type { Precision } from '../../../src/ops/op.js';
import { type TanhRnnParameters, tanhRnn } from '../../../src/ops/tanh-rnn.js';
import { expectClose, randomNumbers } from '../../ops/arrays.js';
import { type Case, expectAgreement, gruCase, lstmCase, tanhRnnCase } from '../../ops/op-cases.js';
import { activate, whyNot } from '../each-backend.js';
import { LSTM_REGULARIZERS, REGULARIZERS } from '../native/regularizers.js';
import { ROUNDINGS } from './in-doubles.js';

/** Around 8 rows, which a product on tensor cores takes at once, and around the 32 rows of a block. */
const BATCHES = [1, 7, 8, 9, 16, 17, 24, 25, 31, 32, 33, 64, 65];
/** Around the units of a block (12 and 16) and of a K step (16), and around three tiles. */
const WIDTHS = [1, 11, 12, 13, 15, 16, 17, 24, 25, 36, 37, 47, 48, 49, 65];
/** As in the tests of the native kernels. */
const MIXED_TOLERANCE = 2 ** -8;
/** TF32 has three bits more. */
const TF32_TOLERANCE = 2 ** -11;

const ofCell = { lstm: lstmCase, gru: gruCase, tanhRnn: tanhRnnCase };

function casesIn(precision: Precision): Case[] {
  const everyBatch = BATCHES.flatMap((batch, i) => {
    const units = WIDTHS[(i * 7) % WIDTHS.length];
    const noise = REGULARIZERS[i % REGULARIZERS.length];
    const further = LSTM_REGULARIZERS[i % LSTM_REGULARIZERS.length];
    return [
      lstmCase(2, batch, 3, units, further, precision),
      ...Object.values(ofCell).map((caseOf) => caseOf(2, batch, 3, units, noise, precision)),
    ];
  });
  const everyWidth = WIDTHS.flatMap((units, i) => {
    const noise = REGULARIZERS[(i + 1) % REGULARIZERS.length];
    return Object.values(ofCell).map((caseOf) => caseOf(2, 1 + ((i * 5) % 11), 2, units, noise, precision));
  });
  return [
    ...everyBatch,
    ...everyWidth,
    // More K steps than the warps of a block take at once.
    lstmCase(2, 3, 1, 530, {}, precision),
    gruCase(2, 3, 1, 530, {}, precision),
    lstmCase(1, 256, 2, 5, LSTM_REGULARIZERS[7], precision),
    gruCase(2, 256, 2, 5, REGULARIZERS[5], precision),
  ];
}

const obstacle = whyNot('cuda');

describe.skipIf(obstacle)(['on cuda', obstacle].filter(Boolean).join(', '), () => {
  const named = (cases: readonly Case[]) => cases.map((testCase) => [testCase.name, testCase] as const);

  it.each(named(casesIn('f32')))('%s', async (_, testCase) => {
    await expectAgreement('cuda', 'wasm', testCase);
  });

  it.each(named(casesIn('mixed')))('%s', async (_, testCase) => {
    await expectAgreement('cuda', 'wasm', testCase, MIXED_TOLERANCE);
  });

  it.each([
    ['tf32', 'recurrentPackF32'],
    ['mixed', 'recurrentPackBf16'],
  ] as const)(
    'multiply h by the recurrent weight with operands rounded as %s says',
    async (precision, kernel) => {
      await activate('cuda');
      const launch = vi.spyOn((tf.backend() as CudaBackend).device, 'launch');
      onTestFinished(() => launch.mockRestore());
      const [batch, units] = [5, 19];
      const random = randomNumbers(1);
      const numbers = (rows: number, columns: number) =>
        Float32Array.from({ length: rows * columns }, () => 2 * random() - 1);
      const [h, weight] = [numbers(batch, units), numbers(units, units)];
      // Without inputs, h is all that a product with several terms reads.
      const run = (state: Float32Array, recurrentWeight: Float32Array, given: Precision) =>
        tf.tidy(() => {
          const zeros = { inputWeight: tf.zeros([1, units]), bias: tf.zeros([units]) };
          const parameters = { ...zeros, recurrentWeight: tf.tensor2d(recurrentWeight, [units, units]) };
          const x = tf.zeros([1, batch, 1]) as tf.Tensor3D;
          const options = { precision: given };
          return [
            ...tanhRnn(
              x,
              tf.tensor2d(state, [batch, units]),
              parameters as TanhRnnParameters,
              options,
            ).output.dataSync(),
          ];
        });
      const rounded = run(h.map(ROUNDINGS[precision]), weight.map(ROUNDINGS[precision]), 'f32');
      expectClose(run(h, weight, precision), rounded, 1e-6);
      expect(launch.mock.calls.map(([name]) => name)).toContain(kernel);
      const exact = run(h, weight, 'f32');
      expect(Math.max(...exact.map((value, i) => Math.abs(value - rounded[i])))).toBeGreaterThan(1e-5);
    },
  );

  // Operands are rounded where those of mixed precision are, so a few sizes are enough.
  it.each(named(casesIn('tf32').filter((_, i) => i % 6 === 0)))('%s', async (_, testCase) => {
    await expectAgreement('cuda', 'wasm', testCase, TF32_TOLERANCE);
  });
});
