import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, it } from 'vitest';
import { activateBackend } from '../../src/backends/select.js';
import { isRecordingGradients, type Op, runOp } from '../../src/ops/kernel.js';
import { valuesOf } from './arrays.js';

beforeAll(() => activateBackend('cpu'));

/** x·y with the gradient of y scaled by an attribute, so that a test sees what reached the backward pass. */
const scaledProduct: Op<{ factor: number }> = {
  name: 'TestScaledProduct',
  reference: ({ x, y }) => [tf.mul(x, y), tf.add(x, y)],
  gradient: {
    savedInputs: ['y'],
    savedOutputs: [1],
    backward: ([upstream, ofSum], [y, sum], { factor }) => ({
      x: tf.add(tf.mul(upstream, y), ofSum),
      y: tf.mul(sum, factor),
    }),
  },
};

it('runs the reference and hands inputs, outputs and attributes to the backward pass', () => {
  const gradients = tf.grads((x, y) => runOp(scaledProduct, { x, y }, { factor: 10 })[0] as tf.Tensor);
  const [x, y] = gradients([tf.scalar(3), tf.scalar(4)]);
  expect(valuesOf(x)).toEqual([4]);
  expect(valuesOf(y)).toEqual([70]);
});

it("takes a backend's own kernel where there is one", () => {
  const op: Op<object> = { name: 'TestFused', reference: ({ x }) => [tf.mul(x, 2)] };
  tf.registerKernel({
    kernelName: op.name,
    backendName: 'cpu',
    kernelFunc: ({ inputs }) => tf.mul(inputs.x as tf.Tensor, 3),
  });
  expect(valuesOf(runOp(op, { x: tf.scalar(1) }, {})[0])).toEqual([3]);
});

it('frees what the reference and the backward pass leave lying about', () => {
  const inputs = [tf.scalar(3), tf.scalar(4)];
  const before = tf.memory().numTensors;
  tf.dispose(runOp(scaledProduct, { x: inputs[0], y: inputs[1] }, { factor: 1 }));
  tf.dispose(tf.grads((x, y) => runOp(scaledProduct, { x, y }, { factor: 1 })[0] as tf.Tensor)(inputs));
  expect(tf.memory().numTensors).toBe(before);
});

it('knows whether gradients are being recorded', () => {
  const seen: boolean[] = [isRecordingGradients()];
  tf.grad((x) => {
    seen.push(isRecordingGradients());
    return tf.square(x);
  })(tf.scalar(1));
  seen.push(isRecordingGradients());
  expect(seen).toEqual([false, true, false]);
});
