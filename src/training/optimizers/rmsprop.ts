/** RMSprop (Tieleman and Hinton 2012). */
import type * as tf from '@tensorflow/tfjs';
import { rmspropUpdate } from '../../ops/update.js';
import { companion, named, zerosBeside } from './companions.js';
import type { ByParameter, GradientSettings, Gradients, Optimizer, StepNumber } from './optimizer.js';

/** Remembers a running mean of the gradient's square. */
export class RmsProp implements Optimizer {
  readonly averages = null;
  readonly tensors: ReadonlyMap<string, tf.Variable>;
  private readonly meanSquares: ByParameter;

  constructor(
    private readonly parameters: ByParameter,
    private readonly settings: GradientSettings & { decay: number; epsilon: number },
  ) {
    this.meanSquares = zerosBeside(parameters);
    this.tensors = new Map(named('meanSquare', this.meanSquares));
  }

  step(gradients: Gradients, scale: tf.Scalar, { learningRate }: StepNumber): void {
    const settings = { ...this.settings, learningRate };
    for (const [name, parameter] of this.parameters) {
      rmspropUpdate(parameter, gradients[name], scale, companion(this.meanSquares, name), settings);
    }
  }
}
