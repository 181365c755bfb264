/** Recurrent layers on the CUDA backend at the edges of its tiles, against the reference ops. */
import { describe, it } from 'vitest';
import type { Precision } from '../../../src/ops/op.js';
import { type Case, expectAgreement, gruCase, lstmCase, tanhRnnCase } from '../../ops/op-cases.js';
import { whyNot } from '../each-backend.js';
import { LSTM_REGULARIZERS, REGULARIZERS } from '../native/regularizers.js';

/** Around 8 rows, which a product on tensor cores takes at once, and around the 32 rows of a block. */
const BATCHES = [1, 7, 8, 9, 16, 17, 24, 25, 31, 32, 33, 64, 65];
/** Around the units of a block (12 and 16) and of a K step (16), and around three tiles. */
const WIDTHS = [1, 11, 12, 13, 15, 16, 17, 24, 25, 36, 37, 47, 48, 49, 65];
/** As in the tests of the native kernels. */
const MIXED_TOLERANCE = 2 ** -8;

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
});
