import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { sgdUpdate } from '../../src/ops/update.js';
import { describeEachBackend } from '../backends/each-backend.js';
import { valuesOf } from './arrays.js';

describeEachBackend('sgdUpdate on %s', () => {
  it('takes learningRate · scale · gradient from the parameter, in place', () => {
    const parameter = tf.variable(tf.tensor2d([1, 2, 3, 4], [2, 2]));
    sgdUpdate(parameter, tf.tensor2d([8, 0, -8, 4], [2, 2]), tf.scalar(0.5), 0.25);
    expect(valuesOf(parameter)).toEqual([0, 2, 4, 3.5]);
    sgdUpdate(parameter, tf.tensor2d([1, 1, 1, 1], [2, 2]), tf.scalar(1), 2);
    expect(valuesOf(parameter)).toEqual([-2, 0, 2, 1.5]);
  });

  it('leaves no tensor behind', () => {
    const parameter = tf.variable(tf.ones([3]));
    const [gradient, scale] = [tf.ones([3]), tf.scalar(1)];
    const before = tf.memory().numTensors;
    for (let i = 0; i < 20; i++) tf.tidy(() => sgdUpdate(parameter, gradient, scale, 0.1));
    expect(tf.memory().numTensors).toBe(before);
  });
});
