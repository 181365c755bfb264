/** The language model of the paper: embedding, LSTM stack, softmax over the vocabulary. */
import * as tf from '@tensorflow/tfjs';
import { embedding } from '../ops/embedding.js';
import { type Precision, product, productWithTransposedRight } from '../ops/products.js';
import { softmaxCrossEntropy } from '../ops/softmax-cross-entropy.js';
import type { DropoutPlan } from './dropout-placement.js';
import { lstmStack, type StackState, zeroState } from './lstm-stack.js';
import { type Architecture, initializeParameters, type Parameters, parameter } from './parameters.js';

/** A model: what it looks like and the values of its parameters. */
export interface LanguageModel {
  readonly architecture: Architecture;
  readonly parameters: Parameters;
  /** What products compute in; float32 when left out, as evaluation and sampling do. */
  readonly precision?: Precision;
}

/** A model with fresh parameters from U(−bound, bound). */
export function createLanguageModel(architecture: Architecture, bound: number, seed: number): LanguageModel {
  return { architecture, parameters: initializeParameters(architecture, bound, seed) };
}

/** The all-zero state for `batch` columns. */
export function initialState(model: LanguageModel, batch: number): StackState {
  return zeroState(model.architecture.layers, batch);
}

/**
 * Runs token ids through embedding and stack.
 *
 * @param ids  [T, B] int32
 * @param plan dropout masks, or null at test time
 * @returns the softmax's input, [T·B, H], row t·B + b for step t of column b; and the state after the window
 */
export function encode(
  model: LanguageModel,
  ids: tf.Tensor2D,
  state: StackState,
  plan: DropoutPlan | null,
): { hidden: tf.Tensor2D; state: StackState } {
  const table = parameter(model.parameters, 'embedding.weight') as tf.Tensor as tf.Tensor2D;
  const result = lstmStack(embedding(table, ids), state, model.parameters, plan, model.precision);
  const [steps, batch, units] = result.output.shape;
  return { hidden: result.output.reshape([steps * batch, units]), state: result.state };
}

/**
 * Negative log-likelihood of targets, in nats.
 *
 * @param hidden  [N, H], from {@link encode}
 * @param targets [N] int32
 * @returns [N]
 */
export function targetNll(model: LanguageModel, hidden: tf.Tensor2D, targets: tf.Tensor1D): tf.Tensor1D {
  const { weight, bias, tied } = softmaxParameters(model);
  return softmaxCrossEntropy(hidden, weight, bias, targets, tied, model.precision);
}

/** Unnormalized log-probabilities of every word, [N, V]: for sampling, where there is no target. */
export function logits(model: LanguageModel, hidden: tf.Tensor2D): tf.Tensor2D {
  const { weight, bias, tied } = softmaxParameters(model);
  const scores = tied ? productWithTransposedRight(hidden, weight, 'f32') : product(hidden, weight, 'f32');
  return tf.add(scores, bias);
}

/** Frees the model's memory. */
export function disposeLanguageModel(model: LanguageModel): void {
  for (const variable of model.parameters.values()) variable.dispose();
}

function softmaxParameters({ architecture, parameters }: LanguageModel) {
  const tied = architecture.tieEmbedding;
  const weight = parameter(parameters, tied ? 'embedding.weight' : 'softmax.weight');
  return {
    weight: weight as tf.Tensor as tf.Tensor2D,
    bias: parameter(parameters, 'softmax.bias') as tf.Tensor as tf.Tensor1D,
    tied,
  };
}
