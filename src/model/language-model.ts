/** The language model of the paper: embedding, a stack of layers, softmax over the vocabulary. */
import * as tf from '@tensorflow/tfjs';
import { embedding } from '../ops/embedding.js';
import { dropout, type Noise } from '../ops/noise.js';
import { matrixProduct } from '../ops/products.js';
import { reshape } from '../ops/shapes.js';
import { logits as logitsOf, softmaxCrossEntropy } from '../ops/softmax-cross-entropy.js';
import type { Network } from './network.js';
import { type WindowNoise, wordTypeNoise } from './noise-placement.js';
import { type ModelState, runStack, zeroStackState } from './stack.js';
import { topicFeatures } from './topic-context.js';

/** The encoding of a window. */
export interface Encoded {
  /** The softmax's input, [T·B, H′], row t·B + b for step t of column b. */
  readonly hidden: tf.Tensor2D;
  /** The state after the window. */
  readonly state: ModelState;
  /** The last layer's output before and after dropout, [T,B,H]. */
  readonly activations: { readonly raw: tf.Tensor3D; readonly dropped: tf.Tensor3D };
}

/** Makes the state at the start of a text for `batch` columns: all zero. */
export function initialState({ architecture }: Network, batch: number): ModelState {
  const layers = zeroStackState(architecture, batch);
  const { context } = architecture;
  return context ? { ...layers, context: tf.zeros([batch, context.topics]) } : layers;
}

/**
 * Runs token ids through embedding and stack.
 *
 * @param ids   [T, B] int32
 * @param noise null at test time
 * @param above see `runStack`
 */
export function encode(
  model: Network,
  ids: tf.Tensor2D,
  state: ModelState,
  noise: WindowNoise | null,
  above?: (raw: tf.Tensor3D) => tf.Tensor3D,
): Encoded {
  const { architecture, parameters, precision } = model;
  const embedded = embedWords(parameters.matrix('embedding.weight'), ids, noise && wordTypeNoise(noise));
  const topics = topicsOf(model, ids, state);
  const features = topics?.features ?? null;
  const stack = runStack(embedded, features, state, architecture, parameters, noise, precision, above);
  const { raw, dropped, state: after } = stack;
  const top = features ? tf.concat([dropped, features], 2) : dropped;
  const [steps, batch, width] = top.shape;
  return {
    hidden: top.reshape([steps * batch, width]),
    state: topics ? { ...after, context: topics.carried } : after,
    activations: { raw, dropped },
  };
}

/**
 * Computes the negative log-likelihood of targets, in nats.
 *
 * @param hidden     [N, H′], from {@link encode}
 * @param targets    [N] int32
 * @param lossWeight the weight of each target in the loss, if there is one: only speed depends on it
 * @returns [N]
 */
export function targetNll(
  model: Network,
  hidden: tf.Tensor2D,
  targets: tf.Tensor1D,
  lossWeight = 1,
): tf.Tensor1D {
  const { weight, bias, tied } = softmaxParameters(model);
  return softmaxCrossEntropy(
    projected(model, hidden),
    weight,
    bias,
    targets,
    tied,
    model.precision,
    lossWeight,
  );
}

/** Computes unnormalized log-probabilities of every word, [N, V], without targets, for sampling. */
export function logits(model: Network, hidden: tf.Tensor2D): tf.Tensor2D {
  const { weight, bias, tied } = softmaxParameters(model);
  return logitsOf(projected(model, hidden), weight, bias, tied);
}

/**
 * Looks words up, and drops word types (Gal & Ghahramani 2016, section 4.2): a word at all its places in the window alike.
 *
 * @param table [V,E]
 * @param ids   [T,B] int32
 * @returns [T,B,E]
 */
export function embedWords(table: tf.Tensor2D, ids: tf.Tensor2D, onTypes: Noise | null): tf.Tensor3D {
  const embedded = embedding(table, ids);
  if (onTypes === null || onTypes.rate === 0) return embedded;
  const [words] = table.shape;
  const factors = dropout(tf.ones([1, words, 1]), onTypes);
  return tf.mul(embedded, embedding(reshape(factors, [words, 1]), ids));
}

function topicsOf({ architecture, constants }: Network, ids: tf.Tensor2D, state: ModelState) {
  const table = constants.get('topics');
  if (!architecture.context || !table) return null;
  return topicFeatures(table, ids, state.context, architecture.context.decay);
}

/** Projects the softmax's input to the embedding's width if the softmax is tied and the widths differ. */
function projected({ parameters, precision }: Network, hidden: tf.Tensor2D): tf.Tensor2D {
  if (!parameters.has('softmax.projection')) return hidden;
  return matrixProduct(hidden, parameters.matrix('softmax.projection'), precision ?? 'f32');
}

function softmaxParameters({ architecture, parameters }: Network) {
  const tied = architecture.tieEmbedding;
  return {
    weight: parameters.matrix(tied ? 'embedding.weight' : 'softmax.weight'),
    bias: parameters.vector('softmax.bias'),
    tied,
  };
}
