import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import type { Inputs } from '../../src/ops/op.js';
import { softmaxCrossEntropy } from '../../src/ops/softmax-cross-entropy.js';
import { describeEachBackend } from '../backends/each-backend.js';
import {
  type Arrays,
  expectClose,
  randomArray,
  randomIds,
  randomNumbers,
  readValues,
  tensorOf,
} from './arrays.js';
import {
  expectSameGradients,
  tensorGradients,
  weightedSum,
  weightedSumInDoubles,
} from './finite-differences.js';
import { nllInDoubles } from './in-doubles.js';

interface Shape {
  readonly rows: number;
  readonly units: number;
  readonly classes: number;
}

const SHAPES: Shape[] = [
  { rows: 6, units: 3, classes: 7 },
  { rows: 1, units: 1, classes: 2 },
  { rows: 5, units: 4, classes: 3 },
];

function randomInputs({ rows, units, classes }: Shape, tied: boolean, bound = 1): Arrays {
  const random = randomNumbers(rows + classes);
  return {
    hidden: randomArray(random, [rows, units], bound),
    weight: randomArray(random, tied ? [classes, units] : [units, classes], bound),
    bias: randomArray(random, [classes], bound),
  };
}

function nll(
  { hidden, weight, bias }: Inputs,
  targets: readonly number[],
  tied: boolean,
  expectedUpstream = 1,
): tf.Tensor1D {
  return softmaxCrossEntropy(
    hidden as tf.Tensor2D,
    weight as tf.Tensor2D,
    bias as tf.Tensor1D,
    tf.tensor1d([...targets], 'int32'),
    tied,
    'f32',
    expectedUpstream,
  );
}

function tensorsOf(arrays: Arrays): Inputs {
  return Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, tensorOf(array)]));
}

/** Returns the value of the op while gradients are recorded, which another code path computes. */
async function nllWhileRecording(
  arrays: Arrays,
  targets: readonly number[],
  tied: boolean,
): Promise<number[]> {
  const inputs = tensorsOf(arrays);
  let result: tf.Tensor | null = null;
  tf.grad((hidden) => {
    const each = tf.keep(nll({ ...inputs, hidden }, targets, tied));
    result = each;
    return tf.sum(each);
  })(inputs.hidden);
  return readValues(result as unknown as tf.Tensor);
}

describeEachBackend('softmaxCrossEntropy on %s', () => {
  // The weight of each row in the loss: as expected, another one for all rows, and a different one for each.
  it.each([[[0.05, 0.05, 0.05]], [[0.3, 0.3, 0.3]], [[0.05, 0, -2]]])(
    'the gradients are the same whatever upstream value is expected: %j',
    async (upstream) => {
      const at = randomInputs({ rows: 3, units: 5, classes: 17 }, false);
      const gradientsExpecting = (expected: number) => {
        const loss = (weight: tf.Tensor, hidden: tf.Tensor) =>
          tf.sum(tf.mul(nll({ ...tensorsOf(at), weight, hidden }, [16, 0, 3], false, expected), upstream));
        const gradients = tf.grads(loss)([tensorOf(at.weight), tensorOf(at.hidden)]);
        return Promise.all(gradients.map(readValues));
      };
      const expecting1 = await gradientsExpecting(1);
      const expecting005 = await gradientsExpecting(0.05);
      expecting005.forEach((gradient, i) => {
        expectClose(gradient, expecting1[i]);
      });
    },
  );

  const cases = SHAPES.flatMap((shape) => [false, true].map((tied) => ({ ...shape, tied })));
  it.each(cases)(
    'the gradients equal finite differences: N=$rows H=$units V=$classes tied=$tied',
    async (testCase) => {
      const { tied, rows, classes } = testCase;
      const random = randomNumbers(3);
      const targets = randomIds(random, rows, classes);
      const upstream = randomArray(random, [rows]).data;
      const at = randomInputs(testCase, tied);
      await expectSameGradients(
        (tensors) => weightedSum(nll(tensors, targets, tied), upstream),
        (arrays) => weightedSumInDoubles(nllInDoubles(arrays, targets, tied), upstream),
        at,
      );
    },
  );

  it.each([1, 255, 256, 257, 613])(
    'the NLL is right for %d rows, in chunks and while gradients are recorded',
    async (rows) => {
      for (const tied of [false, true]) {
        const at = randomInputs({ rows, units: 5, classes: 13 }, tied);
        const targets = randomIds(randomNumbers(4), rows, 13);
        const expected = nllInDoubles(at, targets, tied);
        expectClose(await readValues(nll(tensorsOf(at), targets, tied)), expected);
        expectClose(await nllWhileRecording(at, targets, tied), expected);
      }
    },
  );

  it('the NLL stays finite and exact where exp would overflow or a probability underflow', async () => {
    const at: Arrays = {
      hidden: { shape: [2, 1], data: [1, -1] },
      weight: { shape: [1, 3], data: [500, 0, -500] },
      bias: { shape: [3], data: [0, 0, 0] },
    };
    const targets = [2, 0];
    expect(await readValues(nll(tensorsOf(at), targets, false))).toEqual([1000, 1000]);
    expect(await nllWhileRecording(at, targets, false)).toEqual([1000, 1000]);
    const gradient = tf.grad((hidden) => tf.sum(nll({ ...tensorsOf(at), hidden }, targets, false)));
    expect(await readValues(gradient(tensorOf(at.hidden)))).toEqual([1000, -1000]);
  });

  it.each([false, true])('a single class has loss 0 and gradient 0, tied=%s', async (tied) => {
    const at = randomInputs({ rows: 3, units: 2, classes: 1 }, tied);
    const { value, gradients } = await tensorGradients(
      (tensors) => tf.sum(nll(tensors, [0, 0, 0], tied)),
      at,
    );
    expect(value).toBe(0);
    for (const gradient of Object.values(gradients))
      expect(gradient.every((slope) => slope === 0)).toBe(true);
  });

  it('a uniform guess has a loss of ln V per row', async () => {
    const zeros: Arrays = {
      hidden: { shape: [3, 2], data: new Array(6).fill(0) },
      weight: { shape: [2, 10], data: new Array(20).fill(0) },
      bias: { shape: [10], data: new Array(10).fill(0) },
    };
    expectClose(
      await readValues(nll(tensorsOf(zeros), [0, 4, 9], false)),
      new Array(3).fill(Math.log(10)),
      1e-6,
    );
  });

  it('a NaN is passed on', async () => {
    const at = randomInputs(SHAPES[0], false);
    const spoiled = { ...at, hidden: { shape: [6, 3], data: at.hidden.data.with(4, Number.NaN) } };
    const values = await readValues(nll(tensorsOf(spoiled), [0, 1, 2, 3, 4, 5], false));
    expect(values.map(Number.isNaN)).toEqual([false, true, false, false, false, false]);
  });
});
