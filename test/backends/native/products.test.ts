/** tfjs's matrix product on every backend: at the edges of tiles, panels and blocks, transposed and not, and of unusual operands. */
import * as tf from '@tensorflow/tfjs';
import { it } from 'vitest';
import { expectClose, randomArray, randomNumbers, tensorOf, valuesOf } from '../../ops/arrays.js';
import { describeEachBackend } from '../each-backend.js';

/** M, N, K. */
const PRODUCTS = [
  [1, 1, 1],
  [1, 129, 1],
  [20, 1, 16],
  [5, 63, 383],
  [6, 64, 384],
  [7, 65, 385],
  [13, 17, 769],
  [61, 193, 2],
  [3, 600, 70],
] as const;

/** On native only: more rows than a block has, and more columns than the panels that a packed block meets. */
const IN_BLOCKS = [
  [350, 530, 390],
  [173, 300, 1200],
] as const;

describeEachBackend(
  'on %s',
  (backend) => {
    const products = backend === 'native' ? [...PRODUCTS, ...IN_BLOCKS] : PRODUCTS;
    it.each(products)('matMul of %d × %d over %d is right in all four forms', (m, n, k) => {
      const random = randomNumbers(m + n + k);
      const [a, b] = [randomArray(random, [m, k]), randomArray(random, [k, n])];
      const expected = Array.from({ length: m * n }, (_, at) => {
        const [i, j] = [Math.floor(at / n), at % n];
        let sum = 0;
        for (let l = 0; l < k; l++) sum += a.data[i * k + l] * b.data[l * n + j];
        return sum;
      });
      for (const transposeA of [false, true]) {
        for (const transposeB of [false, true]) {
          const left = tensorOf<tf.Tensor2D>(a);
          const right = tensorOf<tf.Tensor2D>(b);
          const product = tf.matMul(
            transposeA ? tf.transpose(left) : left,
            transposeB ? tf.transpose(right) : right,
            transposeA,
            transposeB,
          );
          expectClose(valuesOf(product), expected);
        }
      }
    });

    it('matMul multiplies batches, integers and vectors', () => {
      const a = tf.tensor3d([1, 2, 3, 4], [2, 1, 2]);
      expectClose(valuesOf(tf.matMul(a, a, false, true)), [5, 25]);
      const whole = tf.tensor2d([1, 2, 3, 4], [2, 2], 'int32');
      expectClose(valuesOf(tf.matMul(whole, whole)), [7, 10, 15, 22]);
      expectClose(valuesOf(tf.dot(tf.tensor1d([1, 2]), tf.tensor1d([3, 4]))), [11]);
    });

    it('matMul returns zeros or nothing for operands without elements', () => {
      expectClose(valuesOf(tf.matMul(tf.zeros([2, 0]), tf.zeros([0, 3]))), [0, 0, 0, 0, 0, 0]);
      expectClose(valuesOf(tf.matMul(tf.zeros([0, 2]), tf.zeros([2, 3]))), []);
      expectClose(valuesOf(tf.matMul(tf.zeros([2, 2]), tf.zeros([2, 0]))), []);
    });
  },
  { only: ['cuda', 'native'] },
);
