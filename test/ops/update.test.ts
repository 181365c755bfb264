/** Checks the optimizers' steps, the longer runs against PyTorch's numbers from `golden/pytorch/make_optimizers.py`. */
import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import {
  type AdamSettings,
  adamUpdate,
  averageUpdate,
  dynamicUpdate,
  type RmspropSettings,
  rmspropUpdate,
  sgdUpdate,
  type UpdateSettings,
} from '../../src/ops/update.js';
import { describeEachBackend } from '../backends/each-backend.js';
import { expectClose, type NdArray, readValues, tensorOf } from './arrays.js';

interface GoldenCase {
  readonly optimizer: 'sgd' | 'averagedSgd' | 'adam' | 'rmsprop';
  readonly settings: UpdateSettings & Omit<AdamSettings, 'step'> & RmspropSettings;
  readonly scale: number;
  readonly parameter: NdArray;
  readonly gradients: readonly NdArray[];
  readonly parameters: readonly NdArray[];
  readonly averages?: readonly NdArray[];
  readonly weights?: readonly number[];
}

const file = new URL('../golden/pytorch/optimizers.json', import.meta.url);
const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: Record<string, GoldenCase> };
const PLAIN: UpdateSettings = { learningRate: 0.25, weightDecay: 0, clipValue: null };
const ADAM = { ...PLAIN, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, step: 1 };
const RMSPROP = { ...PLAIN, decay: 0.99, epsilon: 1e-8 };

/** The variables of an optimizer, the parameter first, and the function that updates them by the gradient of step t, from 0. */
function optimizerOf({ optimizer, settings, scale, parameter, weights = [] }: GoldenCase) {
  const state = Array.from({ length: 3 }, (_, i) =>
    tf.variable(i === 0 ? tensorOf(parameter) : tf.zeros([...parameter.shape])),
  );
  const [variable, second, third] = state;
  const step = (gradient: tf.Tensor, t: number) => {
    const factor = tf.scalar(scale);
    if (optimizer === 'adam') {
      const moments = { first: second, second: third };
      adamUpdate(variable, gradient, factor, moments, { ...settings, step: t + 1 });
    } else if (optimizer === 'rmsprop') rmspropUpdate(variable, gradient, factor, second, settings);
    else sgdUpdate(variable, gradient, factor, settings);
    if (optimizer === 'averagedSgd') averageUpdate(second, variable, weights[t]);
  };
  return { state, step };
}

describeEachBackend('updates on %s', () => {
  it.each(Object.entries(cases))("ten updates equal PyTorch's: %s", async (_, golden) => {
    const { state, step } = optimizerOf(golden);
    for (const [t, gradient] of golden.gradients.entries()) {
      step(tensorOf(gradient), t);
      expectClose(await readValues(state[0]), golden.parameters[t].data);
      if (golden.averages) expectClose(await readValues(state[1]), golden.averages[t].data);
    }
  });

  it('sgdUpdate subtracts learningRate · scale · gradient from the parameter', async () => {
    const parameter = tf.variable(tf.tensor2d([1, 2, 3, 4], [2, 2]));
    sgdUpdate(parameter, tf.tensor2d([8, 0, -8, 4], [2, 2]), tf.scalar(0.5), PLAIN);
    expect(await readValues(parameter)).toEqual([0, 2, 4, 3.5]);
    sgdUpdate(parameter, tf.tensor2d([1, 1, 1, 1], [2, 2]), tf.scalar(1), { ...PLAIN, learningRate: 2 });
    expect(await readValues(parameter)).toEqual([-2, 0, 2, 1.5]);
  });

  it('sgdUpdate clamps before it scales, and decays what was neither clamped nor scaled', async () => {
    const parameter = tf.variable(tf.tensor1d([16, 16, 16, 16]));
    const settings = { learningRate: 1, weightDecay: 0.125, clipValue: 2 };
    sgdUpdate(parameter, tf.tensor1d([8, -8, 1, 0]), tf.scalar(0.5), settings);
    expect(await readValues(parameter)).toEqual([13, 15, 13.5, 14]);
  });

  it('averageUpdate with weights 1/n gives the mean', async () => {
    const [average, parameter] = [tf.variable(tf.zeros([2])), tf.variable(tf.zeros([2]))];
    const values = [
      [3, -1],
      [5, 0],
      [1, 4],
    ];
    for (const [n, value] of values.entries()) {
      parameter.assign(tf.tensor1d(value));
      averageUpdate(average, parameter, 1 / (n + 1));
    }
    expectClose(await readValues(average), [3, 1], 1e-6);
    expect(await readValues(parameter)).toEqual([1, 4]);
  });

  it('dynamicUpdate goes down the gradient, and back to the anchor by no more than the whole way', async () => {
    const parameter = tf.variable(tf.tensor1d([1, 1, 1]));
    const settings = { learningRate: 0.5, epsilon: 1, decay: 0.5, rows: null };
    dynamicUpdate(
      parameter,
      tf.tensor1d([4, 0, 0]),
      tf.tensor1d([1, 3, 3]),
      tf.tensor1d([3, 1, 8]),
      settings,
    );
    expect(await readValues(parameter)).toEqual([0.5, 2, 3]);
  });

  it('dynamicUpdate of some rows leaves the others as they are', async () => {
    const parameter = tf.variable(tf.tensor2d([1, 1, 1, 1, 1, 1], [3, 2]));
    const [gradient, anchor] = [tf.tensor2d([2, 2, 0, 0, 4, 4], [3, 2]), tf.ones([3, 2])];
    const settings = { learningRate: 0.5, epsilon: 1, decay: 0.5, rows: Int32Array.of(2, 0) };
    dynamicUpdate(parameter, gradient, anchor, tf.ones([3, 2]), settings);
    expect(await readValues(parameter)).toEqual([0.5, 0.5, 1, 1, 0, 0]);
  });

  // Kernels that work on vectors may treat the last elements differently.
  it.each([1, 7, 67])('a gradient of NaN reaches the parameter, clamped or not: %d values', async (size) => {
    for (const clipValue of [null, 1]) {
      const settings = { clipValue, weightDecay: 0.5 };
      const fresh = () => tf.variable(tf.ones([size]));
      const [gradient, one] = [tf.fill([size], Number.NaN), tf.scalar(1)];
      const parameters = [fresh(), fresh(), fresh()];
      sgdUpdate(parameters[0], gradient, one, { ...PLAIN, ...settings });
      const moments = { first: fresh(), second: fresh() };
      adamUpdate(parameters[1], gradient, one, moments, { ...ADAM, ...settings });
      rmspropUpdate(parameters[2], gradient, one, fresh(), { ...RMSPROP, ...settings });
      for (const parameter of parameters)
        expect((await readValues(parameter)).every(Number.isNaN)).toBe(true);
    }
  });

  describe('updates', () => {
    const start = [0.5, -1, 2];
    const variables = () => [0, 1, 2].map(() => tf.variable(tf.tensor1d(start)));
    const updates: Record<string, (state: tf.Variable[], gradient: tf.Tensor, scale: tf.Scalar) => void> = {
      sgdUpdate: ([parameter], gradient, scale) => sgdUpdate(parameter, gradient, scale, PLAIN),
      adamUpdate: ([parameter, first, second], gradient, scale) =>
        adamUpdate(parameter, gradient, scale, { first, second }, ADAM),
      rmspropUpdate: ([parameter, meanSquare], gradient, scale) =>
        rmspropUpdate(parameter, gradient, scale, meanSquare, RMSPROP),
      averageUpdate: ([average, parameter]) => averageUpdate(average, parameter, 0.5),
      dynamicUpdate: ([parameter], gradient) =>
        dynamicUpdate(parameter, gradient, tf.tensor1d([0, 1, 2]), tf.tensor1d([1, 2, 3]), {
          learningRate: 0.1,
          epsilon: 0.1,
          decay: 0.1,
          rows: null,
        }),
    };
    it.each(Object.entries(updates))(
      '%s changes only its parameter and state, and leaves no tensor',
      async (_, update) => {
        const state = variables();
        const [gradient, scale] = [tf.tensor1d([1, 2, 3]), tf.scalar(0.5)];
        update(state, gradient, scale);
        const snapshot = state.map((variable) => variable.clone());
        const values = await Promise.all(snapshot.map(readValues));
        const before = tf.memory().numTensors;
        for (let i = 0; i < 20; i++) tf.tidy(() => update(state, gradient, scale));
        expect(tf.memory().numTensors).toBe(before);
        expect(await readValues(gradient)).toEqual([1, 2, 3]);
        expect(await readValues(scale)).toEqual([0.5]);
        // A kernel may write into a variable's memory only where no other tensor uses it.
        expect(await Promise.all(snapshot.map(readValues))).toEqual(values);
      },
    );
  });
});
