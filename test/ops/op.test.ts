import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, it } from 'vitest';
import { activateBackend } from '../../src/backends/select.js';
import { differentiable, isRecordingGradients, type Op, runOp } from '../../src/ops/op.js';
import { valuesOf } from './arrays.js';

beforeAll(() => activateBackend('cpu'));

const productAndSum: Op<{ factor: number }, { x: tf.Tensor; y: tf.Tensor }, [tf.Tensor, tf.Tensor]> = {
  name: 'TestProductAndSum',
  reference: ({ x, y }) => [tf.mul(x, y), tf.add(x, y)],
};

/** x·y and x + y, with the gradient of y scaled by an attribute, so that a test sees what reached the backward pass. */
function scaledProduct(x: tf.Tensor, y: tf.Tensor, attributes: { factor: number }) {
  return differentiable(
    { x, y },
    {
      forward() {
        const outputs = runOp(productAndSum, { x, y }, attributes);
        return { outputs, saved: [y, outputs[1]] };
      },
      backward: ([upstream, ofSum], [y, sum]) => ({
        x: tf.add(tf.mul(upstream, y), ofSum),
        y: tf.mul(sum, attributes.factor),
      }),
    },
  );
}

it('differentiable passes upstream gradients and saved tensors to the backward pass', () => {
  const gradients = tf.grads((x, y) => scaledProduct(x, y, { factor: 10 })[0]);
  const [x, y] = gradients([tf.scalar(3), tf.scalar(4)]);
  expect(valuesOf(x)).toEqual([4]);
  expect(valuesOf(y)).toEqual([70]);
});

it("runOp takes a backend's own kernel when there is one", () => {
  const op: Op<object> = { name: 'TestFused', reference: ({ x }) => [tf.mul(x, 2)] };
  tf.registerKernel({
    kernelName: op.name,
    backendName: 'cpu',
    kernelFunc: ({ inputs }) => tf.mul(inputs.x as tf.Tensor, 3),
  });
  expect(valuesOf(runOp(op, { x: tf.scalar(1) }, {})[0])).toEqual([3]);
});

it('differentiable leaves no tensor', () => {
  const inputs = [tf.scalar(3), tf.scalar(4)];
  const before = tf.memory().numTensors;
  tf.dispose(scaledProduct(inputs[0], inputs[1], { factor: 1 }));
  tf.dispose(tf.grads((x, y) => scaledProduct(x, y, { factor: 1 })[0])(inputs));
  expect(tf.memory().numTensors).toBe(before);
});

it('isRecordingGradients is true while gradients are recorded and at no other time', () => {
  const seen: boolean[] = [isRecordingGradients()];
  tf.grad((x) => {
    seen.push(isRecordingGradients());
    return tf.square(x);
  })(tf.scalar(1));
  seen.push(isRecordingGradients());
  expect(seen).toEqual([false, true, false]);
});
