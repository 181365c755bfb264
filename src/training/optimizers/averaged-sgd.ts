/**
 * Averaged stochastic gradient descent (Polyak and Juditsky 1992): steps as those of SGD, and beside the parameters the
 * mean of what they were after each step since averaging began. PyTorch's ASGD with lambd 0 computes the same, but for
 * its t0 = 0, which leaves the first step out of the mean.
 */
import type * as tf from '@tensorflow/tfjs';
import { averageUpdate } from '../../ops/update.js';
import { AVERAGE } from '../../runs/checkpoint-tensors.js';
import { companion, named, zerosBeside } from './companions.js';
import type { ByParameter, GradientSettings, Gradients, Optimizer, StepNumber } from './optimizer.js';
import { Sgd } from './sgd.js';

/** It remembers the averages, from the first averaged step on. */
export class AveragedSgd implements Optimizer {
  averages: ByParameter | null;
  private readonly sgd: Sgd;

  /** @param averaging whether averaging has begun, so that there are averages to restore */
  constructor(
    private readonly parameters: ByParameter,
    settings: GradientSettings,
    averaging: boolean,
  ) {
    this.sgd = new Sgd(parameters, settings);
    this.averages = averaging ? zerosBeside(parameters) : null;
  }

  get tensors(): ReadonlyMap<string, tf.Variable> {
    return new Map(named(AVERAGE, this.averages ?? new Map()));
  }

  step(gradients: Gradients, scale: tf.Scalar, at: StepNumber): void {
    this.sgd.step(gradients, scale, at);
    if (at.averaged === 0) return;
    this.averages ??= zerosBeside(this.parameters);
    for (const [name, parameter] of this.parameters) {
      averageUpdate(companion(this.averages, name), parameter, 1 / at.averaged);
    }
  }
}
