/**
 * The optimizers, in order of growing complexity: SGD, averaged SGD, RMSprop, Adam. Each turns gradients into steps, in place
 * on the parameters, by one op per parameter (`ops/update.ts`), and keeps tensors of a parameter's shape beside it.
 */
import * as tf from '@tensorflow/tfjs';
import { dispose, tidy } from '../ops/memory.js';
import { adamUpdate, averageUpdate, rmspropUpdate, sgdUpdate, type UpdateSettings } from '../ops/update.js';
import { AVERAGE } from '../runs/checkpoint-tensors.js';
import type { NetworkSpec } from '../spec/systems.js';

/** Variables by the name of their parameter. */
export type ByParameter = ReadonlyMap<string, tf.Variable>;

/** Gradients by the name of their parameter. */
export type Gradients = Readonly<Record<string, tf.Tensor>>;

/** Changes to every gradient before its step. */
export type GradientSettings = Pick<UpdateSettings, 'weightDecay' | 'clipValue'>;

/** Number of a step, and its length. */
export interface StepNumber {
  readonly learningRate: number;
  /** Steps since the run began, this one included. */
  readonly count: number;
  /** Steps since averaging began, this one included; 0 before it begins. */
  readonly averaged: number;
}

/** Turns gradients into steps. */
export interface Optimizer {
  /** Its state, by `<kind>.<parameter>`: together with the parameters, all that the next step depends on. */
  readonly tensors: ByParameter;
  /** Means of the parameters, which replace them in evaluation; null while there are none. */
  readonly averages: ByParameter | null;
  /**
   * Changes the parameters in place.
   *
   * @param scale the clipping factor
   */
  step(gradients: Gradients, scale: tf.Scalar, at: StepNumber): void;
}

/** Stochastic gradient descent without momentum (paper, section 4.1). It has no state. */
export class Sgd implements Optimizer {
  readonly tensors: ByParameter = new Map();
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

/**
 * Averaged stochastic gradient descent (Polyak and Juditsky 1992): the steps of SGD, and beside the parameters the mean of
 * their values after each step since averaging began. PyTorch's ASGD with lambd 0 computes the same, except for its t0 = 0,
 * which leaves the first step out of the mean.
 */
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
    this.averages = averaging ? zerosLike(parameters) : null;
  }

  get tensors(): ByParameter {
    return new Map(named(AVERAGE, this.averages ?? new Map()));
  }

  step(gradients: Gradients, scale: tf.Scalar, at: StepNumber): void {
    this.sgd.step(gradients, scale, at);
    if (at.averaged === 0) return;
    this.averages ??= zerosLike(this.parameters);
    for (const [name, parameter] of this.parameters) {
      averageUpdate(stateOf(this.averages, name), parameter, 1 / at.averaged);
    }
  }
}

/** RMSprop (Tieleman and Hinton 2012). Its state is a running mean of the gradient's square. */
export class RmsProp implements Optimizer {
  readonly averages = null;
  readonly tensors: ByParameter;
  private readonly meanSquares: ByParameter;

  constructor(
    private readonly parameters: ByParameter,
    private readonly settings: GradientSettings & { decay: number; epsilon: number },
  ) {
    this.meanSquares = zerosLike(parameters);
    this.tensors = new Map(named('meanSquare', this.meanSquares));
  }

  step(gradients: Gradients, scale: tf.Scalar, { learningRate }: StepNumber): void {
    const settings = { ...this.settings, learningRate };
    for (const [name, parameter] of this.parameters) {
      rmspropUpdate(parameter, gradients[name], scale, stateOf(this.meanSquares, name), settings);
    }
  }
}

/** Adam (Kingma and Ba 2015, algorithm 1). Its state is running means of the gradient and of its square. */
export class Adam implements Optimizer {
  readonly averages = null;
  readonly tensors: ByParameter;
  private readonly first: ByParameter;
  private readonly second: ByParameter;

  constructor(
    private readonly parameters: ByParameter,
    private readonly settings: GradientSettings & { beta1: number; beta2: number; epsilon: number },
  ) {
    this.first = zerosLike(parameters);
    this.second = zerosLike(parameters);
    this.tensors = new Map([...named('firstMoment', this.first), ...named('secondMoment', this.second)]);
  }

  step(gradients: Gradients, scale: tf.Scalar, { learningRate, count }: StepNumber): void {
    const settings = { ...this.settings, learningRate, step: count };
    for (const [name, parameter] of this.parameters) {
      const moments = { first: stateOf(this.first, name), second: stateOf(this.second, name) };
      adamUpdate(parameter, gradients[name], scale, moments, settings);
    }
  }
}

type Training = NetworkSpec['training'];

/**
 * Makes the optimizer of a spec, its state zero; a checkpoint's is put there afterwards.
 *
 * @param averaging whether the averaging of averagedSgd has begun at the position it is made for
 */
export function createOptimizer(
  { optimizer, weightDecay, clipValue }: Pick<Training, 'optimizer' | 'weightDecay' | 'clipValue'>,
  parameters: ByParameter,
  averaging: boolean,
): Optimizer {
  const gradient = { weightDecay, clipValue };
  if ('adam' in optimizer) {
    const { beta1, beta2, epsilon } = optimizer.adam;
    return new Adam(parameters, { ...gradient, beta1, beta2, epsilon });
  }
  if ('rmsprop' in optimizer) {
    const { decay, epsilon } = optimizer.rmsprop;
    return new RmsProp(parameters, { ...gradient, decay, epsilon });
  }
  if ('averagedSgd' in optimizer) return new AveragedSgd(parameters, gradient, averaging);
  return new Sgd(parameters, gradient);
}

/** Counts the tensors that an optimizer keeps for each parameter, at most: for the memory of a training. */
export function stateTensorsPerParameter({ optimizer }: Pick<Training, 'optimizer'>): number {
  if ('adam' in optimizer) return 2;
  return 'sgd' in optimizer ? 0 : 1;
}

/** Frees an optimizer's state; the parameters are not its own. */
export function disposeOptimizer({ tensors }: Optimizer): void {
  for (const variable of tensors.values()) variable.dispose();
}

/**
 * Gives the parameters the values of the averages, without copying either; they must not be trained until they have their
 * own values again.
 *
 * @param averages null to leave the parameters as they are
 * @returns a function that restores the parameters' own values; call it once
 */
export function swapIn(parameters: ByParameter, averages: ByParameter | null): () => void {
  if (!averages) return () => {};
  const own = [...parameters.values()].map((parameter) => ({ parameter, value: tf.clone(parameter) }));
  for (const [name, parameter] of parameters) parameter.assign(stateOf(averages, name));
  return () => {
    for (const { parameter, value } of own) parameter.assign(value);
    dispose(own.map(({ value }) => value));
  };
}

/** A variable of zeros for every parameter, of its shape. */
function zerosLike(parameters: ByParameter): ByParameter {
  return new Map(
    [...parameters].map(([name, { shape }]) => [name, tidy(() => tf.variable(tf.zeros(shape), false))]),
  );
}

/** State tensors under their names in a checkpoint. */
function named(kind: string, state: ByParameter): [string, tf.Variable][] {
  return [...state].map(([parameter, variable]) => [`${kind}.${parameter}`, variable]);
}

function stateOf(state: ByParameter, parameter: string): tf.Variable {
  const variable = state.get(parameter);
  if (!variable) throw new Error(`The optimizer keeps nothing for ${parameter}`);
  return variable;
}
