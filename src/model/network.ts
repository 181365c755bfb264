/** A network: its architecture and the values of its parameters, whatever it is trained to do. */
import type * as tf from '@tensorflow/tfjs';
import type { Precision } from '../ops/op.js';
import type { Architecture } from './architecture.js';
import { type Initialization, initializeParameters } from './initialization.js';
import { constantsFrom, type NamedValues, type Parameters, parametersFrom } from './parameters.js';

/** A network: its architecture and the values of its parameters. */
export interface Network {
  readonly architecture: Architecture;
  readonly parameters: Parameters;
  /** Tensors that it reads but never trains, by name: see `constantShapes`. */
  readonly constants: ReadonlyMap<string, tf.Tensor2D>;
  /** Arithmetic of products; default float32, as in evaluation and sampling. */
  readonly precision?: Precision;
}

/** The initialization of a new network. */
export interface InitialValues {
  readonly init: Initialization;
  /** See `initializeParameters`. */
  readonly forgetBias: number | null;
  readonly seed: number;
}

/**
 * Makes a network with new parameters.
 *
 * @param constants values of the tensors that it never trains: see `constantShapes`
 */
export function createNetwork(
  architecture: Architecture,
  { init, forgetBias, seed }: InitialValues,
  constants: NamedValues = new Map(),
): Network {
  return {
    architecture,
    parameters: initializeParameters(architecture, init, forgetBias, seed),
    constants: constantsFrom(architecture, constants),
  };
}

/** Makes a network from the parameters and constants of a checkpoint. */
export function networkFrom(
  architecture: Architecture,
  parameters: NamedValues,
  constants: NamedValues,
): Network {
  return {
    architecture,
    parameters: parametersFrom(architecture, parameters),
    constants: constantsFrom(architecture, constants),
  };
}

/** Frees the network's memory. */
export function disposeNetwork(network: Network): void {
  for (const variable of network.parameters.values()) variable.dispose();
  for (const tensor of network.constants.values()) tensor.dispose();
}
