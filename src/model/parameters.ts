/** The parameters of the language model: their names, shapes and initial values. */
import * as tf from '@tensorflow/tfjs';
import { tidy } from '../ops/memory.js';
import { fillPhiloxWords, STREAM, wordToUnit } from '../ops/philox.js';

/** The shape of a model: what a spec says of it, and the size of the vocabulary. */
export interface Architecture {
  /** V. */
  readonly vocabularySize: number;
  /** E. */
  readonly embedding: number;
  /** H of each layer, from the embedding to the softmax. */
  readonly layers: readonly number[];
  /** The softmax weight is the embedding table (Press & Wolf 2017). */
  readonly tieEmbedding: boolean;
}

/** The architecture that a spec's `model` makes with a vocabulary. */
export function architectureOf(
  model: { embedding: number; layers: readonly { lstm: number }[]; tieEmbedding: boolean },
  vocabularySize: number,
): Architecture {
  const { embedding, layers, tieEmbedding } = model;
  return { vocabularySize, embedding, layers: layers.map((layer) => layer.lstm), tieEmbedding };
}

/** Name and shape of one parameter. */
export interface ParameterShape {
  readonly name: string;
  readonly shape: readonly number[];
}

/** The trainable variables by name, in the order of {@link parameterShapes}. */
export type Parameters = ReadonlyMap<string, tf.Variable>;

/**
 * Every parameter of an architecture, in the order that numbers their random streams. One bias per gate; the
 * four gates lie side by side in PyTorch's order i, f, g, o.
 */
export function parameterShapes(architecture: Architecture): ParameterShape[] {
  const { vocabularySize, embedding, layers, tieEmbedding } = architecture;
  const shapes: ParameterShape[] = [{ name: 'embedding.weight', shape: [vocabularySize, embedding] }];
  layers.forEach((units, layer) => {
    const inputs = layer === 0 ? embedding : layers[layer - 1];
    shapes.push(
      { name: `layers.${layer}.inputWeight`, shape: [inputs, 4 * units] },
      { name: `layers.${layer}.recurrentWeight`, shape: [units, 4 * units] },
      { name: `layers.${layer}.bias`, shape: [4 * units] },
    );
  });
  if (!tieEmbedding)
    shapes.push({ name: 'softmax.weight', shape: [layers[layers.length - 1], vocabularySize] });
  shapes.push({ name: 'softmax.bias', shape: [vocabularySize] });
  return shapes;
}

/** Number of values in a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, dimension) => product * dimension, 1);
}

/**
 * Fresh variables, every one of them (biases too) uniform in (−bound, bound): paper, section 4.1. Word n of the
 * Philox stream (seed, initialization, site = the parameter's index) makes value n.
 */
export function initializeParameters(architecture: Architecture, bound: number, seed: number): Parameters {
  const parameters = new Map<string, tf.Variable>();
  parameterShapes(architecture).forEach(({ name, shape }, site) => {
    const words = new Uint32Array(sizeOf(shape));
    fillPhiloxWords(words, 0, words.length, { seed, stream: STREAM.initialization, site, step: 0 });
    const values = Float32Array.from(words, (word) => (2 * wordToUnit(word) - 1) * bound);
    parameters.set(name, variableOf(values, shape));
  });
  return parameters;
}

/** Variables that hold given values, which must be those of every parameter of the architecture. */
export function parametersFrom(
  architecture: Architecture,
  values: ReadonlyMap<string, { readonly data: Float32Array | Int32Array }>,
): Parameters {
  return new Map(
    parameterShapes(architecture).map(({ name, shape }) => {
      const given = values.get(name);
      if (!given) throw new Error(`no values for the parameter ${name}`);
      return [name, variableOf(given.data, shape)];
    }),
  );
}

/** One parameter by name. */
export function parameter(parameters: Parameters, name: string): tf.Variable {
  const variable = parameters.get(name);
  if (!variable) throw new Error(`the model has no parameter ${name}`);
  return variable;
}

/** Unnamed: names are ours, and tfjs's own are global to the process. */
function variableOf(values: Float32Array | Int32Array, shape: readonly number[]): tf.Variable {
  return tidy(() => tf.variable(tf.tensor(values, [...shape])));
}
