/** Checks the kernel for few rows: its results have the same bits as those rows among many. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { gru } from '../../../src/ops/gru.js';
import { lstm } from '../../../src/ops/lstm.js';
import { product } from '../../../src/ops/products.js';
import { logits } from '../../../src/ops/softmax-cross-entropy.js';
import { tanhRnn } from '../../../src/ops/tanh-rnn.js';
import { randomArray, randomNumbers, tensorOf, valuesOf } from '../../ops/arrays.js';
import { activate, whyNot } from '../each-backend.js';

const obstacle = whyNot('native');
const MANY = 11;
const random = randomNumbers(8);
const matrix = (...shape: number[]) => tensorOf<tf.Tensor2D>(randomArray(random, shape));
const vector = (length: number) => tensorOf<tf.Tensor1D>(randomArray(random, [length]));

/** Weights of a layer of 9 inputs. */
const weightsOf = (gates: number, units: number) => ({
  inputWeight: matrix(9, gates * units),
  recurrentWeight: matrix(units, gates * units),
  bias: vector(gates * units),
});

/** An LSTM, a GRU and a tanh layer with new weights, from a window [T,B,9] to the output. */
function layersFrom(h: tf.Tensor2D, c: tf.Tensor2D): ((x: tf.Tensor3D) => tf.Tensor3D)[] {
  const units = h.shape[1];
  const [ofLstm, ofGru, ofTanh] = [4, 3, 1].map((gates) => weightsOf(gates, units));
  const candidateBias = vector(units);
  return [
    (x) => lstm(x, { h, c }, ofLstm, {}).output,
    (x) => gru(x, h, { ...ofGru, candidateBias }, {}).output,
    (x) => tanhRnn(x, h, ofTanh, {}).output,
  ];
}

/** The first rows of [N, …]. */
const firstOf = (x: tf.Tensor, rows: number) => tf.slice(x, 0, rows);

/** Compares a function of one row or few with the same function of many. */
function expectSameRows(compute: (rows: tf.Tensor[]) => tf.Tensor, operands: readonly tf.Tensor[]): void {
  const all = valuesOf(compute([...operands]));
  for (const rows of [1, 2, 3, 4, 5, 6, 7, 8, 9]) {
    const few = valuesOf(compute(operands.map((operand) => firstOf(operand, rows))));
    expect(few).toEqual(all.slice(0, few.length));
  }
}

describe.skipIf(obstacle)(['few rows', obstacle].filter(Boolean).join(', '), () => {
  beforeAll(() => activate('native'));

  it.each([
    [1, 1],
    [5, 17],
    [8, 1025],
    [200, 800],
    [383, 33],
    [385, 1100], // more than one slice of k
    [1000, 1001], // more than one core takes
  ])(
    'the first rows of a product over %d, %d wide, have the same bits as in a larger product',
    (depth, width) => {
      const b = matrix(depth, width);
      expectSameRows(([a]) => product(a as tf.Tensor2D, b, 'f32'), [matrix(MANY, depth)]);
    },
  );

  it.each([false, true])(
    'the first rows of logits have the same bits as among more rows, tied %s',
    (tied) => {
      const [weight, bias] = [tied ? matrix(1009, 35) : matrix(35, 1009), vector(1009)];
      expectSameRows(([hidden]) => logits(hidden as tf.Tensor2D, weight, bias, tied), [matrix(MANY, 35)]);
    },
  );

  // A step by itself multiplies by U as it is; a longer window packs U first.
  it.each([1, 16, 65, 384, 400])(
    'a recurrent step of many rows with %d units has the same bits by itself as in a longer window',
    (units) => {
      const [x, h, c] = [matrix(2 * MANY, 9), matrix(MANY, units), matrix(MANY, units)];
      for (const run of layersFrom(h, c)) {
        const window = valuesOf(run(x.reshape([2, MANY, 9])));
        const step = valuesOf(run(firstOf(x, MANY).reshape([1, MANY, 9])));
        expect(step).toEqual(window.slice(0, MANY * units));
      }
    },
  );

  // Few rows in all multiply by U as it is, step by step.
  it.each([1, 16, 65, 400])(
    'a short recurrent window with %d units has the same bits by itself as in a longer window',
    (units) => {
      const [batch, short, long] = [2, 5, 20];
      const [x, h, c] = [matrix(long * batch, 9), matrix(batch, units), matrix(batch, units)];
      for (const run of layersFrom(h, c)) {
        const window = valuesOf(run(x.reshape([long, batch, 9])));
        const few = valuesOf(run(firstOf(x, short * batch).reshape([short, batch, 9])));
        expect(few).toEqual(window.slice(0, short * batch * units));
      }
    },
  );

  it.each([1, 16, 65, 400])(
    'the first rows of a recurrent step with %d units have the same bits as among more rows',
    (units) => {
      const [x, h, c] = [matrix(MANY, 9), matrix(MANY, units), matrix(MANY, units)];
      const asStep = (rows: tf.Tensor) => rows.reshape([1, rows.shape[0], 9]) as tf.Tensor3D;
      const [ofLstm, ofGru, ofTanh] = [4, 3, 1].map((gates) => weightsOf(gates, units));
      const candidateBias = vector(units);
      expectSameRows(
        ([x, h, c]) => {
          const state = { h: h as tf.Tensor2D, c: c as tf.Tensor2D };
          const after = lstm(asStep(x), state, ofLstm, {}).state;
          return tf.concat([after.h, after.c], 1);
        },
        [x, h, c],
      );
      expectSameRows(([x, h]) => gru(asStep(x), h as tf.Tensor2D, { ...ofGru, candidateBias }, {}).h, [x, h]);
      expectSameRows(([x, h]) => tanhRnn(asStep(x), h as tf.Tensor2D, ofTanh, {}).h, [x, h]);
    },
  );
});
