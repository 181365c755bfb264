/** Products in bfloat16 against the reference op, which rounds the same operands and is exact otherwise. */
import { expect, it } from 'vitest';
import type { Precision } from '../../../src/ops/op.js';
import {
  type Case,
  deepTransitionCase,
  expectAgreement,
  gruCase,
  lstmCase,
  MASK,
  productCase,
  resultsOn,
  softmaxCase,
  tanhRnnCase,
} from '../../ops/op-cases.js';
import { describeEachBackend } from '../each-backend.js';

/**
 * Half a unit in the last place of bfloat16. Forward, the operands of a lone product are the same in both, but what
 * was computed in another order may be rounded to the neighbour before the next product.
 */
const TOLERANCE = 2 ** -9;
const ROUNDED_WIDTHS = [1, 2, 15, 16, 17, 31, 32, 33, 63, 65, 130];
const ROWS = [1, 2, 5, 6, 7, 13];

const CASES: Case[] = [
  ...ROUNDED_WIDTHS.map((units, i) => lstmCase(2, ROWS[i % ROWS.length], 5, units, {}, 'mixed')),
  lstmCase(3, 6, 385, 65, { recurrent: MASK }, 'mixed'),
  lstmCase(4, 7, 64, 63, { recurrent: { ...MASK, mask: 'sequence' } }, 'mixed'),
  lstmCase(3, 2, 17, 290, {}, 'mixed'),
  ...ROUNDED_WIDTHS.map((classes, i) => softmaxCase(ROWS[i % ROWS.length], 5, classes, i % 2 === 0, 'mixed')),
  ...ROUNDED_WIDTHS.map((units, i) => softmaxCase(ROWS[i % ROWS.length], units, 67, i % 2 === 1, 'mixed')),
  softmaxCase(13, 385, 101, true, 'mixed'),
  softmaxCase(850, 3, 10_007, false, 'mixed'),
  ...ROUNDED_WIDTHS.map((width, i) =>
    productCase(ROWS[i % ROWS.length], width, ROUNDED_WIDTHS[(i * 7) % ROUNDED_WIDTHS.length], 'mixed'),
  ),
];

describeEachBackend(
  'on %s',
  (backend) => {
    it.each(CASES.map((testCase) => [testCase.name, testCase] as const))(
      '%s agrees with wasm in mixed precision',
      async (_, testCase) => {
        await expectAgreement(backend, 'wasm', testCase, TOLERANCE);
      },
    );

    it.each([
      ['lstm', (precision: Precision) => lstmCase(2, 3, 17, 19, {}, precision)],
      ['gru', (precision: Precision) => gruCase(2, 3, 17, 19, {}, precision)],
      ['tanhRnn', (precision: Precision) => tanhRnnCase(2, 3, 17, 19, {}, precision)],
      ['deepTransition', (precision: Precision) => deepTransitionCase(2, 3, 17, 19, 3, {}, precision)],
      ['product', (precision: Precision) => productCase(5, 17, 19, precision)],
      ['softmaxCrossEntropy', (precision: Precision) => softmaxCase(7, 17, 19, false, precision)],
    ])('%s has other results in mixed precision than in float32', async (_, caseOf) => {
      const { at } = caseOf('f32');
      const [whole, mixed] = [
        await resultsOn(backend, { ...caseOf('f32'), at }),
        await resultsOn(backend, { ...caseOf('mixed'), at }),
      ];
      expect(mixed.outputs).not.toEqual(whole.outputs);
      for (const name of Object.keys(at)) expect(mixed.gradients[name]).not.toEqual(whole.gradients[name]);
    });
  },
  { only: ['cuda', 'native'] },
);
