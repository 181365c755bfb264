/** The optimizers' steps with random inputs, to be run on one backend and another. */
import * as tf from '@tensorflow/tfjs';
import { adamUpdate, averageUpdate, dynamicUpdate, rmspropUpdate, sgdUpdate } from '../../src/ops/update.js';
import { randomArray, randomNumbers } from './arrays.js';
import type { Case } from './op-cases.js';

const STEPS = 3;
const random = randomNumbers(3);

/** A step that updates the variables (the parameter first) by a gradient; `number` counts from 1. */
type Step = (variables: tf.Variable[], gradient: tf.Tensor, scale: tf.Scalar, number: number) => void;

/** Settings for every step, with words for them. */
const SETTINGS = [
  ['plainly', { learningRate: 0.25, weightDecay: 0, clipValue: null }],
  ['with weight decay', { learningRate: 0.25, weightDecay: 0.3, clipValue: null }],
  ['clamped', { learningRate: 0.25, weightDecay: 0, clipValue: 0.4 }],
  ['clamped, with weight decay', { learningRate: 0.25, weightDecay: 0.3, clipValue: 0.4 }],
] as const;

/** Every optimizer in every setting on a parameter of this shape, three steps each. */
export function updateCases(shape: readonly number[]): Case[] {
  const optimizers = SETTINGS.flatMap(([words, settings]) => {
    const adam = { ...settings, beta1: 0.8, beta2: 0.95, epsilon: 1e-3 };
    const rmsprop = { ...settings, decay: 0.9, epsilon: 1e-3 };
    return [
      updateCase(`sgdUpdate ${words}`, shape, 1, ([parameter], gradient, scale) => {
        sgdUpdate(parameter, gradient, scale, settings);
      }),
      updateCase(`adamUpdate ${words}`, shape, 3, ([parameter, first, second], gradient, scale, step) => {
        adamUpdate(parameter, gradient, scale, { first, second }, { ...adam, step });
      }),
      updateCase(`rmspropUpdate ${words}`, shape, 2, ([parameter, meanSquare], gradient, scale) => {
        rmspropUpdate(parameter, gradient, scale, meanSquare, rmsprop);
      }),
    ];
  });
  const average = updateCase('averageUpdate', shape, 2, ([mean, parameter], gradient, _scale, step) => {
    parameter.assign(gradient);
    averageUpdate(mean, parameter, 1 / step);
  });
  return [...optimizers, average, ...dynamicCases(shape)];
}

/** Dynamic evaluation from an anchor, where the pull towards it is limited in some places; also in some rows alone. */
function dynamicCases(shape: readonly number[]): Case[] {
  const settings = { learningRate: 0.1, epsilon: 0.01, decay: 1.5, rows: null };
  const step = (rows: Int32Array | null): Step => {
    return ([parameter, anchor], gradient) => {
      const rms = tf.square(anchor);
      // Elsewhere the gradient is zero, and the parameter is the anchor.
      const isWhole = rows === null || shape.length === 1;
      const inRows = isWhole ? tf.onesLike(gradient) : rowMask(shape, rows);
      dynamicUpdate(parameter, tf.mul(gradient, inRows), anchor, rms, {
        ...settings,
        rows: isWhole ? null : rows,
      });
    };
  };
  const names = [
    ['dynamicUpdate', null],
    ['dynamicUpdate of rows', Int32Array.of(3, 0)],
  ] as const;
  return names.map(([name, rows]) => updateCase(name, shape, 2, step(rows), (parameter) => parameter));
}

/** Ones in some rows of a matrix, zeros elsewhere. */
function rowMask([height, width]: readonly number[], rows: Int32Array): tf.Tensor {
  const values = new Float32Array(height * width);
  for (const row of rows) values.fill(1, row * width, (row + 1) * width);
  return tf.tensor2d(values, [height, width]);
}

/** @param initial makes the other variables, zeros by default */
function updateCase(
  words: string,
  shape: readonly number[],
  variables: number,
  step: Step,
  initial: (parameter: tf.Tensor) => tf.Tensor = (parameter) => tf.zerosLike(parameter),
): Case {
  const gradients = Array.from({ length: STEPS }, (_, t) => [`gradient${t}`, randomArray(random, shape)]);
  return {
    name: `${words}, ${shape.join(' × ')}`,
    at: { parameter: randomArray(random, shape), ...Object.fromEntries(gradients) },
    differentiable: false,
    run: ({ parameter, ...given }) => {
      const state = Array.from({ length: variables }, (_, i) =>
        tf.variable(i === 0 ? parameter : initial(parameter)),
      );
      for (const [t, gradient] of Object.values(given).entries())
        step(state, gradient, tf.scalar(0.5), t + 1);
      const values = state.map((variable) => variable.clone());
      tf.dispose(state);
      return values;
    },
  };
}
