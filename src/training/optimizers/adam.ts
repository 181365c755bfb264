/** Adam (Kingma and Ba 2015, algorithm 1). */
import type * as tf from '@tensorflow/tfjs';
import { adamUpdate } from '../../ops/update.js';
import { companion, named, zerosBeside } from './companions.js';
import type { ByParameter, GradientSettings, Gradients, Optimizer, StepNumber } from './optimizer.js';

/** Remembers running means of the gradient and of its square. */
export class Adam implements Optimizer {
  readonly averages = null;
  readonly tensors: ReadonlyMap<string, tf.Variable>;
  private readonly first: ByParameter;
  private readonly second: ByParameter;

  constructor(
    private readonly parameters: ByParameter,
    private readonly settings: GradientSettings & { beta1: number; beta2: number; epsilon: number },
  ) {
    this.first = zerosBeside(parameters);
    this.second = zerosBeside(parameters);
    this.tensors = new Map([...named('firstMoment', this.first), ...named('secondMoment', this.second)]);
  }

  step(gradients: Gradients, scale: tf.Scalar, { learningRate, count }: StepNumber): void {
    const settings = { ...this.settings, learningRate, step: count };
    for (const [name, parameter] of this.parameters) {
      const moments = { first: companion(this.first, name), second: companion(this.second, name) };
      adamUpdate(parameter, gradients[name], scale, moments, settings);
    }
  }
}
