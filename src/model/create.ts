/** Making a model: fresh, or from the values that a checkpoint holds. */
import type { Architecture } from './architecture.js';
import { type Initialization, initializeParameters } from './initialization.js';
import type { LanguageModel } from './language-model.js';
import { constantsFrom, type NamedValues, parametersFrom } from './parameters.js';

/** How a fresh model begins. */
export interface Beginning {
  readonly init: Initialization;
  /** See `initializeParameters`. */
  readonly forgetBias: number | null;
  readonly seed: number;
}

/**
 * A model with fresh parameters.
 *
 * @param constants the values of what it never trains: see `constantShapes`
 */
export function createLanguageModel(
  architecture: Architecture,
  { init, forgetBias, seed }: Beginning,
  constants: NamedValues = new Map(),
): LanguageModel {
  return {
    architecture,
    parameters: initializeParameters(architecture, init, forgetBias, seed),
    constants: constantsFrom(architecture, constants),
  };
}

/** A model with given parameters and constants. */
export function languageModelFrom(
  architecture: Architecture,
  parameters: NamedValues,
  constants: NamedValues,
): LanguageModel {
  return {
    architecture,
    parameters: parametersFrom(architecture, parameters),
    constants: constantsFrom(architecture, constants),
  };
}
