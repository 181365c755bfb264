/** Every recurrent kernel against its reference op, with every regularizer, at the edges of vectors, tiles and panels. */
import { it } from 'vitest';
import type { Precision } from '../../../src/ops/op.js';
import {
  type Case,
  deepTransitionCase,
  expectAgreement,
  gruCase,
  lstmCase,
  MASK,
  tanhRnnCase,
} from '../../ops/op-cases.js';
import { describeEachBackend } from '../each-backend.js';
import { ALL_REGULARIZERS, LSTM_REGULARIZERS, REGULARIZERS } from './regularizers.js';

/** Around the widths of vectors (4, 8, 16) and tiles (up to 64 columns). */
const WIDTHS = [1, 2, 7, 8, 9, 15, 16, 17, 31, 33, 63, 64, 65, 127, 129, 131];
/** Around the rows of a tile (3 or 6). */
const ROWS = [1, 2, 3, 4, 5, 6, 7, 11, 12, 13];
/**
 * A unit in the last place of bfloat16: what was computed in another order may be rounded to the neighbour before the next
 * product, and a window has several of them one after the other.
 */
const MIXED_TOLERANCE = 2 ** -8;

/** Shapes T, B, I, H in which every regularizer is tried. */
const SHAPES = [
  [1, 1, 1, 1],
  [3, 7, 13, 19],
] as const;
/**
 * Others, whose weight has several panels. On native, that of an LSTM is also too large for threads to take rows of the batch; the
 * first window has so few rows that the weight is not packed.
 */
const LARGE = {
  native: [
    [2, 5, 3, 263],
    [2, 9, 3, 263],
  ],
  cuda: [[2, 5, 3, 131]],
} as const;

function casesIn(precision: Precision, backend: keyof typeof LARGE): Case[] {
  const everyRegularizer = [...SHAPES, ...LARGE[backend]].flatMap(([steps, batch, inputs, units]) => [
    ...[...REGULARIZERS, ...LSTM_REGULARIZERS].map((noise) =>
      lstmCase(steps, batch, inputs, units, noise, precision),
    ),
    ...REGULARIZERS.flatMap((noise) => [
      gruCase(steps, batch, inputs, units, noise, precision),
      tanhRnnCase(steps, batch, inputs, units, noise, precision),
    ]),
  ]);
  const everyWidth = WIDTHS.flatMap((units, i) => {
    const [batch, inputs] = [ROWS[i % ROWS.length], WIDTHS[(i * 7) % WIDTHS.length]];
    const noise = REGULARIZERS[i % REGULARIZERS.length];
    const further = LSTM_REGULARIZERS[i % LSTM_REGULARIZERS.length];
    return [
      gruCase(3, batch, inputs, units, noise, precision),
      tanhRnnCase(3, batch, inputs, units, noise, precision),
      lstmCase(3, batch, inputs, units, further, precision),
      deepTransitionCase(
        3,
        batch,
        inputs,
        units,
        2 + (i % 3),
        i % 2 === 0 ? {} : { recurrent: MASK },
        precision,
      ),
    ];
  });
  // On the emulated GPU a layer of this size takes seconds, so few regularizers are tried there: none, and all at once.
  const wide = backend === 'cuda' ? [{}, ALL_REGULARIZERS] : [];
  // Wide enough that threads own columns, and meet at barriers.
  const deep = [3, 4].map((depth) => deepTransitionCase(2, 9, 3, 263, depth, { recurrent: MASK }, precision));
  return [
    ...everyRegularizer,
    ...everyWidth,
    ...(backend === 'native' ? deep : []),
    ...wide.map((noise) => lstmCase(...LARGE.native[0], noise, precision)),
  ];
}

const named = (cases: readonly Case[]) => cases.map((testCase) => [testCase.name, testCase] as const);

describeEachBackend(
  'on %s',
  (name) => {
    const backend = name as keyof typeof LARGE; // the others are left out below
    it.each(named(casesIn('f32', backend)))('%s agrees with wasm', async (_, testCase) => {
      await expectAgreement(backend, 'wasm', testCase);
    });

    it.each(named(casesIn('mixed', backend)))(
      '%s agrees with wasm in mixed precision',
      async (_, testCase) => {
        await expectAgreement(backend, 'wasm', testCase, MIXED_TOLERANCE);
      },
    );
  },
  { only: ['cuda', 'native'] },
);
