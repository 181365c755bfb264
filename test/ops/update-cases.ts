/** The optimizers' steps with random inputs, to be run on one backend and another. */
import * as tf from '@tensorflow/tfjs';
import { adamUpdate, averageUpdate, rmspropUpdate, sgdUpdate } from '../../src/ops/update.js';
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
  return [...optimizers, average];
}

function updateCase(words: string, shape: readonly number[], variables: number, step: Step): Case {
  const gradients = Array.from({ length: STEPS }, (_, t) => [`gradient${t}`, randomArray(random, shape)]);
  return {
    name: `${words}, ${shape.join(' × ')}`,
    at: { parameter: randomArray(random, shape), ...Object.fromEntries(gradients) },
    differentiable: false,
    run: ({ parameter, ...given }) => {
      const state = Array.from({ length: variables }, (_, i) =>
        tf.variable(i === 0 ? parameter : tf.zerosLike(parameter)),
      );
      for (const [t, gradient] of Object.values(given).entries())
        step(state, gradient, tf.scalar(0.5), t + 1);
      const values = state.map((variable) => variable.clone());
      tf.dispose(state);
      return values;
    },
  };
}
