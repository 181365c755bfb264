/** Stochastic gradient descent without momentum (paper, section 4.1). */
import type * as tf from '@tensorflow/tfjs';
import { sgdUpdate } from '../../ops/update.js';
import type { ByParameter, GradientSettings, Gradients, Optimizer, StepNumber } from './optimizer.js';

/** It remembers nothing. */
export class Sgd implements Optimizer {
  readonly tensors: ReadonlyMap<string, tf.Variable> = new Map();
  readonly averages = null;

  constructor(
    private readonly parameters: ByParameter,
    private readonly settings: GradientSettings,
  ) {}

  step(gradients: Gradients, scale: tf.Scalar, { learningRate }: StepNumber): void {
    for (const [name, parameter] of this.parameters) {
      sgdUpdate(parameter, gradients[name], scale, { ...this.settings, learningRate });
    }
  }
}
