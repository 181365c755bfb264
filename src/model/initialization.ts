/** Initialization of parameters. Value n of a parameter comes from word n of its Philox stream, or words 2n and 2n + 1. */
import { fillPhiloxWords, type PhiloxAddress, STREAM, wordToUnit } from '../ops/philox.js';
import type { Architecture } from './architecture.js';
import {
  ENCODER,
  type ParameterShape,
  Parameters,
  parameterShapes,
  REVERSE,
  sizeOf,
  variableOf,
} from './parameters.js';

/** A spec's `model.init`. */
export type Initialization =
  | { readonly uniform: number }
  | { readonly normal: number }
  | { readonly scaledUniform: { readonly embedding: number } }
  | { readonly orthogonal: Readonly<Record<string, never>> };

/** Bound of the embedding table's values under `orthogonal`, which does not define it. */
const ORTHOGONAL_EMBEDDING_BOUND = 0.1;

/**
 * Makes the parameters of a new model.
 *
 * - `uniform: a` draws every one of them, biases too, from U(−a, a): paper, section 4.1;
 * - `normal: s` draws weights from N(0, s²), biases are 0;
 * - `scaledUniform: {embedding: a}` draws a layer's from U(−1/√H, 1/√H), embedding and softmax weights from U(−a, a), and
 *   sets the softmax's bias to 0 (AWD-LSTM, Merity et al. 2018, section 5);
 * - `orthogonal` makes recurrent matrices orthogonal, gate by gate (Saxe et al. 2014), other weights Glorot-uniform
 *   (Glorot and Bengio 2010), the embedding U(−0.1, 0.1) and biases 0.
 *
 * Parameter number i, in the order of {@link parameterShapes}, draws from the Philox stream (seed, initialization, site i).
 *
 * @param forgetBias value of every LSTM forget gate's bias (Jozefowicz et al. 2015), or null to draw it like the rest
 */
export function initializeParameters(
  architecture: Architecture,
  init: Initialization,
  forgetBias: number | null,
  seed: number,
): Parameters {
  return new Parameters(
    parameterShapes(architecture).map((shape, site) => {
      const values = drawValues(init, shape, { seed, stream: STREAM.initialization, site, step: 0 });
      if (forgetBias !== null && isLstmBias(architecture, shape.name)) setForgetGates(values, forgetBias);
      return [shape.name, variableOf(values, shape.shape)];
    }),
  );
}

function drawValues(init: Initialization, parameter: ParameterShape, at: PhiloxAddress): Float32Array {
  if ('uniform' in init) return uniform(parameter, init.uniform, at);
  if ('normal' in init) return isBias(parameter) ? zeros(parameter) : normal(parameter, init.normal, at);
  if ('scaledUniform' in init) return scaledUniform(parameter, init.scaledUniform.embedding, at);
  return orthogonal(parameter, at);
}

function uniform({ shape }: ParameterShape, bound: number, at: PhiloxAddress): Float32Array {
  return drawn(sizeOf(shape), 1, at, (words, n) => (2 * wordToUnit(words[n]) - 1) * bound);
}

/** Draws normal values (Box and Muller 1958), each from two words. */
function normal({ shape }: ParameterShape, deviation: number, at: PhiloxAddress): Float32Array {
  return drawn(sizeOf(shape), 2, at, (words, n) => {
    const radius = Math.sqrt(-2 * Math.log(wordToUnit(words[2 * n])));
    return deviation * radius * Math.cos(2 * Math.PI * wordToUnit(words[2 * n + 1]));
  });
}

/** Words that are in memory at once. A large parameter has tens of millions. */
const SLAB_WORDS = 2 ** 14;

/**
 * Draws values, each a function of its own words.
 *
 * @param wordsEach words of a value: 1 or 2
 * @param toValue   makes value n of a slab from the slab's words
 */
function drawn(
  count: number,
  wordsEach: 1 | 2,
  at: PhiloxAddress,
  toValue: (words: Uint32Array, n: number) => number,
): Float32Array {
  const values = new Float32Array(count);
  const words = new Uint32Array(SLAB_WORDS);
  const perSlab = SLAB_WORDS / wordsEach;
  for (let start = 0; start < count; start += perSlab) {
    const here = Math.min(perSlab, count - start);
    fillPhiloxWords(words, 0, here * wordsEach, at, start * wordsEach);
    for (let n = 0; n < here; n++) values[start + n] = toValue(words, n);
  }
  return values;
}

function scaledUniform(parameter: ParameterShape, embeddingBound: number, at: PhiloxAddress): Float32Array {
  if (parameter.role === 'softmaxBias') return zeros(parameter);
  const bound = parameter.units === undefined ? embeddingBound : 1 / Math.sqrt(parameter.units);
  return uniform(parameter, bound, at);
}

function orthogonal(parameter: ParameterShape, at: PhiloxAddress): Float32Array {
  const [rows, columns] = parameter.shape;
  if (isBias(parameter)) return zeros(parameter);
  if (parameter.role === 'recurrent') return orthogonalBlocks(normal(parameter, 1, at), rows, columns);
  if (parameter.role === 'embedding') return uniform(parameter, ORTHOGONAL_EMBEDDING_BOUND, at);
  const gates = parameter.role === 'input' && parameter.units ? columns / parameter.units : 1;
  return uniform(parameter, Math.sqrt(6 / (rows + columns / gates)), at);
}

function zeros({ shape }: ParameterShape): Float32Array {
  return new Float32Array(sizeOf(shape));
}

function isBias({ role }: ParameterShape): boolean {
  return role === 'bias' || role === 'softmaxBias';
}

function isLstmBias({ layers }: Architecture, name: string): boolean {
  const names = (layer: number) => ['', ENCODER, REVERSE].map((prefix) => `${prefix}layers.${layer}.bias`);
  return layers.some(({ cell }, layer) => cell === 'lstm' && names(layer).includes(name));
}

/** Sets the second quarter of a bias: gates are in the order i, f, g, o. */
function setForgetGates(bias: Float32Array, value: number): void {
  bias.fill(value, bias.length / 4, bias.length / 2);
}

/**
 * Orthogonalizes square blocks side by side, such as the gates of a recurrent weight (Saxe, McClelland and Ganguli 2014,
 * section 3). The rows of each block become orthonormal; from independent normal values the result is uniform over all
 * orthogonal matrices.
 *
 * @param values row-major [rows, columns], columns a multiple of rows; not changed
 */
export function orthogonalBlocks(values: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(values.length);
  for (let from = 0; from < columns; from += rows) {
    const block = new Float64Array(rows * rows);
    for (let row = 0; row < rows; row++) {
      block.set(values.subarray(row * columns + from, row * columns + from + rows), row * rows);
    }
    orthonormalizeRows(block, rows);
    for (let row = 0; row < rows; row++) {
      result.set(block.subarray(row * rows, (row + 1) * rows), row * columns + from);
    }
  }
  return result;
}

/**
 * Runs Gram-Schmidt with each row's projections subtracted twice: with once, rounding errors would grow with the size.
 */
function orthonormalizeRows(block: Float64Array, size: number): void {
  for (let row = 0; row < size; row++) {
    const current = block.subarray(row * size, (row + 1) * size);
    for (let repeat = 0; repeat < 2; repeat++) {
      for (let other = 0; other < row; other++) {
        const direction = block.subarray(other * size, (other + 1) * size);
        addScaled(current, direction, -dot(current, direction));
      }
    }
    const length = Math.sqrt(dot(current, current));
    for (let i = 0; i < size; i++) current[i] /= length;
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

function addScaled(to: Float64Array, from: Float64Array, factor: number): void {
  for (let i = 0; i < to.length; i++) to[i] += factor * from[i];
}
