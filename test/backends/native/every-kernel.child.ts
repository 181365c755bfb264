/**
 * Runs every kernel of the native backend, compiled by the compiler that is named, at awkward shapes: for sanitizers,
 * which watch the memory; or looks up a word that does not exist, when an id is given. Prints a word at the end.
 */
import * as tf from '@tensorflow/tfjs';
import type { Precision } from '../../../src/backends/fused.js';
import { activateBackend } from '../../../src/backends/select.js';
import { type DropoutMask, dropout } from '../../../src/ops/dropout.js';
import { embedding } from '../../../src/ops/embedding.js';
import { globalNorm } from '../../../src/ops/global-norm.js';
import { type LstmParameters, type LstmState, lstm } from '../../../src/ops/lstm.js';
import { softmaxCrossEntropy } from '../../../src/ops/softmax-cross-entropy.js';
import { sgdUpdate } from '../../../src/ops/update.js';

const [compiler, cacheFolder, wrongId] = process.argv.slice(2);
const WIDTHS = [1, 3, 15, 16, 17, 63, 64, 65, 130];
const ROWS = [1, 2, 5, 6, 7, 13];
const STEP: DropoutMask = { rate: 0.5, lifetime: 'step', seed: 1, site: 1, step: 1 };

const random = (...shape: number[]) => tf.randomUniform(shape, -1, 1);
const idsBelow = (most: number, ...shape: number[]) => tf.randomUniform(shape, 0, most, 'int32');

/** Forward, backward, and a step of SGD. */
function train(loss: (...parameters: tf.Tensor[]) => tf.Tensor, shapes: readonly number[][]): void {
  tf.tidy(() => {
    const parameters = shapes.map((shape) => random(...shape));
    const gradients = tf.grads(loss)(parameters);
    const norm = globalNorm(Object.fromEntries(gradients.map((gradient, i) => [`${i}`, gradient])));
    const variables = parameters.map((parameter) => tf.variable(parameter));
    for (const [i, variable] of variables.entries()) sgdUpdate(variable, gradients[i], norm, 0.1);
    tf.dispose(variables);
  });
}

function layer(shape: readonly number[], mask: DropoutMask | null, precision: Precision): void {
  const [steps, batch, inputs, units] = shape;
  const run = (...[x, h, c, inputWeight, recurrentWeight, bias]: tf.Tensor[]) => {
    const parameters = { inputWeight, recurrentWeight, bias } as LstmParameters;
    const { output, state } = lstm(x as tf.Tensor3D, { h, c } as LstmState, parameters, mask, precision);
    return tf.addN([tf.sum(output), tf.sum(state.h), tf.sum(state.c)]);
  };
  const states = [batch, units];
  train(run, [[steps, batch, inputs], states, states, [inputs, 4 * units], [units, 4 * units], [4 * units]]);
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

function everyKernel(): void {
  for (const [i, width] of WIDTHS.entries()) {
    for (const rows of ROWS) {
      const mask = [null, STEP, { ...STEP, lifetime: 'sequence' as const }][(i + rows) % 3];
      for (const precision of ['f32', 'mixed'] as const) {
        const other = WIDTHS[(i + rows) % WIDTHS.length];
        layer([1 + (rows % 3), rows, other, width], mask, precision);
        output([rows, width, other], rows % 2 === 0, i % 2 === 0, precision);
        output([rows, 5, width], rows % 2 === 1, i % 2 === 1, precision);
      }
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
  layer([2, 3, 5, 270], STEP, 'f32');
  output([850, 2, 10_007], false, true, 'f32'); // more than one chunk of logits
  tf.tidy(() => {
    const classes = 4_200_000; // a row is longer than a chunk
    const weight = tf.ones([1, classes]) as tf.Tensor2D;
    const ids = tf.tensor1d([0, classes - 1], 'int32');
    softmaxCrossEntropy(tf.ones([2, 1]), weight, tf.zeros([classes]), ids, false);
  });
}

await activateBackend('native', { compiler, cacheFolder, threads: 2 });
// A word that does not exist: a sanitizer must object to reading its row, or it does not watch.
if (wrongId !== undefined) embedding(tf.ones([50, 30]), tf.tensor2d([Number(wrongId)], [1, 1], 'int32'));
else everyKernel();
console.log('done');
