/** Every kernel against the reference op, at the edges of vectors, tiles, panels and chunks. */
import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { globalNorm } from '../../../src/ops/clipping.js';
import type { Noise } from '../../../src/ops/noise.js';
import { softmaxCrossEntropy } from '../../../src/ops/softmax-cross-entropy.js';
import { expectClose, randomArray, randomNumbers, tensorOf, valuesOf } from '../../ops/arrays.js';
import {
  type Case,
  dropoutCase,
  embeddingCase,
  expectAgreement,
  gruCase,
  lstmCase,
  MASK,
  productCase,
  softmaxCase,
  tanhRnnCase,
  ZONEOUT,
} from '../../ops/op-cases.js';
import { updateCases } from '../../ops/update-cases.js';
import { describeEachBackend } from '../each-backend.js';

const SHARED: Noise = { ...MASK, mask: 'sequence' };
/** Around the widths of vectors (4, 8, 16) and tiles (up to 64 columns), and the depth of a panel (384). */
const WIDTHS = [1, 2, 7, 8, 9, 15, 16, 17, 31, 33, 63, 64, 65, 127, 129, 383, 384, 385];
/** Around the rows of a tile (3 or 6). */
const ROWS = [1, 2, 3, 4, 5, 6, 7, 11, 12, 13];
const MORE_ROWS_THAN_A_CHUNK = 850; // of 10,007 logits; a chunk holds 4 Mi

/** A loss of the op: every row has the same upstream gradient then. */
function reduced(name: string, reduce: (x: tf.Tensor) => tf.Tensor, { run, ...testCase }: Case): Case {
  return {
    ...testCase,
    name: `${testCase.name}, ${name}`,
    run: (tensors) => run(tensors).map((output) => reduce(output)),
  };
}

/** Around the width of a vector, and the size of a block of elements. */
const SIZES = [1, 15, 16, 17, 16_383, 16_384, 16_385, 40_001];

const CASES: Case[] = [
  ...WIDTHS.slice(0, -3).map((units, i) => lstmCase(2, ROWS[i % ROWS.length], 5, units)),
  lstmCase(2, 2, 5, 385),
  ...ROWS.map((batch) => lstmCase(3, batch, 3, 19, { recurrent: SHARED })),
  lstmCase(7, 1, 1, 257, { recurrent: MASK }),
  lstmCase(3, 6, 385, 65, { recurrent: MASK }),
  lstmCase(4, 7, 64, 63, { recurrent: SHARED }),
  lstmCase(3, 2, 17, 290),
  lstmCase(5, 3, 16, 16, { recurrent: MASK }),
  lstmCase(1, 1, 13, 16, { recurrent: SHARED }),
  ...WIDTHS.slice(0, -3).map((units, i) => lstmCase(1, 1 + (i % 5), units, 19)),
  ...WIDTHS.slice(0, -3).map((units, i) => lstmCase(1, 1 + (i % 5), 7, units)),
  ...WIDTHS.slice(0, -3).map((units, i) => gruCase(1, 1 + (i % 5), 7, units)),
  ...WIDTHS.slice(0, -3).map((units, i) => tanhRnnCase(1, 1 + (i % 5), 7, units)),
  gruCase(1, 2, 7, 70, ZONEOUT),
  ...WIDTHS.map((classes, i) => softmaxCase(ROWS[i % ROWS.length], 5, classes, i % 2 === 0)),
  ...WIDTHS.map((units, i) => softmaxCase(ROWS[i % ROWS.length], units, 67, i % 2 === 1)),
  reduced('summed', tf.sum, softmaxCase(13, 17, 101, false)),
  reduced('averaged', tf.mean, softmaxCase(13, 17, 101, true)),
  reduced('times 0', (nll) => tf.mul(tf.sum(nll), 0), softmaxCase(13, 17, 101, true)),
  ...WIDTHS.map((width, i) => embeddingCase(i + 1, width, ROWS[i % ROWS.length], 5)),
  embeddingCase(1, 3, 40, 40),
  ...WIDTHS.map((units, i) => dropoutCase(2, ROWS[i % ROWS.length], units)),
  ...WIDTHS.map((width, i) => productCase(ROWS[i % ROWS.length], width, WIDTHS[(i * 5) % WIDTHS.length])),
];

/** On native only: the size of a chunk is fixed there, and the emulated GPU takes a minute. `cuda/softmax.test.ts` makes chunks small. */
const CHUNKED = [false, true].map((tied) => softmaxCase(MORE_ROWS_THAN_A_CHUNK, 3, 10_007, tied));

/**
 * Adam and RMSprop divide a gradient by its own size. Where weight decay all but cancels it, they make much of the digits
 * that are lost, step after step.
 */
const UPDATE_TOLERANCE = 1e-3;

describeEachBackend(
  'on %s',
  (backend) => {
    // Not against cpu, which would take a minute; the tests of the ops compare wasm with it.
    const cases = backend === 'native' ? [...CASES, ...CHUNKED] : CASES;
    it.each(cases.map((testCase) => [testCase.name, testCase] as const))(
      '%s agrees with wasm',
      async (_, testCase) => {
        await expectAgreement(backend, 'wasm', testCase);
      },
    );

    const updates = SIZES.flatMap((size) => updateCases([size]));
    it.each(updates.map((testCase) => [testCase.name, testCase] as const))(
      'the update %s agrees with wasm',
      async (_, testCase) => {
        await expectAgreement(backend, 'wasm', testCase, UPDATE_TOLERANCE);
      },
    );
  },
  { only: ['cuda', 'native'] },
);

describeEachBackend(
  'on %s',
  () => {
    it.each(['f32', 'mixed'] as const)(
      'softmaxCrossEntropy of no rows has gradients of zero, in %s',
      (precision) => {
        const [units, classes] = [5, 7];
        // Memory with NaN, which the outputs are written to.
        tf.dispose([units * classes, classes].map((size) => tf.neg(tf.fill([size], Number.NaN))));
        const none = tf.tensor1d([], 'int32');
        const gradients = tf.grads((hidden, weight, bias) =>
          tf.sum(
            softmaxCrossEntropy(
              hidden as tf.Tensor2D,
              weight as tf.Tensor2D,
              bias as tf.Tensor1D,
              none,
              false,
              precision,
            ),
          ),
        )([tf.zeros([0, units]), tf.ones([units, classes]), tf.ones([classes])]);
        expect(gradients.flatMap(valuesOf)).toEqual(new Array((units + 1) * classes).fill(0));
      },
    );

    it.each(SIZES)('globalNorm is right for %d values', (size) => {
      const slope = randomArray(randomNumbers(size), [size]);
      expectClose(valuesOf(globalNorm({ slope: tensorOf(slope) })), [Math.hypot(...slope.data)], 1e-6);
    });
  },
  { only: ['cuda', 'native'] },
);
