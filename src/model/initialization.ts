/** Initialization of parameters. Value n of a parameter comes from word n of its Philox stream, or words 2n and 2n + 1. */
import { fillPhiloxWords, STREAM, wordToUnit } from '../ops/philox.js';
import type { Architecture } from './architecture.js';
import { type ParameterShape, Parameters, parameterShapes, sizeOf, variableOf } from './parameters.js';

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
      const values = drawValues(init, shape, (count) => drawWords(count, seed, site));
      if (forgetBias !== null && isLstmBias(architecture, shape.name)) setForgetGates(values, forgetBias);
      return [shape.name, variableOf(values, shape.shape)];
    }),
  );
}

type DrawWords = (count: number) => Uint32Array;

function drawValues(init: Initialization, parameter: ParameterShape, words: DrawWords): Float32Array {
  if ('uniform' in init) return uniform(parameter, init.uniform, words);
  if ('normal' in init) return isBias(parameter) ? zeros(parameter) : normal(parameter, init.normal, words);
  if ('scaledUniform' in init) return scaledUniform(parameter, init.scaledUniform.embedding, words);
  return orthogonal(parameter, words);
}

function uniform({ shape }: ParameterShape, bound: number, words: DrawWords): Float32Array {
  return Float32Array.from(words(sizeOf(shape)), (word) => (2 * wordToUnit(word) - 1) * bound);
}

/** Draws normal values (Box and Muller 1958), each from two words. */
function normal({ shape }: ParameterShape, deviation: number, words: DrawWords): Float32Array {
  const drawn = words(2 * sizeOf(shape));
  return Float32Array.from({ length: sizeOf(shape) }, (_, n) => {
    const radius = Math.sqrt(-2 * Math.log(wordToUnit(drawn[2 * n])));
    return deviation * radius * Math.cos(2 * Math.PI * wordToUnit(drawn[2 * n + 1]));
  });
}

function scaledUniform(parameter: ParameterShape, embeddingBound: number, words: DrawWords): Float32Array {
  if (parameter.role === 'softmaxBias') return zeros(parameter);
  const bound = parameter.units === undefined ? embeddingBound : 1 / Math.sqrt(parameter.units);
  return uniform(parameter, bound, words);
}

function orthogonal(parameter: ParameterShape, words: DrawWords): Float32Array {
  const [rows, columns] = parameter.shape;
  if (isBias(parameter)) return zeros(parameter);
  if (parameter.role === 'recurrent') return orthogonalBlocks(normal(parameter, 1, words), rows, columns);
  if (parameter.role === 'embedding') return uniform(parameter, ORTHOGONAL_EMBEDDING_BOUND, words);
  const gates = parameter.role === 'input' && parameter.units ? columns / parameter.units : 1;
  return uniform(parameter, Math.sqrt(6 / (rows + columns / gates)), words);
}

function zeros({ shape }: ParameterShape): Float32Array {
  return new Float32Array(sizeOf(shape));
}

function isBias({ role }: ParameterShape): boolean {
  return role === 'bias' || role === 'softmaxBias';
}

function isLstmBias({ layers }: Architecture, name: string): boolean {
  return layers.some(({ cell }, layer) => cell === 'lstm' && name === `layers.${layer}.bias`);
}

/** Sets the second quarter of a bias: gates are in the order i, f, g, o. */
function setForgetGates(bias: Float32Array, value: number): void {
  bias.fill(value, bias.length / 4, bias.length / 2);
}

function drawWords(count: number, seed: number, site: number): Uint32Array {
  const words = new Uint32Array(count);
  fillPhiloxWords(words, 0, count, { seed, stream: STREAM.initialization, site, step: 0 });
  return words;
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
    const block = Float64Array.from({ length: rows * rows }, (_, i) => {
      const row = Math.floor(i / rows);
      return values[row * columns + from + (i % rows)];
    });
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
