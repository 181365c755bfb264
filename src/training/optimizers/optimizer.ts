/** What turns gradients into steps, and what it remembers from one step to the next. */
import type * as tf from '@tensorflow/tfjs';
import type { UpdateSettings } from '../../ops/update.js';

/** Variables by the name of their parameter. */
export type ByParameter = ReadonlyMap<string, tf.Variable>;

/** Gradients by the name of their parameter. */
export type Gradients = Readonly<Record<string, tf.Tensor>>;

/** What is done to every gradient before its step. */
export type GradientSettings = Pick<UpdateSettings, 'weightDecay' | 'clipValue'>;

/** Which step, and how long. */
export interface StepNumber {
  readonly learningRate: number;
  /** Steps since the run began, this one included. */
  readonly count: number;
  /** Steps since averaging began, this one included; 0 while there is none. */
  readonly averaged: number;
}

export interface Optimizer {
  /** What it remembers, by `<kind>.<parameter>`: together with the parameters, all that the next step depends on. */
  readonly tensors: ReadonlyMap<string, tf.Variable>;
  /** Means of the parameters, which stand in for them in evaluation; null while there are none. */
  readonly averages: ByParameter | null;
  /**
   * Changes the parameters in place.
   *
   * @param scale the clipping factor
   */
  step(gradients: Gradients, scale: tf.Scalar, at: StepNumber): void;
}

/** Frees what an optimizer remembers; the parameters are not its own. */
export function disposeOptimizer({ tensors }: Optimizer): void {
  for (const variable of tensors.values()) variable.dispose();
}
