/**
 * Runs every kernel of the native backend, compiled by the compiler that is named, at awkward shapes: for sanitizers,
 * which watch the memory. With "mixed", only the kernels with mixed-precision products; with a number, looks up a word of that
 * id, which does not exist. Prints a word at the end.
 */
import * as tf from '@tensorflow/tfjs';
import { activateBackend } from '../../../src/backends/select.js';
import { attention } from '../../../src/ops/attention.js';
import { globalNorm } from '../../../src/ops/clipping.js';
import { ctcLoss } from '../../../src/ops/ctc.js';
import { type DeepTransitionParameters, deepTransition } from '../../../src/ops/deep-transition.js';
import { embedding } from '../../../src/ops/embedding.js';
import { type GruParameters, gru } from '../../../src/ops/gru.js';
import { likeliestOp } from '../../../src/ops/likeliest.js';
import { type LstmParameters, type LstmState, lstm } from '../../../src/ops/lstm.js';
import { dropout, type Noise } from '../../../src/ops/noise.js';
import { type Precision, runOp } from '../../../src/ops/op.js';
import { matrixProduct } from '../../../src/ops/products.js';
import type { RecurrentOptions } from '../../../src/ops/recurrent.js';
import { logits, softmaxCrossEntropy } from '../../../src/ops/softmax-cross-entropy.js';
import { type TanhRnnParameters, tanhRnn } from '../../../src/ops/tanh-rnn.js';
import {
  adamUpdate,
  averageUpdate,
  dynamicUpdate,
  rmspropUpdate,
  sgdUpdate,
} from '../../../src/ops/update.js';
import { withNoise } from '../../ops/noise.js';
import { ALL_REGULARIZERS, LSTM_REGULARIZERS, REGULARIZERS } from './regularizers.js';

const [compiler, cacheFolder, what] = process.argv.slice(2);
const WIDTHS = [1, 3, 15, 16, 17, 63, 64, 65, 130];
const ROWS = [1, 2, 5, 6, 7, 13];
const STEP: Noise = { rate: 0.5, mask: 'step', perGate: false, seed: 1, site: 1, step: 1 };

const random = (...shape: number[]) => tf.randomUniform(shape, -1, 1);
const idsBelow = (most: number, ...shape: number[]) => tf.randomUniform(shape, 0, most, 'int32');

/** Forward, backward, and a step of every optimizer. */
function train(loss: (...parameters: tf.Tensor[]) => tf.Tensor, shapes: readonly number[][]): void {
  tf.tidy(() => {
    const parameters = shapes.map((shape) => random(...shape));
    const gradients = tf.grads(loss)(parameters);
    const norm = globalNorm(Object.fromEntries(gradients.map((gradient, i) => [`${i}`, gradient])));
    const variables = parameters.map((parameter) => tf.variable(parameter));
    for (const [i, variable] of variables.entries()) update(variable, gradients[i], norm);
    tf.dispose(variables);
  });
}

function update(parameter: tf.Variable, gradient: tf.Tensor, scale: tf.Scalar): void {
  const settings = { learningRate: 0.1, weightDecay: 0.1, clipValue: 0.5 };
  const [first, second] = [0, 0].map((value) => tf.variable(tf.fill(parameter.shape, value)));
  sgdUpdate(parameter, gradient, scale, { ...settings, weightDecay: 0, clipValue: null });
  sgdUpdate(parameter, gradient, scale, settings);
  const adam = { ...settings, beta1: 0.9, beta2: 0.99, epsilon: 1e-8, step: 1 };
  adamUpdate(parameter, gradient, scale, { first, second }, adam);
  rmspropUpdate(parameter, gradient, scale, second, { ...settings, decay: 0.9, epsilon: 1e-8 });
  averageUpdate(first, parameter, 0.5);
  const dynamic = { learningRate: 0.1, epsilon: 1e-3, decay: 0.5 };
  dynamicUpdate(parameter, gradient, first, second, { ...dynamic, rows: null });
  dynamicUpdate(parameter, gradient, first, second, {
    ...dynamic,
    rows: Int32Array.of(parameter.shape[0] - 1, 0).slice(0, parameter.shape[0]),
  });
  tf.dispose([first, second]);
}

/** Steps, columns, inputs, units. */
type Shape = readonly [number, number, number, number];

function lstmLayer([steps, batch, inputs, units]: Shape, options: RecurrentOptions): void {
  const run = (...[x, h, c, inputWeight, recurrentWeight, bias]: tf.Tensor[]) => {
    const parameters = { inputWeight, recurrentWeight, bias } as LstmParameters;
    const { output, state } = lstm(x as tf.Tensor3D, { h, c } as LstmState, parameters, options);
    return tf.addN([tf.sum(output), tf.sum(state.h), tf.sum(state.c)]);
  };
  const states = [batch, units];
  train(run, [[steps, batch, inputs], states, states, [inputs, 4 * units], [units, 4 * units], [4 * units]]);
}

function gruLayer([steps, batch, inputs, units]: Shape, options: RecurrentOptions): void {
  const run = (...[x, h0, inputWeight, recurrentWeight, bias, candidateBias]: tf.Tensor[]) => {
    const parameters = { inputWeight, recurrentWeight, bias, candidateBias } as GruParameters;
    const { output, h } = gru(x as tf.Tensor3D, h0 as tf.Tensor2D, parameters, options);
    return tf.add(tf.sum(output), tf.sum(h));
  };
  const weights = [[inputs, 3 * units], [units, 3 * units], [3 * units], [units]];
  train(run, [[steps, batch, inputs], [batch, units], ...weights]);
}

function tanhLayer([steps, batch, inputs, units]: Shape, options: RecurrentOptions): void {
  const run = (...[x, h0, inputWeight, recurrentWeight, bias]: tf.Tensor[]) => {
    const parameters = { inputWeight, recurrentWeight, bias } as TanhRnnParameters;
    const { output, h } = tanhRnn(x as tf.Tensor3D, h0 as tf.Tensor2D, parameters, options);
    return tf.add(tf.sum(output), tf.sum(h));
  };
  train(run, [[steps, batch, inputs], [batch, units], [inputs, units], [units, units], [units]]);
}

function deepLayer([steps, batch, inputs, units]: Shape, depth: number, options: RecurrentOptions): void {
  const run = (...[x, h0, inputWeight, recurrentWeight, bias, shortcutWeight, ...further]: tf.Tensor[]) => {
    const half = further.length / 2;
    const transitions = further.slice(0, half).map((weight, k) => ({ weight, bias: further[half + k] }));
    const parameters = { inputWeight, recurrentWeight, bias, shortcutWeight, transitions };
    const { output, h } = deepTransition(
      x as tf.Tensor3D,
      h0 as tf.Tensor2D,
      parameters as DeepTransitionParameters,
      options,
    );
    return tf.add(tf.sum(output), tf.sum(h));
  };
  const square = [units, units];
  const further = Array<number[]>(depth - 1);
  train(run, [
    ...[[steps, batch, inputs], [batch, units], [inputs, units], square, [units], square],
    ...[...further.fill(square), ...Array<number[]>(depth - 1).fill([units])],
  ]);
}

function layers(shape: Shape, precision: Precision, number: number): void {
  const every = [...REGULARIZERS, ...LSTM_REGULARIZERS];
  lstmLayer(shape, withNoise(every[number % every.length], precision));
  const options = withNoise(REGULARIZERS[number % REGULARIZERS.length], precision);
  gruLayer(shape, options);
  tanhLayer(shape, options);
  const dropped = { recurrent: options.noise?.recurrent ?? null };
  deepLayer(shape, 2 + (number % 2), withNoise(dropped, precision));
}

function output(shape: readonly number[], tied: boolean, uniform: boolean, precision: Precision): void {
  const [rows, units, classes] = shape;
  const run = (...[hidden, weight, bias]: tf.Tensor[]) => {
    const [h, w, b] = [hidden as tf.Tensor2D, weight as tf.Tensor2D, bias as tf.Tensor1D];
    const nll = softmaxCrossEntropy(h, w, b, idsBelow(classes, rows) as tf.Tensor1D, tied, precision);
    return tf.sum(uniform ? nll : tf.mul(nll, random(rows)));
  };
  train(run, [[rows, units], tied ? [classes, units] : [units, classes], [classes]]);
}

/** A step of dynamic evaluation by gradients that are kept as products. */
function factored(rows: number, units: number, words: number): void {
  tf.tidy(() => {
    const [hidden, start, bias] = [random(rows, units), random(units, words), random(words)];
    const targets = idsBelow(words, rows) as tf.Tensor1D;
    const loss = (weight: tf.Tensor) =>
      tf.sum(
        softmaxCrossEntropy(
          hidden as tf.Tensor2D,
          weight as tf.Tensor2D,
          bias as tf.Tensor1D,
          targets,
          false,
        ),
      );
    const [parameter, gradient] = [tf.variable(start), tf.grad(loss)(start)];
    const settings = { learningRate: 0.1, epsilon: 1e-3, decay: 0.5, rows: null };
    dynamicUpdate(parameter, gradient, start, tf.square(start), settings);
    tf.square(gradient);
    parameter.dispose();
  });
}

/** Attention over whole sources, and over parts of them as in a search. */
function attend([steps, batch, sourceSteps, units]: Shape): void {
  const run = (...[queries, source]: tf.Tensor[]) =>
    tf.sum(tf.square(attention(queries as tf.Tensor3D, source as tf.Tensor3D)));
  train(run, [
    [steps, batch, units],
    [sourceSteps, batch, units],
  ]);
  const lengths = Int32Array.from({ length: batch }, (_, column) => 1 + (column % sourceSteps));
  tf.tidy(() =>
    attention(
      random(1, batch, units) as tf.Tensor3D,
      random(sourceSteps, batch, units) as tf.Tensor3D,
      lengths,
    ),
  );
}

/** Utterances with and without labels, one of which do not fit. */
function ctc(classes: number): void {
  const label = classes - 2;
  const utterances = {
    frames: Int32Array.of(1, 9, 2, 5),
    labels: Int32Array.of(0, label, label, label, label),
    labelCounts: Int32Array.of(0, 3, 2, 0),
  };
  train(
    (logits) => {
      const nll = ctcLoss(logits as tf.Tensor2D, utterances);
      return tf.sum(tf.mul(nll, tf.tensor1d([1, 0.5, 0, 2])));
    },
    [[17, classes]],
  );
}

function product([rows, inner, columns]: readonly number[], precision: Precision): void {
  const run = (...[a, b]: tf.Tensor[]) =>
    tf.sum(matrixProduct(a as tf.Tensor2D, b as tf.Tensor2D, precision));
  train(run, [
    [rows, inner],
    [inner, columns],
  ]);
}

/** tfjs's own kernels that the backend replaces. */
function plainKernels(rows: number, width: number): void {
  tf.tidy(() => {
    const x = random(rows, width);
    for (const other of [random(rows, width), random(width), random(rows, 1), tf.scalar(2)]) {
      for (const operation of [tf.add, tf.sub, tf.mul, tf.div]) operation(x, other);
    }
    for (const operation of [tf.neg, tf.square, tf.tanh]) operation(x);
    for (const axis of [undefined, 0, 1]) tf.mean(x, axis);
    tf.pad(x, [
      [1, 2],
      [0, 0],
    ]);
  });
}

/** The work of sampling: a step without masks, logits, and draws of all kinds. */
function drawing(rows: number, units: number, words: number): void {
  tf.tidy(() => {
    const [x, h, c] = [random(1, rows, units) as tf.Tensor3D, random(rows, units), random(rows, units)];
    const weights = (gates: number) => ({
      inputWeight: random(units, gates * units) as tf.Tensor2D,
      recurrentWeight: random(units, gates * units) as tf.Tensor2D,
      bias: random(gates * units) as tf.Tensor1D,
    });
    lstm(x, { h, c } as LstmState, weights(4), {});
    gru(x, h as tf.Tensor2D, { ...weights(3), candidateBias: random(units) as tf.Tensor1D }, {});
    tanhRnn(x, h as tf.Tensor2D, weights(1), {});
    for (const tied of [false, true]) {
      const weight = random(...(tied ? [words, units] : [units, words])) as tf.Tensor2D;
      const scores = logits(h as tf.Tensor2D, weight, random(words) as tf.Tensor1D, tied);
      const uniforms = Float64Array.from({ length: rows }, () => Math.random());
      const banned = Int32Array.from(words > 2 ? [words - 1] : []);
      for (const count of [1, words]) runOp(likeliestOp, { logits: scores }, { count });
      for (const topK of [null, 1, 3]) {
        for (const temperature of [0, 1, 0.7]) {
          const attributes = { temperature, topK, banned, uniforms };
          tf.engine().runKernel('ZlmDraw', { logits: scores }, attributes as unknown as tf.NamedAttrMap);
        }
      }
    }
  });
}

/** The layers and products of one width and one number of rows. */
function withProducts(i: number, j: number, precision: Precision): void {
  const [width, rows] = [WIDTHS[i], ROWS[j]];
  const other = WIDTHS[(i + rows) % WIDTHS.length];
  layers([1 + (rows % 3), rows, other, width], precision, i * ROWS.length + j);
  output([rows, width, other], rows % 2 === 0, i % 2 === 0, precision);
  output([rows, 5, width], rows % 2 === 1, i % 2 === 1, precision);
  product([rows, other, width], precision);
  if (precision === 'f32') attend([1 + (rows % 3), rows, other, width]);
}

function mixedProducts(): void {
  for (const i of WIDTHS.keys()) {
    for (const j of ROWS.keys()) withProducts(i, j, 'mixed');
  }
}

function everyKernel(): void {
  for (const [i, width] of WIDTHS.entries()) {
    for (const [j, rows] of ROWS.entries()) {
      for (const precision of ['f32', 'mixed'] as const) withProducts(i, j, precision);
      plainKernels(rows, width);
      if (width > 1) ctc(width);
      drawing(rows, WIDTHS[(i + rows) % WIDTHS.length], width);
      train((x) => tf.sum(dropout(x as tf.Tensor3D, STEP)), [[2, rows, width]]);
      const ids = idsBelow(rows, 3, 2) as tf.Tensor2D;
      train((table) => tf.sum(embedding(table as tf.Tensor2D, ids)), [[rows, width]]);
      for (const left of [false, true]) {
        for (const right of [false, true]) {
          tf.matMul(random(...(left ? [width, rows] : [rows, width])), random(width, width), left, right);
        }
      }
    }
  }
  for (const rows of [1, 2, 3, 4, 5, 7, 20]) factored(rows, 131, 1003);
  lstmLayer([5, 1, 180, 190], {});
  // Weights so large that threads take units of them, not rows of the batch.
  lstmLayer([2, 3, 5, 270], withNoise(ALL_REGULARIZERS));
  gruLayer([2, 3, 5, 310], {});
  tanhLayer([2, 3, 5, 530], {});
  plainKernels(3, 20_001);
  train(
    (a, b) => tf.sum(tf.matMul(a, b)),
    [
      [350, 390],
      [390, 270],
    ],
  ); // in blocks
  drawing(3, 70, 10_007); // few rows of a product that is dealt out
  output([850, 2, 10_007], false, true, 'f32'); // more than one chunk of logits
  tf.tidy(() => {
    const classes = 4_200_000; // a row is longer than a chunk
    const weight = tf.ones([1, classes]) as tf.Tensor2D;
    const ids = tf.tensor1d([0, classes - 1], 'int32');
    softmaxCrossEntropy(tf.ones([2, 1]), weight, tf.zeros([classes]), ids, false);
  });
}

await activateBackend('native', { compiler, cacheFolder, threads: 2 });
if (what === undefined) everyKernel();
else if (what === 'mixed') mixedProducts();
// A word that does not exist: a sanitizer that works must report the read of its row.
else embedding(tf.ones([50, 30]), tf.tensor2d([Number(what)], [1, 1], 'int32'));
console.log('done');
