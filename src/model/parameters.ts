/** The parameters of a network: names, shapes and variables. */
import * as tf from '@tensorflow/tfjs';
import { tidy } from '../ops/memory.js';
import { type Architecture, hasProjection, inputWidth, outputWidth } from './architecture.js';
import { kindOf, type LayerParameters, type ParameterShape } from './layers.js';

export type { ParameterShape };

/** The trainable variables by name, in the order of {@link parameterShapes}. */
export class Parameters extends Map<string, tf.Variable> {
  /** Returns a matrix. @throws Error when there is none of this name */
  matrix(name: string): tf.Tensor2D {
    const variable = this.get(name);
    if (!isMatrix(variable)) throw new Error(`The model has no parameter ${name} of rank 2`);
    return variable;
  }

  /** Returns a vector. @throws Error when there is none of this name */
  vector(name: string): tf.Tensor1D {
    const variable = this.get(name);
    if (!isVector(variable)) throw new Error(`The model has no parameter ${name} of rank 1`);
    return variable;
  }

  /** Returns the parameters of one layer, by their names within it. */
  ofLayer(layer: number, prefix = ''): LayerParameters {
    const nameOf = (name: string) => `${prefix}layers.${layer}.${name}`;
    return {
      matrix: (name) => this.matrix(nameOf(name)),
      vector: (name) => this.vector(nameOf(name)),
    };
  }

  /** Returns the parameters of the encoder of a source. */
  ofEncoder(): StackParameters {
    return { ofLayer: (layer) => this.ofLayer(layer, ENCODER) };
  }
}

/** Begins the names of an encoder's parameters. */
export const ENCODER = 'encoder.';

/** The parameters of a stack. */
export interface StackParameters {
  /** Returns those of one layer, by their names within it. */
  ofLayer(layer: number): LayerParameters;
}

function isMatrix(x: tf.Tensor | undefined): x is tf.Tensor2D {
  return x?.rank === 2;
}

function isVector(x: tf.Tensor | undefined): x is tf.Tensor1D {
  return x?.rank === 1;
}

/** Values by name, as in a checkpoint. */
export type NamedValues = ReadonlyMap<string, { readonly data: Float32Array | Int32Array }>;

/**
 * Lists every parameter of an architecture, in the order that numbers their random streams. There is one bias per gate; the
 * gates of a layer are side by side in PyTorch's order.
 */
export function parameterShapes(architecture: Architecture): ParameterShape[] {
  const { vocabularySize, source, embedding, tieEmbedding } = architecture;
  const shapes: ParameterShape[] = [
    { name: 'embedding.weight', shape: [vocabularySize, embedding], role: 'embedding' },
    ...stackShapes(architecture, ''),
  ];
  const width = outputWidth(architecture);
  if (hasProjection(architecture)) {
    shapes.push({ name: 'softmax.projection', shape: [width, embedding], role: 'softmax' });
  }
  if (!tieEmbedding) {
    shapes.push({ name: 'softmax.weight', shape: [width, vocabularySize], role: 'softmax' });
  }
  shapes.push({ name: 'softmax.bias', shape: [vocabularySize], role: 'softmaxBias' });
  if (source?.vocabularySize) {
    const shape = [source.vocabularySize, embedding];
    shapes.push({ name: 'source.embedding.weight', shape, role: 'embedding' });
  }
  if (source?.stack === 'separate') shapes.push(...stackShapes(architecture, ENCODER));
  if (source && source.attention !== 'none') shapes.push(...attentionShapes(source.attention, width));
  return shapes;
}

function stackShapes(architecture: Architecture, prefix: string): ParameterShape[] {
  return architecture.layers.flatMap((layer, index) =>
    kindOf(layer)
      .parameterShapes(layer, inputWidth(architecture, index))
      .map((shape) => ({ ...shape, name: `${prefix}layers.${index}.${shape.name}` })),
  );
}

/** Returns the parameters of attention over vectors of H units. */
function attentionShapes(score: 'dot' | 'general', units: number): ParameterShape[] {
  const names = [...(score === 'general' ? ['scoreWeight'] : []), 'contextWeight', 'outputWeight'];
  return names.map((name) => ({ name: `attention.${name}`, shape: [units, units], role: 'input', units }));
}

/** Lists the tensors that a model reads but never trains: the topic table [V,K], with topics. */
export function constantShapes({
  vocabularySize,
  context,
}: Architecture): { name: string; shape: [number, number] }[] {
  return context ? [{ name: 'topics', shape: [vocabularySize, context.topics] }] : [];
}

/** Returns the number of values in a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, dimension) => product * dimension, 1);
}

/** Makes the parameters of an architecture from their values. */
export function parametersFrom(architecture: Architecture, values: NamedValues): Parameters {
  return new Parameters(
    parameterShapes(architecture).map(({ name, shape }) => [
      name,
      variableOf(valuesOf(values, name).data, shape),
    ]),
  );
}

/** Makes the constants of an architecture from their values. */
export function constantsFrom(
  architecture: Architecture,
  values: NamedValues,
): ReadonlyMap<string, tf.Tensor2D> {
  return new Map(
    constantShapes(architecture).map(({ name, shape }) => [
      name,
      tf.keep(tf.tensor2d(valuesOf(values, name).data, shape)),
    ]),
  );
}

/** Makes a variable without a tfjs name: names in tfjs are global to the process. */
export function variableOf(values: Float32Array | Int32Array, shape: readonly number[]): tf.Variable {
  return tidy(() => tf.variable(tf.tensor(values, [...shape])));
}

function valuesOf(values: NamedValues, name: string) {
  const given = values.get(name);
  if (!given) throw new Error(`No values for ${name}`);
  return given;
}
